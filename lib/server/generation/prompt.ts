import { type ContentBlock, cutText, isTextBlock, isThinkingBlock, type Message, textOf } from "@/lib/chat/message";

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

const QUOTED_CHARACTERS = 300;

/**
 * The turn that asks for the rest of `answer`, which stands before it in the prompt. Newer models refuse to go on from
 * words that are put into their mouth (a last message of the assistant's), so the end is quoted, and asked for again.
 */
export function askForRest(answer: Message): Message {
  const text = textOf(answer.content);
  // From the front, so that a surrogate pair is never split at the cut.
  const tail = text.slice(cutText(text, Math.max(0, text.length - QUOTED_CHARACTERS)).length);
  const quote = [
    "Your answer broke off before its end. These are its last characters, exactly as they stand:",
    `<end_of_your_answer>${tail}</end_of_your_answer>`,
    "Go on with that answer from exactly there. What you write is put behind it, so write no introduction and no apology,",
    "leave nothing out, and do not open a code block or a table again that is open there.",
    "Only repeat its last few words first, letter by letter: they are laid over the ones that are there already.",
  ].join("\n");
  const content = [
    { type: "text", text: quote },
    { type: "text", text: "Continue, beginning with your last words." },
  ];
  return { id: `${answer.id}-rest`, parentId: answer.id, role: "user", content, createdAt: answer.createdAt };
}
