import { cutText } from "@/lib/chat/message";
import type { Expected } from "../faults/checker";
import { PROSE } from "../faults/row";
import {
  badJson,
  byteByByte,
  bytesOf,
  cutAfterBytes,
  endAfter,
  endWithoutStop,
  errorEventAfter,
  slowHeaders,
  stallAfter,
  unknownDelta,
  unknownEvent,
} from "../upstream/faults";
import { answer, everyMs, hangUp, refuse, type Scenario, type StreamScenario } from "../upstream/scenario";
import { pick, type Random, wholeBetween } from "./random";

export type Plan = { name: string; scenarios: readonly Scenario[]; expected: Expected };

const DONE: Expected = { outcomes: ["done"], text: "whole", calls: 1 };
const BROKEN: Expected = { outcomes: ["interrupted"], text: "flushed", calls: 1 };
const RESET: Expected = { outcomes: ["interrupted"], text: "prefix", calls: 1 };

/** How the model answers one question, and what must become of it when nothing else happens. */
export function randomPlan(random: Random): Plan {
  const words = randomWords(random);
  const middle = wholeBetween(random, 6, Math.max(6, words.events.length - 6));
  const overloaded = refuse(529, "overloaded_error");
  const first = bytesOf(words.events.slice(0, 3)).length;
  const bytes = wholeBetween(random, first, bytesOf(words.events.slice(0, -1)).length - 1);
  const plan = (name: string, scenarios: Scenario[], expected: Expected): Plan => ({ name, scenarios, expected });
  return pick(random, [
    [10, plan("well", [words], DONE)],
    [1, plan("late headers", [slowHeaders(words, wholeBetween(random, 100, 2_000))], DONE)],
    [1, plan("one byte at a time", [byteByByte(answer(cutText(PROSE, 150)))], DONE)],
    [1, plan("unknown event", [unknownEvent(words, middle)], DONE)],
    [1, plan("unknown delta", [unknownDelta(words, middle)], DONE)],
    [1, plan("overloaded once", [overloaded, words], { ...DONE, calls: 2 })],
    [1, plan("no connection once", [hangUp(), words], { ...DONE, calls: 2 })],
    [1, plan("no words once", [endAfter(words, 1), words], { ...DONE, calls: 2 })],
    [1, plan("refused", [refuse(401, "authentication_error")], { outcomes: ["failed"], text: "prefix", calls: 1 })],
    [1, plan("error in the middle", [errorEventAfter(words, middle)], BROKEN)],
    [2, plan("cut", [cutAfterBytes(words, bytes)], BROKEN)],
    [1, plan("reset", [cutAfterBytes(words, bytes, { reset: true })], RESET)],
    [1, plan("no message_stop", [endWithoutStop(words)], { ...BROKEN, text: "whole" })],
    [1, plan("silence", [stallAfter(words, middle)], BROKEN)],
    [1, plan("bad JSON", [badJson(words, middle)], RESET)],
  ]);
}

/** From half a second to some twelve, in one of the rhythms that models write in. */
function randomWords(random: Random): StreamScenario {
  const text = PROSE.slice(0, wholeBetween(random, 120, PROSE.length))
    .toWellFormed()
    .replaceAll("\uFFFD", "");
  return pick(random, [
    [4, answer(text, { pace: everyMs(wholeBetween(random, 5, 40)) })],
    [2, answer(text, { pace: { type: "rhythm", characters: 85, everyMs: 470 } })],
    [1, answer(text, { deltaSize: 1, pace: everyMs(4) })],
    [1, answer(text)],
  ]);
}
