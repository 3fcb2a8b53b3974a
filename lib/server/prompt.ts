import { type ContentBlock, isTextBlock, isThinkingBlock, type Message } from "@/lib/chat/message";

/** A message as it is sent to the model. */
export type PromptMessage = { role: "user" | "assistant"; content: ContentBlock[] };

/**
 * The messages to send to `model` for the path `history`, which ends with the user's. Answers are sent as they were
 * written, less what the API would reject: thinking that was cut off before its signature or is another model's, blank
 * text, half a tool call.
 */
export function promptFrom(history: readonly Message[], model: string): PromptMessage[] {
  return history
    .map((message) => ({ role: message.role, content: sendable(message, model) }))
    .filter(({ content }) => content.some((block) => isTextBlock(block)));
}

function sendable({ content, model: author }: Message, model: string): ContentBlock[] {
  return content.flatMap((block) => (author === undefined || author === model ? sameAuthor(block) : textOnly(block)));
}

function textOnly(block: ContentBlock): ContentBlock[] {
  if (!isTextBlock(block) || block.text.trim() === "") return [];
  return [{ type: "text", text: block.text.toWellFormed() }];
}

function sameAuthor(block: ContentBlock): ContentBlock[] {
  // The signature covers every byte: a thinking block goes back exactly as it came, or not at all.
  if (isThinkingBlock(block)) return block.signature === "" ? [] : [block];
  return block.type === "redacted_thinking" ? [block] : textOnly(block);
}
