import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keystrokes, type Pace } from "./rhythm";

const PACES: readonly Pace[] = ["smooth", "bursts", "slow"];
const PROSE = "The platen is the black rubber roller in the middle of a typewriter. ".repeat(60);

describe("keystrokes", () => {
  it("join to the text again, whatever it is", () => {
    const anyText = fc.string({ unit: "grapheme", maxLength: 300 });
    fc.assert(
      fc.property(anyText, fc.constantFrom(...PACES), fc.nat(), (text, pace, seed) => {
        const strokes = keystrokes(text, pace, seed);
        expect(strokes.map((stroke) => stroke.text).join("")).toBe(text);
        expect(strokes.every((stroke) => stroke.text !== "" && stroke.afterMs >= 0)).toBe(true);
      }),
    );
  });

  it.each(PACES)("keep words whole: %s", (pace) => {
    const words = new Set(PROSE.split(" "));
    for (const { text } of keystrokes(PROSE, pace, 1)) {
      for (const word of text.trim().split(" ")) expect(words).toContain(word);
    }
  });

  it("cut long runs without spaces between words", () => {
    const strokes = keystrokes(
      "打字机有一个固定的位置：字总是落在同一点上，移动的是纸。屏幕上的文字也可以这样出现。",
      "smooth",
      1,
    );
    expect(strokes.length).toBeGreaterThan(3);
  });

  it.each([
    ["smooth", 150, 215],
    ["bursts", 150, 215],
    ["slow", 5, 12],
  ] as const)("%s flows at %i to %i characters a second", (pace, least, most) => {
    const ms = keystrokes(PROSE, pace, 7).reduce((sum, { afterMs }) => sum + afterMs, 0);
    const perSecond = (PROSE.length / ms) * 1_000;
    expect(perSecond).toBeGreaterThan(least);
    expect(perSecond).toBeLessThan(most);
  });

  it("come in bursts of 60 to 90 characters, 300 to 500 ms apart", () => {
    for (const { text, afterMs } of keystrokes(PROSE, "bursts", 3).slice(0, -1)) {
      expect(text.length).toBeGreaterThanOrEqual(58);
      expect(text.length).toBeLessThanOrEqual(95);
      expect(afterMs).toBeGreaterThanOrEqual(300);
      expect(afterMs).toBeLessThanOrEqual(500);
    }
  });
});
