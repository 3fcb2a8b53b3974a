import { type GenerationEvent, NO_USAGE, type Outcome, type Usage } from "@/lib/chat/message";
import type { Held } from "../store/ledger";
import { costMicroUsd, highestOutputNanoUsd, priceList } from "./prices";

/** The fewest bytes of text that a token stands for in practice; English has four and more. */
const LEAST_BYTES_A_TOKEN = 2;

/** What a model may have written that had not reached us when it was cut off: half a second of the fastest. */
const UNSEEN_TOKENS = 150;

/** At least as many tokens as were written of an answer that was cut off after `byteCount` bytes. */
export function writtenTokens(byteCount: number): number {
  return Math.ceil(byteCount / LEAST_BYTES_A_TOKEN) + UNSEEN_TOKENS;
}

/**
 * What an answer that ended as `outcome` cost, in micro-dollars. Reported usage counts as it is. One that was cut off
 * counts upward, up to what was held: where the model had not yet said what it read, as much as it can have read.
 */
export function costOfAnswer(outcome: Outcome): (held: Held) => number {
  return (held) => {
    const usage = outcome.usage ?? NO_USAGE;
    const cost = costMicroUsd(held.model, usage, priceList());
    switch (outcome.type) {
      case "done":
      case "failed":
        return cost;
      case "stopped":
      case "interrupted":
        return Math.min(held.heldMicroUsd, hasBeenRead(usage) ? cost : cost + held.inputMicroUsd);
    }
  };
}

function hasBeenRead(usage: Usage): boolean {
  return usage.input_tokens + (usage.cache_creation_input_tokens ?? 0) + (usage.cache_read_input_tokens ?? 0) > 0;
}

/** The same for one whose instance is gone: from `events`, its log. Thinking is not all in the log, so it costs the whole. */
export function costOfLostAnswer(events: readonly GenerationEvent[]): (held: Held) => number {
  return (held) => {
    const texts = events.flatMap((event) =>
      event.type === "content_block_delta" && event.delta.type === "text_delta" ? [event.delta.text] : [],
    );
    const isOnlyText = events.every(
      (event) => event.type !== "content_block_start" || event.content_block.type === "text",
    );
    if (texts.length === 0 || !isOnlyText) return held.heldMicroUsd;
    const tokens = writtenTokens(Buffer.byteLength(texts.join("")));
    const written = Math.ceil((tokens * highestOutputNanoUsd(held.model, Infinity, priceList())) / 1000);
    return Math.min(held.heldMicroUsd, held.inputMicroUsd + written);
  };
}
