import { wireEvent } from "../../upstream/events";
import {
  badJson,
  byteByByte,
  bytesOf,
  cutAfterBytes,
  endAfter,
  endWithoutStop,
  errorEventAfter,
  repeatedMessageStart,
  slowHeaders,
  splitAt,
  stallAfter,
  unknownDelta,
  unknownEvent,
} from "../../upstream/faults";
import {
  answer,
  atTimes,
  everyMs,
  hangUp,
  manyDeltasInOnePiece,
  neverAnswer,
  oneHugeDelta,
  type RefusalScenario,
  refuse,
  type Scenario,
  type StreamScenario,
  thinkingThenText,
} from "../../upstream/scenario";
import { check, type Expected } from "../checker";
import { PROSE, type Row } from "../row";
import { STALL_SECONDS } from "../world";

const DONE: Expected = { outcomes: ["done"], text: "whole" };
const BROKEN: Expected = { outcomes: ["interrupted"], text: "flushed", calls: 1 };
/** A reset throws away what the reader had not read yet. */
const RESET: Expected = { outcomes: ["interrupted"], text: "prefix", calls: 1 };

const failed = (code: string, calls: number): Expected => ({ outcomes: ["failed"], text: "prefix", code, calls });

const well = answer("At last.");
const words = answer(PROSE, { pace: everyMs(2) });
const atOnce = answer(PROSE);

const overloaded = refuse(529, "overloaded_error");
const rateLimited = (seconds: number): RefusalScenario =>
  refuse(429, "rate_limit_error", { headers: { "retry-after": String(seconds) } });
const spendLimit = refuse(429, "rate_limit_error", { details: { error_code: "enforced_spend_limit_reached" } });

/** Silence for `seconds` in the middle of the words; with pings, one every half second of it. */
function silence(seconds: number, isPinged: boolean): StreamScenario {
  const scenario = answer(PROSE);
  const half = Math.floor(scenario.events.length / 2);
  const pingTimes = isPinged ? Array.from({ length: Math.floor(seconds * 2) }, (_, index) => (index + 1) * 500) : [];
  const before = scenario.events.slice(0, half);
  const pings = pingTimes.map(() => wireEvent({ type: "ping" }));
  const times = [...before.map(() => 0), ...pingTimes, seconds * 1000];
  return { ...scenario, events: [...before, ...pings, ...scenario.events.slice(half)], pace: atTimes(times) };
}

/** The same stream with CRLF line ends, as a gateway may write them. */
function withCrlf(scenario: StreamScenario): StreamScenario {
  return {
    ...scenario,
    events: scenario.events.map(({ event, data }) => ({ event: `${event}\r`, data: `${data}\r` })),
  };
}

/** Writes that end inside each thing that may not be cut: a four-byte character, an escape, `data:`, a line end. */
function cutInside(scenario: StreamScenario): StreamScenario {
  const body = bytesOf(scenario.events);
  const offsets: number[] = [];
  for (let at = 1; at < body.length; at++) {
    const isInsideCharacter = ((body[at] ?? 0) & 0xc0) === 0x80;
    const before = body.subarray(Math.max(0, at - 3), at).toString("latin1");
    const isInside = /dat$|\\$|\\r$|[\r\n]$/.test(before);
    if (isInsideCharacter || isInside) offsets.push(at);
  }
  return splitAt(scenario, offsets);
}

/** Offsets over the body from its first word to its last. The test of every byte runs in one process (every-byte). */
const sampledCuts = (() => {
  const first = bytesOf(atOnce.events.slice(0, 2)).length + 1;
  const last = bytesOf(atOnce.events.slice(0, -1)).length;
  return Array.from({ length: 10 }, (_, index) => Math.floor(first + ((last - first) * index) / 9));
})();

