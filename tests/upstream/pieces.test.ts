import { describe, expect, it } from "vitest";
import { byteByByte, bytesOf, cutAfterBytes, splitAt, stallAfter } from "./faults";
import { piecesOf } from "./pieces";
import { ALL_AT_ONCE, answer, atTimes, CLAUDE_RHYTHM, everyMs, type StreamScenario, tokensPerSecond } from "./scenario";

/** Six events at four characters a delta: start, block start, two deltas, block stop, and the message's end in two. */
const EIGHT_CHARACTERS = answer("abcdefgh", { deltaSize: 4 });

function dueTimes(scenario: StreamScenario): number[] {
  return piecesOf(scenario).map(({ dueMs }) => dueMs);
}

describe("pace", () => {
  it("lets time pass after each delta", () => {
    expect(dueTimes({ ...EIGHT_CHARACTERS, pace: everyMs(20) })).toEqual([0, 0, 0, 20, 40, 40, 40]);
    expect(dueTimes({ ...EIGHT_CHARACTERS, pace: tokensPerSecond(50) })).toEqual([0, 0, 0, 20, 40, 40, 40]);
  });

  it("adds up no error over a long answer", () => {
    const long = answer("a".repeat(10_001), { deltaSize: 1, pace: tokensPerSecond(300) });
    expect(dueTimes(long).at(-1)).toBeCloseTo(33_336.667, 3);
  });

  it("gives a burst of characters at each beat", () => {
    const scenario = answer("a".repeat(200), { deltaSize: 17, pace: CLAUDE_RHYTHM });
    expect(dueTimes(scenario)).toEqual([0, 0, 0, 0, 0, 0, 0, 470, 470, 470, 470, 470, 940, 940, 940, 940, 940]);
  });

  it("follows recorded times, the last one for what is past them", () => {
    expect(dueTimes({ ...EIGHT_CHARACTERS, pace: atTimes([0, 5, 9.5, 12]) })).toEqual([0, 5, 9.5, 12, 12, 12, 12]);
  });
});

describe("split", () => {
  const body = bytesOf(EIGHT_CHARACTERS.events);
  const splits: [string, StreamScenario, number][] = [
    ["one write in all", { ...EIGHT_CHARACTERS, pace: ALL_AT_ONCE }, 1],
    ["one write an event", { ...EIGHT_CHARACTERS, pace: everyMs(1) }, 7],
    ["one write a byte", byteByByte(EIGHT_CHARACTERS), body.length],
    ["writes at offsets, in any order, the idle ones left out", splitAt(EIGHT_CHARACTERS, [900, 3, 3, 0, 99_999]), 3],
  ];

  it.each(splits)("makes %s of the same bytes and text", (_, scenario, count) => {
    const pieces = piecesOf(scenario);
    expect(Buffer.concat(pieces.map(({ bytes }) => bytes))).toEqual(body);
    expect(pieces.map(({ text }) => text).join("")).toBe("abcdefgh");
    expect(pieces).toHaveLength(count);
  });

  it("makes a piece due with the event of its last byte", () => {
    const afterFirstDelta = bytesOf(EIGHT_CHARACTERS.events.slice(0, 3)).length;
    const paced = { ...EIGHT_CHARACTERS, pace: everyMs(20) };
    expect(dueTimes(splitAt(paced, [afterFirstDelta - 1, afterFirstDelta, afterFirstDelta + 1]))).toEqual([
      0, 0, 20, 40,
    ]);
  });
});

describe("ending", () => {
  it("cuts at the byte, and a delta without its empty line is no text", () => {
    const afterFirstDelta = bytesOf(EIGHT_CHARACTERS.events.slice(0, 3)).length;
    expect(piecesOf(cutAfterBytes(EIGHT_CHARACTERS, afterFirstDelta))).toMatchObject([{ text: "abcd" }]);
    expect(piecesOf(cutAfterBytes(EIGHT_CHARACTERS, afterFirstDelta - 1))).toMatchObject([{ text: "" }]);
    expect(piecesOf(cutAfterBytes(EIGHT_CHARACTERS, 0))).toEqual([]);
  });

  it("stalls after so many events", () => {
    const stalled = stallAfter({ ...EIGHT_CHARACTERS, pace: everyMs(1) }, 3);
    expect(piecesOf(stalled).map(({ text }) => text)).toEqual(["", "", "abcd"]);
  });
});
