import fc from "fast-check";
import { expect, test } from "vitest";
import { addTerms, couldHold, excerptOf, indexedTerms, joinedRanges, placesOf, wantedIn } from "./search-words";

function termsOf(text: string): string[] {
  const terms = new Set<string>();
  addTerms(terms, text);
  return [...terms];
}

/** The stretches of `text` in which `query` is found; null when some of it is missing. */
function found(text: string, query: string): string[] | null {
  const places = placesOf(text, wantedIn(query));
  if (places.length === 0 || places.some((ranges) => ranges.length === 0)) return null;
  return joinedRanges(places.flat()).map(([start, end]) => text.slice(start, end));
}

test("words are found whatever their case, accents and width, by their beginning", () => {
  expect(found("A Typewriter's RIBBON", "typewr ribbon")).toEqual(["Typewriter", "RIBBON"]);
  expect(found("Crème brûlée à l'École", "creme ecole")).toEqual(["Crème", "École"]);
  expect(found("ＡＢＣ and ﬁne", "abc fine")).toEqual(["ＡＢＣ", "ﬁne"]);
  expect(found("Ёлка и Йод", "елка йод")).toEqual(["Ёлка", "Йод"]);
  expect(found("İstanbul", "istanbul")).toEqual(["İstanbul"]);
  expect(found("the writer", "typewriter")).toBeNull();
});

test("a word of one or two letters is looked for whole", () => {
  expect(found("C and Go are languages", "c go")).toEqual(["C", "Go"]);
  expect(found("Candles are gone", "c")).toBeNull();
});

test("any part of a Chinese, Japanese, Korean or Thai sentence is found", () => {
  expect(found("我喜欢旧的打字机。", "打字机")).toEqual(["打字机"]);
  expect(found("我喜欢旧的打字机。", "机")).toEqual(["机"]);
  expect(found("タイプライターのリボン", "ライター")).toEqual(["ライター"]);
  expect(found("東京都に行きました", "京都")).toEqual(["京都"]);
  expect(found("京の都", "京都")).toBeNull();
  expect(found("한국어를 공부합니다", "국어")).toEqual(["국어"]);
  expect(found("เครื่องพิมพ์ดีด", "พิมพ์")).toEqual(["พิมพ์"]);
  expect(found("React入門の本", "react 入門")).toEqual(["React入門"]);
});

test("a plain text is searched as any other is", () => {
  expect(found("“The Ribbon” → of ink…", "ribbon ink")).toEqual(["Ribbon", "ink"]);
  expect(found("“The Ribbon” → of ink…", "机")).toBeNull();
  expect(found("“The Ribbon” → of ink…", "ebbon")).toBeNull();
});

test("punctuation alone asks for nothing", () => {
  expect(wantedIn(" %_* \"'() — 。")).toEqual([]);
});

test("whatever is found in a text has all its terms in the index, and no term can be mistaken for syntax", () => {
  const writing = fc.oneof(fc.string({ unit: "binary" }), fc.string(), fc.constantFrom("打字机 ribbon", "가나 ﷺ ㎏ İ"));
  fc.assert(
    fc.property(writing, writing, (text, query) => {
      const terms = termsOf(text);
      for (const term of terms) expect(term).toMatch(/^[\p{L}\p{N}\p{M}]+$/u);
      const wanted = wantedIn(query);
      if (placesOf(text, wanted).some((ranges) => ranges.length === 0)) return;
      for (const { term, isBeginning } of indexedTerms(wanted)) {
        expect(terms.some((indexed) => (isBeginning ? indexed.startsWith(term) : indexed === term))).toBe(true);
      }
    }),
  );
});

test("what a plain text could not hold it does not hold, and of other texts nothing is said", () => {
  expect(couldHold('[{"text":"The Ribbon\\nof ink"}]', wantedIn("ribbon of ink"))).toBe(true);
  expect(couldHold("The ribbon", wantedIn("ribbon ink"))).toBe(false);
  expect(couldHold("The ribbon", wantedIn("机"))).toBe(false);
  expect(couldHold("Das Röllchen", wantedIn("ink"))).toBe(true);
  fc.assert(
    fc.property(fc.string(), fc.string(), (text, query) => {
      const wanted = wantedIn(query);
      const isFound = placesOf(text, wanted).every((ranges) => ranges.length > 0);
      if (isFound) expect(couldHold(JSON.stringify([{ text }]), wanted)).toBe(true);
    }),
  );
});

test("an excerpt shows the first place, on one line, and its ranges hold what was looked for", () => {
  const text = `${"Some words before it. ".repeat(20)}\nThe ribbon\nof a typewriter ${"and words after it. ".repeat(20)}`;
  const excerpt = excerptOf(text, joinedRanges(placesOf(text, wantedIn("ribbon typewriter")).flat()));
  expect(excerpt.text).toMatch(/^….* The ribbon of a typewriter .*…$/);
  expect(excerpt.text.length).toBeLessThan(210);
  expect(excerpt.ranges.map(([start, end]) => excerpt.text.slice(start, end))).toEqual(["ribbon", "typewriter"]);
});

test("an excerpt leaves out how Markdown makes a text look, but nothing that was looked for", () => {
  const text = "## A **silk ribbon**\n\n```ts\nconst `ink`\n```\n2 ** 3, typescript";
  const shown = (query: string) => {
    const excerpt = excerptOf(text, joinedRanges(placesOf(text, wantedIn(query)).flat()));
    return { text: excerpt.text, found: excerpt.ranges.map(([start, end]) => excerpt.text.slice(start, end)) };
  };
  expect(shown("ribbon ink")).toEqual({
    text: "A silk ribbon   const ink  2  3, typescript",
    found: ["ribbon", "ink"],
  });
  expect(shown("ts typescript")).toEqual({
    text: "A silk ribbon  ```ts const ink  2  3, typescript",
    found: ["ts", "typescript"],
  });
});

test("an excerpt is well formed and its ranges lie within it, wherever it is cut", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("😀", "字", " ", "word", "\n", "**", "```ts", "# ")),
      fc.nat(),
      (pieces, at) => {
        const text = pieces.join("");
        const ranges = joinedRanges(placesOf(text, wantedIn("字")).flat()).slice(at % 5);
        const excerpt = excerptOf(text, ranges);
        expect(excerpt.text.isWellFormed()).toBe(true);
        for (const [start, end] of excerpt.ranges) expect(excerpt.text.slice(start, end)).toMatch(/^字+$/);
      },
    ),
  );
});

test("a word of any length, or with any number of accents, is read as far as it is compared", () => {
  expect(termsOf(`a${"\u0301\u0316".repeat(500_000)}`)[0]).toBe("a");
  expect(termsOf("é".repeat(3_000_000))).toEqual(["eee", "eeee", "e".repeat(64)]);
  expect(termsOf("漢".repeat(3_000_000))).toEqual(["漢", "漢漢"]);
});