const CASES: readonly [row: number, name: string, scenarios: readonly Scenario[], expected: Expected][] = [
  [10, "529 twice, then well", [overloaded, overloaded, well], { ...DONE, calls: 3 }],
  [10, "529 for ever", [overloaded], failed("overloaded", 4)],
  [10, "500 for ever", [refuse(500, "api_error")], failed("internal", 4)],
  [10, "504, then well", [refuse(504, "timeout_error"), well], { ...DONE, calls: 2 }],
  [10, "429 with 2 s, then well", [rateLimited(2), well], { ...DONE, calls: 2 }],
  [10, "429 with 3,600 s", [rateLimited(3_600)], { ...failed("rate_limited", 1), retryAfterSeconds: 3_600 }],
  [10, "the owner's spend limit", [spendLimit], failed("unavailable", 1)],
  [10, "401", [refuse(401, "authentication_error")], failed("unavailable", 1)],
  [10, "402", [refuse(402, "billing_error")], failed("unavailable", 1)],
  [10, "no connection, then well", [hangUp(), hangUp({ reset: false }), well], { ...DONE, calls: 3 }],
  [11, "200, then an error event first, then well", [errorEventAfter(words, 0), well], { ...DONE, calls: 2 }],
  [11, "200, then an error event first, for ever", [errorEventAfter(words, 0)], failed("overloaded", 4)],
  [11, "an error event in the middle", [errorEventAfter(words, 80)], BROKEN],
  [12, "no byte of the body, then well", [cutAfterBytes(words, 0), well], { ...DONE, calls: 2 }],
  ...sampledCuts.flatMap((bytes, index): [number, string, Scenario[], Expected][] => {
    const reset = index % 2 === 1;
    const how = reset ? "reset" : "cut";
    return [
      [12, `the body ${how} after ${bytes} bytes`, [cutAfterBytes(atOnce, bytes, { reset })], reset ? RESET : BROKEN],
    ];
  }),
  [13, "a clean end without message_stop", [endWithoutStop(words)], { ...BROKEN, text: "whole" }],
  [13, "a clean end in the middle", [endAfter(words, 100)], BROKEN],
  [13, "a clean end before any word, then well", [endAfter(words, 1), well], { ...DONE, calls: 2 }],
  [14, "a short silence", [silence(STALL_SECONDS / 3, false)], { ...DONE, calls: 1 }],
  [14, "silence in the middle for ever", [stallAfter(words, 90)], BROKEN],
  [14, "silence before the headers for ever", [neverAnswer()], { ...BROKEN, text: "prefix" }],
  [14, "late headers", [slowHeaders(words, 1_000)], { ...DONE, calls: 1 }],
  [14, "a long silence with pings", [silence(STALL_SECONDS * 2.5, true)], { ...DONE, calls: 1 }],
  [15, "one byte at a time", [byteByByte(answer(PROSE.slice(0, 200)))], { ...DONE, calls: 1 }],
  [15, "cuts inside characters, escapes and line ends", [cutInside(atOnce)], { ...DONE, calls: 1 }],
  [
    15,
    "CRLF line ends, one byte at a time",
    [byteByByte(withCrlf(answer(PROSE.slice(0, 200))))],
    { ...DONE, calls: 1 },
  ],
  [15, "characters cut into deltas of one code point", [answer(PROSE, { deltaSize: 1, pace: everyMs(1) })], DONE],
  [16, "5,000 deltas in one piece", [manyDeltasInOnePiece()], { ...DONE, calls: 1 }],
  [16, "one delta of 1 MB", [oneHugeDelta()], { ...DONE, calls: 1, hasNoNextTurn: true }],
  [17, "an unknown event", [unknownEvent(words, 40)], { ...DONE, calls: 1 }],
  [17, "an unknown delta", [unknownDelta(words, 40)], { ...DONE, calls: 1 }],
  [17, "message_start twice", [repeatedMessageStart(words)], { ...DONE, calls: 1 }],
  [17, "bad JSON in the middle", [badJson(words, 60)], { ...BROKEN, text: "prefix" }],
  [17, "bad JSON first, then well", [badJson(words, 1), well], { ...DONE, calls: 2 }],
  [17, "thinking, then words, cut between them", [endAfter(thinkingThenText("Hm. Well.", PROSE), 5)], BROKEN],
];

export const MODEL_ROWS: readonly Row[] = CASES.map(([row, name, scenarios, expected]) => ({
  row,
  name,
  async run(world) {
    const person = await world.person();
    const turn = world.model.turn(scenarios);
    const view = await person.ask(turn.ids, turn.question);
    await check(world, person, turn, [view], expected);
  },
}));
