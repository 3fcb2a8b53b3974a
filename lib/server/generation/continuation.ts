import { continuedContent } from "@/lib/chat/continuation";
import { type GenerationEvent, isTextBlock, isThinkingBlock, type Message } from "@/lib/chat/message";
import type { ModelEvent } from "../model";
import { joinTexts } from "./overlap";

export type Continuation = {
  /** What the log of the new answer begins with: all that the old one said, up to its last text. */
  readonly opening: readonly GenerationEvent[];
  /** What the model's next event becomes: none while it may only be repeating. */
  next(event: ModelEvent): readonly ModelEvent[];
  /** What is still held back when the model has ended. */
  rest(): readonly ModelEvent[];
};

/**
 * Lets what the model says read on in `answer`: its first text goes on in the last text that is there, less what it
 * repeats; what it thinks about going on is no part of the answer.
 */
export function continueAnswer(answer: Message): Continuation {
  const content = continuedContent(answer.content);
  const openIndex = content.length - 1;
  const last = content[openIndex];
  const joint = joinTexts(last !== undefined && isTextBlock(last) ? last.text : "");
  /** Our index of the block that the model names by its own. Its thinking has none. */
  const indexes = new Map<number, number>();
  let nextIndex = content.length;
  let joinedIndex: number | undefined;

  function told(text: string): ModelEvent[] {
    if (text === "") return [];
    return [{ type: "content_block_delta", index: openIndex, delta: { type: "text_delta", text } }];
  }

  function start(event: Extract<ModelEvent, { type: "content_block_start" }>): ModelEvent[] {
    const { index, content_block: block } = event;
    if (isThinkingBlock(block) || block.type === "redacted_thinking") return [];
    if (isTextBlock(block) && joinedIndex === undefined) {
      joinedIndex = index;
      return told(joint.add(block.text));
    }
    indexes.set(index, nextIndex);
    return [...told(joint.end()), { ...event, index: nextIndex++ }];
  }

  return {
    opening: content.map((block, index) => ({ type: "content_block_start", index, content_block: block })),
    next(event) {
      switch (event.type) {
        case "retrying":
          return [event];
        case "content_block_start":
          return start(event);
        case "content_block_delta": {
          if (event.index === joinedIndex) {
            return event.delta.type === "text_delta"
              ? told(joint.add(event.delta.text))
              : [{ ...event, index: openIndex }];
          }
          const index = indexes.get(event.index);
          return index === undefined ? [] : [{ ...event, index }];
        }
        case "content_block_stop": {
          if (event.index === joinedIndex) return [...told(joint.end()), { ...event, index: openIndex }];
          const index = indexes.get(event.index);
          return index === undefined ? [] : [{ ...event, index }];
        }
      }
    },
    rest: () => told(joint.end()),
  };
}
