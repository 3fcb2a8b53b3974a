import { type Conversation, pathTo, versionsIn } from "./conversation";
import { type ContentBlock, isTextBlock, isThinkingBlock, type Message, type Outcome } from "./message";

/** The branch being read, as Markdown: a heading for each message, its text as it is, thinking folded away. */
export function markdownOf({ title, leafId, messages }: Conversation): string {
  const path = pathTo(messages, leafId);
  const versionsOf = versionsIn(messages);
  const turns = path.map((message) => section(message, versionsOf(message)));
  const others = messages.length - path.length;
  const rest =
    others === 0 ? [] : [`*${count(others, "message")} on other branches: not in this file, but in the JSON export.*`];
  return `${[`# ${title.replace(/\s+/g, " ")}`, ...turns, ...rest].join("\n\n")}\n`;
}

function section(message: Message, versions: readonly Message[]): string {
  const author = message.role === "user" ? "You" : "Answer";
  const place = versions.length > 1 ? `, version ${versions.indexOf(message) + 1} of ${versions.length}` : "";
  const model = message.model === undefined ? "" : ` (${message.model})`;
  const ending = endingOf(message);
  const parts = message.content.map(blockText).filter((text) => text !== "");
  return [`## ${author}${model}${place}`, ...parts, ...(ending === "" ? [] : [`*${ending}*`])].join("\n\n");
}

function blockText(block: ContentBlock): string {
  if (isTextBlock(block)) return writable(block.text);
  if (isThinkingBlock(block)) return block.thinking.trim() === "" ? "" : folded(writable(block.thinking));
  return block.type === "image" || block.type === "document" ? `[${block.type}]` : "";
}

/** A NUL would make it no text file (CommonMark, 2.3), half a surrogate pair no UTF-8. */
function writable(text: string): string {
  return text.replaceAll("\0", "\uFFFD").toWellFormed();
}

function folded(thinking: string): string {
  return `<details>\n<summary>Thinking</summary>\n\n${thinking}\n\n</details>`;
}

function endingOf({ role, outcome }: Message): string {
  if (role === "user") return "";
  return outcome === undefined ? "Not finished yet." : outcomeSentence(outcome);
}

function outcomeSentence(outcome: Outcome): string {
  switch (outcome.type) {
    case "done":
      return "";
    case "stopped":
      return "Stopped.";
    case "interrupted":
      return "Interrupted.";
    case "failed":
      return "Failed.";
  }
}

function count(number: number, noun: string): string {
  return number === 1 ? `One ${noun}` : `${number} ${noun}s`;
}
