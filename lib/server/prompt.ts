import { type ContentBlock, isTextBlock, isThinkingBlock, type Message } from "@/lib/chat/message";

/** A message as it is sent to the model. */
export type PromptMessage = { role: "user" | "assistant"; content: ContentBlock[] };

/**
 * The messages to send for the path `history`, which ends with the user's. Answers are sent as the model wrote them,
 * less what the API would reject: thinking that was cut off before its signature, blank text, half a tool call.
 */
export function promptFrom(history: readonly Message[]): PromptMessage[] {
  return history
    .map(({ role, content }) => ({ role, content: content.flatMap(sendable) }))
    .filter(({ content }) => content.some((block) => isTextBlock(block)));
}

function sendable(block: ContentBlock): ContentBlock[] {
  if (isTextBlock(block)) {
    return block.text.trim() === "" ? [] : [{ type: "text", text: block.text.toWellFormed() }];
  }
  // The signature covers every byte: a thinking block goes back exactly as it came, or not at all.
  if (isThinkingBlock(block)) return block.signature === "" ? [] : [block];
  return block.type === "redacted_thinking" ? [block] : [];
}
