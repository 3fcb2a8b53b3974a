import { describe, expect, test } from "vitest";
import { paragraphsAfter, paragraphsOf } from "./paragraphs";

const TEXTS = ["", "one", "one\n\ntwo", "one\ntwo\n\n\nthree\n", "\n\nfirst\n\n", "a\n\n\n\nb\n\nc", "\n"];

/** What a surface holds after `pieces` came one by one. */
function grown(pieces: string[]): string[] {
  const paragraphs: string[] = [];
  for (const piece of pieces) {
    const open = paragraphs.pop();
    const [first, ...rest] = open === undefined ? paragraphsOf(piece) : paragraphsAfter(open, piece);
    paragraphs.push(...[(open ?? "") + (first ?? ""), ...rest].filter((paragraph) => paragraph !== ""));
  }
  return paragraphs;
}

describe("paragraphs", () => {
  test("end with their blank lines", () => {
    expect(paragraphsOf("one\ntwo\n\n\nthree\n")).toEqual(["one\ntwo\n\n\n", "three\n"]);
  });

  test("joined are the text", () => {
    for (const text of TEXTS) expect(paragraphsOf(text).join("")).toBe(text);
  });

  test("are the same whole, by character, and cut at every point", () => {
    for (const text of TEXTS) {
      expect(grown([...text])).toEqual(paragraphsOf(text));
      for (let at = 0; at <= text.length; at++) {
        expect(grown([text.slice(0, at), text.slice(at)])).toEqual(paragraphsOf(text));
      }
    }
  });
});
