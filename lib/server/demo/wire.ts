import type { Answer } from "./answers";
import { tokensOf } from "./request";
import { keystrokes } from "./rhythm";
import { hashOf, seededRandom } from "./seed";
import type { Failure } from "./wishes";

/** The only model the demo has, as requests and answers name it. */
export const DEMO_MODEL = "demo";

type WireEvent = { type: string; [field: string]: unknown };

/** One thing to happen `afterMs` milliseconds after the one before: an event, or the connection breaking. */
export type Beat = { type: "event"; afterMs: number; event: WireEvent } | { type: "break"; afterMs: number };

const FIRST_WORD_MS = 250;
const BETWEEN_BLOCKS_MS = 200;
const BREAK_AFTER_MS = 400;
const STALL_MS = 600_000;
const SIGNATURE_BYTES = 180;

/**
 * `answer` as the Messages API streams it, in the order and shape of recorded streams: message_start, for each block
 * its start, deltas and stop, then message_delta and message_stop. A broken or stalled answer ends with a break.
 */
export function* beatsOf(answer: Answer, id: string, inputTokens: number): Generator<Beat> {
  yield at(0, { type: "message_start", message: messageOf(id, [], null, usageOf(inputTokens, 1)) });
  let index = 0;
  if (answer.thinking !== "") {
    yield* thinkingBeats(answer, index);
    index += 1;
  } else if (answer.written === 0) {
    yield at(0, { type: "ping" });
  }
  const isEndless = answer.close === "broken" || answer.close === "stalled";
  if (answer.written > 0) yield* textBeats(answer, index, isEndless);
  if (isEndless) {
    yield { type: "break", afterMs: answer.close === "stalled" ? STALL_MS : BREAK_AFTER_MS };
    return;
  }
  const usage = usageOf(inputTokens, outputTokensOf(answer));
  yield at(FIRST_WORD_MS * Number(index === 0 && answer.written === 0), {
    type: "message_delta",
    delta: { stop_reason: answer.close, stop_sequence: null, ...stopDetailsOf(answer) },
    usage: {
      input_tokens: usage.input_tokens,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      output_tokens: usage.output_tokens,
    },
  });
  yield at(0, { type: "message_stop" });
}

function* thinkingBeats({ thinking, pace }: Answer, index: number): Generator<Beat> {
  yield at(0, { type: "content_block_start", index, content_block: { type: "thinking", thinking: "", signature: "" } });
  yield at(0, { type: "ping" });
  for (const { text, afterMs } of keystrokes(thinking, pace === "slow" ? "smooth" : pace, hashOf(thinking))) {
    yield at(afterMs, { type: "content_block_delta", index, delta: { type: "thinking_delta", thinking: text } });
  }
  const signature = signatureOf(thinking);
  yield at(0, { type: "content_block_delta", index, delta: { type: "signature_delta", signature } });
  yield at(0, { type: "content_block_stop", index });
}

function* textBeats({ text, written, pace, thinking }: Answer, index: number, isEndless: boolean): Generator<Beat> {
  yield at(index === 0 ? 0 : BETWEEN_BLOCKS_MS, {
    type: "content_block_start",
    index,
    content_block: { type: "text", text: "" },
  });
  if (thinking === "") yield at(0, { type: "ping" });
  let wait = FIRST_WORD_MS;
  for (const stroke of keystrokes(text.slice(0, written), pace, hashOf(text))) {
    yield at(wait + stroke.afterMs, {
      type: "content_block_delta",
      index,
      delta: { type: "text_delta", text: stroke.text },
    });
    wait = 0;
  }
  if (!isEndless) yield at(0, { type: "content_block_stop", index });
}

function at(afterMs: number, event: WireEvent): Beat {
  return { type: "event", afterMs, event };
}

/** `event` as one frame of an event stream. */
export function frameOf(event: WireEvent): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** `answer` as one Message, for a request that is not streamed. */
export function wholeMessageOf(answer: Answer, id: string, inputTokens: number): WireEvent {
  const text = answer.text.slice(0, answer.written);
  const content: WireEvent[] = [];
  if (answer.thinking !== "") {
    content.push({ type: "thinking", thinking: answer.thinking, signature: signatureOf(answer.thinking) });
  }
  if (text !== "") content.push({ type: "text", text });
  const message = messageOf(id, content, answer.close, usageOf(inputTokens, outputTokensOf(answer)));
  return { ...message, ...stopDetailsOf(answer) };
}

function messageOf(id: string, content: WireEvent[], stopReason: string | null, usage: Usage): WireEvent {
  return {
    model: DEMO_MODEL,
    id,
    type: "message",
    role: "assistant",
    content,
    stop_reason: stopReason,
    stop_sequence: null,
    usage,
  };
}

type Usage = ReturnType<typeof usageOf>;

function usageOf(inputTokens: number, outputTokens: number) {
  return {
    input_tokens: inputTokens,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
    output_tokens: outputTokens,
    service_tier: "standard",
    inference_geo: "not_available",
  };
}

function outputTokensOf({ thinking, text, written }: Answer): number {
  return Math.max(1, tokensOf(thinking) + tokensOf(text.slice(0, written)));
}

function stopDetailsOf({ close }: Answer) {
  if (close !== "refusal") return {};
  const explanation = "The demo model was asked for a refusal, and this is one. Nothing was wrong with the request.";
  return { stop_details: { type: "refusal", category: null, explanation } };
}

/** Looks like the API's, means nothing: the real API would refuse a thinking block that the demo signed. */
function signatureOf(thinking: string): string {
  const random = seededRandom(hashOf(thinking));
  return Buffer.from(Array.from({ length: SIGNATURE_BYTES }, () => Math.floor(random() * 256))).toString("base64");
}

export type WireError = { status: number; type: string; message: string; retryAfterSeconds?: number };

/** The HTTP error for `failure`, as the API words it. */
export function errorOf(failure: Failure): WireError {
  switch (failure) {
    case "overloaded":
      return { status: 529, type: "overloaded_error", message: "Overloaded" };
    case "rate_limited":
      return {
        status: 429,
        type: "rate_limit_error",
        message: "This request would exceed your rate limit of the demo model.",
        retryAfterSeconds: 20,
      };
  }
}

/** What `GET /v1/models` says of the demo. */
export const DEMO_MODEL_INFO = {
  type: "model",
  id: DEMO_MODEL,
  display_name: "Demo model",
  created_at: "1970-01-01T00:00:00Z",
  line: null,
  lifecycle: "active",
  deprecated_at: null,
  retires_at: null,
  max_input_tokens: 200_000,
  max_tokens: 64_000,
  capabilities: null,
};
