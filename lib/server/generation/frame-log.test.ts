import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { frameOf } from "./event-stream";
import { FrameLog, type Logged } from "./frame-log";

const says = (text: string, atMs = 0): Logged => ({
  type: "content_block_delta",
  data: JSON.stringify({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } }),
  atMs,
});

const text = (bytes: Uint8Array) => new TextDecoder("utf-8", { fatal: true }).decode(bytes);

function logOf(logged: readonly Logged[]): FrameLog {
  const log = new FrameLog();
  for (const event of logged) log.push(event);
  return log;
}

/** All that comes after event `after`, by as many reads as it takes. */
function readFrom(log: FrameLog, after: number, maximumLength: number): string {
  let read = "";
  for (let last = after; last < log.length; ) {
    const next = log.framesAfter(last, maximumLength);
    expect(next.last).toBeGreaterThan(last);
    read += text(next.bytes);
    last = next.last;
  }
  return read;
}

const framesOf = (logged: readonly Logged[]) => logged.map(({ type, data }, index) => frameOf(index + 1, type, data));
const withoutTypes = (logged: readonly Logged[]) => logged.map(({ data, atMs }) => ({ data, atMs }));

describe("a log of frames", () => {
  test("gives back every event, and from any of them on the frames as they go over the wire", () => {
    const events = fc.array(fc.tuple(fc.string({ unit: "grapheme", maxLength: 60 }), fc.nat(1_000_000)));
    fc.assert(
      fc.property(events, fc.nat(200), fc.integer({ min: 1, max: 400 }), (said, after, maximumLength) => {
        const logged = said.map(([words, atMs]) => says(words, atMs));
        const log = logOf(logged);
        expect(log.all()).toEqual(withoutTypes(logged));
        expect(log.length).toBe(logged.length);
        const begin = Math.min(after, logged.length);
        expect(readFrom(log, begin, maximumLength)).toBe(framesOf(logged).slice(begin).join(""));
      }),
    );
  });

  test("gives back what fills many pieces, and an event that is larger than one", () => {
    const logged = Array.from({ length: 300 }, (_, n) => says("é".repeat(n === 150 ? 40_000 : n), n));
    const log = logOf(logged);
    expect(log.all()).toEqual(withoutTypes(logged));
    expect(readFrom(log, 0, 1_000_000)).toBe(framesOf(logged).join(""));
  });

  test("changes nothing of what was read when more comes", () => {
    const log = new FrameLog();
    log.push(says("first"));
    const { bytes } = log.framesAfter(0, 1);
    const before = text(bytes);
    for (let n = 0; n < 500; n++) log.push(says("x".repeat(n)));
    expect(text(bytes)).toBe(before);
    expect(text(log.framesAfter(0, 1).bytes)).toBe(before);
  });

  test("has nothing after its last event, and knows that one's type", () => {
    const log = new FrameLog();
    expect(log.lastType).toBeUndefined();
    expect(log.framesAfter(0, 100)).toEqual({ bytes: new Uint8Array(), last: 0 });
    log.push(says("a".repeat(100_000)));
    expect(log.lastType).toBe("content_block_delta");
    expect(log.framesAfter(1, 100)).toEqual({ bytes: new Uint8Array(), last: 1 });
  });
});
