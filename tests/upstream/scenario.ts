import type { MessageFacts, WireEvent } from "./events";
import { messageEvents, recordedEvent } from "./events";

/** How one request is answered. Data only, so it can also be sent to `POST /__control`. */
export type Scenario = StreamScenario | RefusalScenario | NeverScenario | HangUpScenario;

/** A stream of events, and everything that may go wrong with it. */
export interface StreamScenario {
  type: "stream";
  /** Added to the usual headers, and over them. */
  headers: Record<string, string>;
  /** Silence before the status line. */
  headersAfterMs: number;
  events: readonly WireEvent[];
  pace: Pace;
  split: Split;
  ending: Ending;
  /** Puts `⟦epoch ms⟧` in place of each text delta, the moment of its flush. Not with a split inside events. */
  stampDeltas: boolean;
}

/** An error answer in place of a stream. */
export interface RefusalScenario {
  type: "refusal";
  status: number;
  errorType: string;
  message: string;
  /** Becomes `error.details`, where the SDK finds `error_code`. */
  details: Record<string, unknown> | null;
  headers: Record<string, string>;
  headersAfterMs: number;
}

/** The request is read and nothing is ever sent. */
export interface NeverScenario {
  type: "never";
}

/** The socket goes at once: a host that is not there, as near as an open port comes. */
export interface HangUpScenario {
  type: "hang_up";
  reset: boolean;
}

/** When each event is due, counted from the headers. Time passes after content deltas only, but for `at_times`. */
export type Pace =
  | { type: "all_at_once" }
  | { type: "every_ms"; everyMs: number }
  | { type: "at_times"; timesMs: readonly number[] }
  | { type: "rhythm"; characters: number; everyMs: number };

/** Where one write ends and the next begins. `events`: one write an event, or one for all under `all_at_once`. */
type Split = { type: "events" } | { type: "every_byte" } | { type: "at"; byteOffsets: readonly number[] };

type Ending =
  | { type: "complete" }
  | { type: "cut"; afterBytes: number; reset: boolean }
  | { type: "stall"; afterEvents: number; pingEveryMs: number | null };

export const ALL_AT_ONCE: Pace = { type: "all_at_once" };

/** What was measured of Claude: 85 characters each 470 ms. */
export const CLAUDE_RHYTHM: Pace = { type: "rhythm", characters: 85, everyMs: 470 };

export function everyMs(milliseconds: number): Pace {
  return { type: "every_ms", everyMs: milliseconds };
}

/** One content delta counts as one token, as `answer` cuts them. */
export function tokensPerSecond(rate: number): Pace {
  return { type: "every_ms", everyMs: 1000 / rate };
}

/** The n-th event is due at the n-th time; events past the last time are due with it. */
export function atTimes(timesMs: readonly number[]): Pace {
  return { type: "at_times", timesMs };
}

/** The recorded lines, one event's JSON each, unchanged. */
export function replay(lines: readonly string[], pace: Pace = ALL_AT_ONCE): StreamScenario {
  return streamOf(lines.map(recordedEvent), pace);
}

export interface AnswerOptions extends Partial<MessageFacts> {
  /** Code points in a delta; without it a delta is about a token. */
  deltaSize?: number;
  pace?: Pace;
}

/** A valid message of one text block; ALL_AT_ONCE unless a pace is given. */
export function answer(text: string, options: AnswerOptions = {}): StreamScenario {
  return thinkingThenText("", text, options);
}

/** A valid message of a signed thinking block, when there is any thinking, and a text block. */
export function thinkingThenText(thinking: string, text: string, options: AnswerOptions = {}): StreamScenario {
  const { deltaSize, pace = ALL_AT_ONCE, ...facts } = options;
  const thinkingBlock = { type: "thinking" as const, deltas: cutIntoDeltas(thinking, deltaSize) };
  const textBlock = { type: "text" as const, deltas: cutIntoDeltas(text, deltaSize) };
  return streamOf(
    messageEvents(thinking === "" ? [textBlock] : [thinkingBlock, textBlock], {
      model: "claude-sonnet-5-5",
      inputTokens: 12,
      stopReason: "end_turn",
      ...facts,
    }),
    pace,
  );
}

/** One text delta of so many characters: a line longer than any buffer a reader would like to keep. */
export function oneHugeDelta(characters = 1_000_000): StreamScenario {
  return answer("Long is the way. ".repeat(Math.ceil(characters / 17)).slice(0, characters), { deltaSize: characters });
}

/** So many small text deltas in a single write. */
export function manyDeltasInOnePiece(count = 5000): StreamScenario {
  return answer(Array.from({ length: count }, (_, index) => String(index % 10)).join(""), { deltaSize: 1 });
}

export interface RefusalOptions {
  message?: string;
  details?: Record<string, unknown>;
  headers?: Record<string, string>;
  headersAfterMs?: number;
}

/** An error answer, for example `refuse(429, "rate_limit_error", { headers: { "retry-after": "30" } })`. */
export function refuse(status: number, errorType: string, options: RefusalOptions = {}): RefusalScenario {
  return {
    type: "refusal",
    status,
    errorType,
    message: options.message ?? `The upstream was told to answer ${status}.`,
    details: options.details ?? null,
    headers: options.headers ?? {},
    headersAfterMs: options.headersAfterMs ?? 0,
  };
}

export function neverAnswer(): NeverScenario {
  return { type: "never" };
}

export function hangUp({ reset = true } = {}): HangUpScenario {
  return { type: "hang_up", reset };
}

function streamOf(events: readonly WireEvent[], pace: Pace): StreamScenario {
  return {
    type: "stream",
    headers: {},
    headersAfterMs: 0,
    events,
    pace,
    split: { type: "events" },
    ending: { type: "complete" },
    stampDeltas: false,
  };
}

function cutIntoDeltas(text: string, deltaSize: number | undefined): string[] {
  if (deltaSize === undefined) return text.match(/\s*\S{1,6}|\s+$/gu) ?? [];
  const codePoints = Array.from(text);
  return Array.from({ length: Math.ceil(codePoints.length / deltaSize) }, (_, index) =>
    codePoints.slice(index * deltaSize, (index + 1) * deltaSize).join(""),
  );
}
