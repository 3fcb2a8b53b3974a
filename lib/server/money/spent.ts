import { type GenerationEvent, NO_USAGE, type Outcome, type Usage } from "@/lib/chat/message";
import type { Held } from "../store/ledger";
import { costMicroUsd, highestOutputNanoUsd, priceList } from "./prices";

/** The fewest bytes of text that a token stands for in practice; English has four and more. */
const LEAST_BYTES_A_TOKEN = 2;

/** What a model may have written that had not reached us when it was cut off: half a second of the fastest. */
const UNSEEN_TOKENS = 150;

/** At least as many tokens as were written of an answer that was cut off after `byteCount` bytes. */
function writtenTokens(byteCount: number): number {
  return Math.ceil(byteCount / LEAST_BYTES_A_TOKEN) + UNSEEN_TOKENS;
}

/** More than any model writes in a second. */
const FASTEST_TOKENS_A_SECOND = 300;
/** A stream that is silent for longer has stalled, and nothing was written. */
const LONGEST_BUSY_MS = 5_000;

/** What has come of an answer. Times are milliseconds on the process's clock. */
export type Writing = {
  /** When the model said that it begins. */
  begunAtMs?: number;
  /** When the last event was read. */
  readAtMs?: number;
  /** It wrote what is not, or not all, sent to us. */
  hasThought: boolean;
  outputBytes: number;
};

/**
 * The most tokens that were written of an answer that is cut off now. Thinking is sent in summary or not at all, so for
 * it only the time counts. Text counts by its bytes, and by the time since the last of it was read: what came in while
 * this process was busy has been written too.
 */
export function mostWritten({ begunAtMs, readAtMs = 0, hasThought, outputBytes }: Writing): number {
  if (begunAtMs === undefined) return 0;
  const now = performance.now();
  if (hasThought || outputBytes === 0) return Math.max(writtenTokens(outputBytes), mostWrittenIn(now - begunAtMs));
  return writtenTokens(outputBytes) + mostWrittenIn(Math.min(now - readAtMs, LONGEST_BUSY_MS));
}

function mostWrittenIn(ms: number): number {
  return Math.ceil((ms / 1000) * FASTEST_TOKENS_A_SECOND);
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
