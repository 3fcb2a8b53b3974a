import { type ContentBlock, isTextBlock, type Message, textOf } from "./message";

/** Whether `answer` broke off with something to go on from. One that failed has text only where it went on from another. */
export function canContinue(answer: Message): boolean {
  return answer.role === "assistant" && brokeOff(answer) && textOf(answer.content).trim() !== "";
}

function brokeOff({ outcome }: Message): boolean {
  switch (outcome?.type) {
    case "stopped":
    case "interrupted":
    case "failed":
      return true;
    case "done":
      return outcome.stop_reason === "max_tokens";
    case undefined:
      return false;
  }
}

/** What an answer that goes on from `content` begins with: all up to its last text, which is then written on. */
export function continuedContent(content: readonly ContentBlock[]): readonly ContentBlock[] {
  return content.slice(0, content.findLastIndex(isTextBlock) + 1);
}
