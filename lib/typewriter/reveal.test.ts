import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mayEndHere } from "./graphemes";
import type { PaceMode } from "./pace";
import * as traces from "./pace.traces";
import { createReveal, type Reveal } from "./reveal";

const HARD_TEXT = "👨‍👩‍👧‍👦 और क्षत्रिय 🇩🇪🇫🇷 1️⃣ \u1112\u1161\u11ab ❤️\r\n👍🏽 नमस्ते 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ก็ ";

function bordersOf(text: string): Set<number> {
  const segments = new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text);
  return new Set([...Array.from(segments, ({ index }) => index), text.length]);
}

/** The reveal as a law of lengths, of a text that is cut wherever the trace cuts it. */
function lawOf(reveal: Reveal, text: string, shownLengths: number[]): traces.PacingLaw {
  return {
    arrived: (length, nowMs) => reveal.arrived(text.slice(0, length), nowMs),
    ended: (nowMs) => reveal.finish(nowMs),
    advance(nowMs) {
      shownLengths.push(reveal.advance(nowMs));
      return shownLengths.at(-1) ?? 0;
    },
  };
}

describe("createReveal", () => {
  const all = [
    traces.claude(1),
    traces.claude(2, { pieces: 5 }),
    traces.steady(40, 1),
    traces.steady(250, 4),
    traces.steady(1200, 5),
    traces.dumpThenTrickle(),
    traces.stallThenFlood(),
    traces.claudeThenFlood(1),
  ];

  it.each(all)("splits no grapheme in any frame, wherever deltas are cut: $name", (trace) => {
    const total = trace.arrivals.at(-1)?.length ?? 0;
    for (const shift of [0, 1, 2, 3, 5, 8, 13]) {
      const text = HARD_TEXT.repeat(Math.ceil(total / HARD_TEXT.length) + 1).slice(shift, shift + total);
      const borders = bordersOf(text);
      for (const mode of ["instant", "smooth", "typewriter"] as const) {
        const shownLengths: number[] = [];
        traces.simulate(trace, lawOf(createReveal({ mode }), text, shownLengths));
        expect(shownLengths.filter((length) => !borders.has(length))).toEqual([]);
      }
    }
  });

  it("holds the bars with the cut in place", () => {
    const runs = [1, 2, 3, 4, 5].map((seed) => {
      const trace = traces.claude(seed);
      const text = HARD_TEXT.repeat(40).slice(0, trace.arrivals.at(-1)?.length);
      return traces.simulate(trace, lawOf(createReveal({ mode: "smooth" }), text, []));
    });
    expect(traces.medians(runs).longestPauseMs).toBeLessThanOrEqual(150);
    expect(traces.medians(runs).lagP95Ms).toBeLessThanOrEqual(600);
    const flood = lawOf(createReveal({ mode: "smooth" }), "plain text ".repeat(400), []);
    expect(traces.simulate(traces.stallThenFlood(), flood).largestJump).toBeLessThanOrEqual(120);
  });

  it("shows the last letter 100 ms after its turn when the stream goes quiet", () => {
    const reveal = createReveal({ mode: "instant" });
    reveal.arrived("Hello", 0);
    expect(reveal.advance(0)).toBe(4);
    expect(reveal.advance(99)).toBe(4);
    expect(reveal.advance(100)).toBe(5);
    expect(reveal.isSettled).toBe(false);
  });

  it("shows half an emoji never, though the stream goes quiet", () => {
    const reveal = createReveal({ mode: "instant" });
    reveal.arrived("Hi 👨", 0);
    reveal.advance(0);
    expect(reveal.advance(5000)).toBe(3);
    reveal.arrived("Hi 👨‍👩", 5000);
    expect(reveal.advance(5001)).toBe(3);
    reveal.finish(5002);
    expect(reveal.advance(5003)).toBe(8);
    expect(reveal.isSettled).toBe(true);
  });

  it("freezes what is shown, for ever", () => {
    const reveal = createReveal({ mode: "smooth" });
    reveal.arrived("x".repeat(500), 0);
    const shown = reveal.advance(16);
    expect(reveal.freeze()).toBe(shown);
    expect(reveal.isSettled).toBe(true);
    reveal.arrived("x".repeat(900), 20);
    reveal.finish(21);
    expect(reveal.advance(2000, { isHidden: true })).toBe(shown);
    expect(reveal.isSettled).toBe(true);
  });

  it("starts from what was on the page before", () => {
    const reveal = createReveal({ mode: "smooth", shownText: "All of this was here. " });
    expect(reveal.advance(0)).toBe(22);
    expect(reveal.isSettled).toBe(false);
    reveal.finish(1);
    expect(reveal.isSettled).toBe(true);
  });

  it("shows the whole text in slices between graphemes, for any text, deltas and frame times", () => {
    const pieces = fc.array(fc.oneof(fc.constantFrom(...HARD_TEXT.split(" "), "e\u0301", "a", "\ud83d"), fc.string()));
    const text = pieces.map((words) => words.join(""));
    const steps = fc.array(fc.record({ units: fc.nat(9), afterMs: fc.nat(300), isHidden: fc.boolean() }));
    const modes = fc.constantFrom<PaceMode[]>("instant", "smooth", "typewriter");
    fc.assert(
      fc.property(text, steps, modes, (wholeText, deltas, mode) => {
        const borders = bordersOf(wholeText);
        const reveal = createReveal({ mode });
        let nowMs = 0;
        let length = 0;
        let before = 0;
        for (const { units, afterMs, isHidden } of deltas) {
          length = Math.min(wholeText.length, length + units);
          reveal.arrived(wholeText.slice(0, length), nowMs);
          nowMs += afterMs;
          const shown = reveal.advance(nowMs, { isHidden });
          expect(shown).toBeGreaterThanOrEqual(before);
          const wasForced = shown === length && mayEndHere(wholeText.slice(0, length));
          expect(borders.has(shown) || wasForced || shown === before).toBe(true);
          before = shown;
        }
        reveal.arrived(wholeText, nowMs);
        reveal.finish(nowMs);
        for (let frame = 1; frame <= 60 && !reveal.isSettled; frame++) reveal.advance(nowMs + frame * 16);
        expect(reveal.advance(nowMs + 1000)).toBe(wholeText.length);
      }),
      { numRuns: 1000 },
    );
  });
});
