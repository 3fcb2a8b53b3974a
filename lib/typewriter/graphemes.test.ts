import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { graphemeCut, mayEndHere } from "./graphemes";

const FAMILY = "👨‍👩‍👧‍👦";
const ZALGO = `Z${"\u0335\u0321\u034e\u0301".repeat(40)}`;
const PIECES = [
  ..."a7 .#*é中あ한цß",
  "\r\n",
  "\r",
  "\n",
  "🇩🇪",
  "🇫",
  FAMILY,
  "👍🏽",
  "❤️",
  "1️⃣",
  "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
  "\u1112\u1161\u11ab",
  "क्षि",
  "नमस्ते",
  "ก็",
  "e\u0301",
  ZALGO,
  "\u200d",
  "\ufe0f",
  "\u0301",
  "\ud83d",
  "\ude00",
  "\u0600",
  "한\u11a8",
];
const nastyText = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: "binary" })), { maxLength: 40 })
  .map((pieces) => pieces.join(""));

function bordersOf(text: string): number[] {
  const segments = new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text);
  return [...Array.from(segments, ({ index }) => index), ...(text ? [text.length] : [])];
}

/** The cut at each position, asked from the position before, as a stream of single units would. */
function cutsOf(text: string): number[] {
  const cuts = new Set<number>();
  let shown = 0;
  for (let length = 1; length <= text.length; length++) {
    shown = graphemeCut(text.slice(0, length), shown, length, length === text.length);
    cuts.add(shown);
  }
  return [...cuts];
}

describe("graphemeCut", () => {
  it.each([
    ["a family of four", FAMILY],
    ["flags", "🇩🇪🇫🇷🇯🇵🇧🇷"],
    ["a flag of tags", "🏴󠁧󠁢󠁥󠁮󠁧󠁿!"],
    ["skin tones", "👍🏽👍🏿ok"],
    ["keycaps", "1️⃣ 2️⃣"],
    ["Hangul from jamo", "\u1112\u1161\u11ab\u1100\u1173\u11af"],
    ["Devanagari conjuncts", "क्षत्रिय नमस्ते"],
    ["Zalgo", `x${ZALGO}y`],
    ["lines ended by CRLF", "a\r\nb\r\n\r\nc"],
    ["lone surrogates", "a\ud83d\ude00b\ud83dc\ude00d\ud83d"],
    ["a letter with an accent of its own", "cafe\u0301s"],
  ])("never parts %s that come unit by unit", (_, text) => {
    const borders = bordersOf(text);
    for (const cut of cutsOf(text)) expect(borders).toContain(cut);
  });

  it("holds back the last grapheme while it may still grow, and only then", () => {
    expect(graphemeCut("abc", 0, 3, false)).toBe(2);
    expect(graphemeCut("abc", 0, 3, true)).toBe(3);
    expect(graphemeCut("abc ", 0, 3, false)).toBe(3);
    expect(graphemeCut("ok 👨\u200d", 0, 6, false)).toBe(3);
    expect(graphemeCut("ok 👍\ud83c", 0, 6, false)).toBe(3);
  });

  it("counts a flag's halves from the last known border, however many flags there are", () => {
    const flags = "🇩🇪".repeat(100);
    expect(graphemeCut(flags, 0, 398, false)).toBe(396);
    expect(graphemeCut(flags, 4, 7, false)).toBe(4);
  });

  it("finds the border of a grapheme longer than its window", () => {
    expect(graphemeCut(`${ZALGO}ab`, 0, 100, false)).toBe(0);
    expect(graphemeCut(`${ZALGO}ab`, 0, ZALGO.length + 1, false)).toBe(ZALGO.length + 1);
  });

  it("segments nothing in plain text, and a window of 64 elsewhere, however long the text", () => {
    const segment = vi.spyOn(Intl.Segmenter.prototype, "segment");
    graphemeCut("plain words, 汉字 и слова. ".repeat(5000), 0, 100_000, false);
    expect(segment).not.toHaveBeenCalled();
    graphemeCut(`${"plain ".repeat(500)}${FAMILY}${"🇩🇪".repeat(5000)}`, 2000, 3020, false);
    expect(segment.mock.calls.map(([window]) => window.length)).toEqual([64]);
    segment.mockRestore();
  });

  it("never goes below from, nor beyond the text", () => {
    expect(graphemeCut("", 0, 5, false)).toBe(0);
    expect(graphemeCut("abc", 2, 1, false)).toBe(2);
    expect(graphemeCut("abc", 0, 99, true)).toBe(3);
  });

  it("agrees with segmenting the whole text, from any border, to any position, at any cut of the stream", () => {
    fc.assert(
      fc.property(nastyText, fc.nat(), fc.nat(), fc.nat(), (text, a, b, c) => {
        const borders = bordersOf(text);
        const arrived = a % (text.length + 1);
        const known = (text.charCodeAt(arrived - 1) & 0xfc00) === 0xd800 ? arrived - 1 : arrived;
        const certain = borders.filter((border) => border < known);
        const from = certain[b % Math.max(1, certain.length)] ?? 0;
        const to = c % (text.length + 2);
        const cut = graphemeCut(text.slice(0, arrived), from, to, false);
        expect(cut).toBe(certain.findLast((border) => border <= to && border >= from) ?? from);
        const whole = borders.findLast((border) => border <= to && border >= from) ?? from;
        expect(graphemeCut(text, from, to, true)).toBe(whole);
      }),
      { numRuns: 3000 },
    );
  });
});

describe("mayEndHere", () => {
  it.each(["word", "Let me look.", "さあ", "检索一下。", "café", "한글", "line\n", "“so”"])(
    "is true after %o",
    (text) => {
      expect(mayEndHere(text)).toBe(true);
    },
  );

  it.each(["👍", "🇩", "👨\u200d", "ok\r", "\ud83d", "क", "e\u0301", "1", "#", "❤", "©", ""])(
    "is false after %o",
    (text) => {
      expect(mayEndHere(text)).toBe(false);
    },
  );
});
