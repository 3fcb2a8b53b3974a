import { charactersOf, encodeEvent, textOf, type WireEvent } from "./events";
import type { Pace, StreamScenario } from "./scenario";
import { withPlaceForStamp } from "./stamp";

/** The bytes of one write. */
export interface Piece {
  bytes: Buffer;
  /** The text deltas whose last byte is in this piece, joined. */
  text: string;
  /** Time since the headers. */
  dueMs: number;
}

interface Span {
  /** Offset in the body just after the event. */
  end: number;
  text: string;
  dueMs: number;
}

// A load test answers a thousand requests from one scenario; planning each anew would hold up the others' writes.
const planned = new WeakMap<StreamScenario, readonly Piece[]>();

/** The writes that a stream is made of, in order, up to where it is cut or stalls. A scenario is not to change after. */
export function piecesOf(scenario: StreamScenario): readonly Piece[] {
  const pieces = planned.get(scenario) ?? plan(scenario);
  planned.set(scenario, pieces);
  return pieces;
}

function plan(scenario: StreamScenario): Piece[] {
  const { ending, pace } = scenario;
  const dues = dueTimes(scenario.events, pace);
  const sent = ending.type === "stall" ? scenario.events.slice(0, ending.afterEvents) : scenario.events;
  const events = scenario.stampDeltas ? sent.map(withPlaceForStamp) : sent;
  const encoded = events.map(encodeEvent);
  const body = Buffer.concat(encoded);
  const spans = spansOf(events, encoded, dues);
  const limit = ending.type === "cut" ? Math.min(ending.afterBytes, body.length) : body.length;
  return cutAt(body.subarray(0, limit), boundaries(scenario, spans), spans);
}

function spansOf(events: readonly WireEvent[], encoded: readonly Buffer[], dues: readonly number[]): Span[] {
  let end = 0;
  return events.map((event, index) => {
    end += encoded[index]?.length ?? 0;
    return { end, text: textOf(event), dueMs: dues[index] ?? 0 };
  });
}

function boundaries({ split, pace }: StreamScenario, spans: readonly Span[]): number[] {
  switch (split.type) {
    case "events":
      return pace.type === "all_at_once" ? [] : spans.map(({ end }) => end);
    case "every_byte":
      return Array.from({ length: spans.at(-1)?.end ?? 0 }, (_, index) => index + 1);
    case "at":
      return [...split.byteOffsets].sort((left, right) => left - right);
  }
}

function cutAt(body: Buffer, offsets: readonly number[], spans: readonly Span[]): Piece[] {
  const pieces: Piece[] = [];
  let start = 0;
  let nextSpan = 0;
  for (const end of [...offsets.filter((offset) => offset < body.length), body.length]) {
    if (end <= start) continue;
    let text = "";
    for (let span = spans[nextSpan]; span && span.end <= end; span = spans[++nextSpan]) text += span.text;
    const lastEvent = spans[nextSpan - 1]?.end === end ? spans[nextSpan - 1] : spans[nextSpan];
    pieces.push({ bytes: body.subarray(start, end), text, dueMs: lastEvent?.dueMs ?? 0 });
    start = end;
  }
  return pieces;
}

function dueTimes(events: readonly WireEvent[], pace: Pace): number[] {
  let deltas = 0;
  let characters = 0;
  return events.map((event, index) => {
    const dueMs = dueTime(pace, { index, deltas, characters });
    if (event.event === "content_block_delta") deltas += 1;
    characters += charactersOf(event);
    return dueMs;
  });
}

/** Counted from the start each time, so that no error adds up. */
function dueTime(pace: Pace, before: { index: number; deltas: number; characters: number }): number {
  switch (pace.type) {
    case "all_at_once":
      return 0;
    case "every_ms":
      return before.deltas * pace.everyMs;
    case "at_times":
      return pace.timesMs[before.index] ?? pace.timesMs.at(-1) ?? 0;
    case "rhythm":
      return Math.floor(before.characters / pace.characters) * pace.everyMs;
  }
}
