// @ts-expect-error The package has no types.
import { tests } from "commonmark-spec";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GFM_EXAMPLES } from "./gfm-examples.test-support";
import { parseMarkdown } from "./markdown";
import { footnotes, normalizeHtml, parsePieces, referenceHtml, toHtml } from "./markdown.test-support";

type Example = { markdown: string; html: string; section: string; number: number };

const EXAMPLES = (tests as Example[]).map((example) => ({
  ...example,
  markdown: example.markdown.replaceAll("→", "\t"),
  html: normalizeHtml(example.html.replaceAll("→", "\t")),
}));

/** The examples with raw HTML, which is text here; the reference parser with HTML escaped is their judge. */
const RAW_HTML = [
  ...[21, 31, ...range(148, 191), 201, 308, 309, 344, 475, 476, 477, 491, 494, 524, 536],
  ...[...range(613, 617), 623, ...range(625, 631), 642, 643],
];

/** The examples of what is no link in CommonMark, but is a bare address in GFM; the reference parser with GFM is their judge. */
const BARE_ADDRESSES = [602, 608, 611, 612];

/** Where this parser and the reference, micromark, part ways: by our reading of the spec's text, or by a bound that is meant. */
const EXCEPTIONS: { reason: string; markdown: string; html: string }[] = [
  {
    reason: "micromark takes an empty item for one that would interrupt a paragraph though it is in a new container",
    markdown: "a\n- -",
    html: "<p>a</p><ul><li><ul><li></li></ul></li></ul>",
  },
  {
    reason: "micromark lets a lone tag start an HTML block on a lazy line; in the spec it cannot interrupt a paragraph",
    markdown: "> a\n<b>",
    html: "<blockquote><p>a\n&lt;b&gt;</p></blockquote>",
  },
  {
    reason: "micromark classes characters beyond the basic plane by half; since 0.31 symbols are punctuation",
    markdown: "**)**😀",
    html: "<p><strong>)</strong>😀</p>",
  },
  {
    reason: "micromark refuses a reference before an unclosed bracket",
    markdown: "[a]: /u\n\n[a][",
    html: '<p><a href="/u">a</a>[</p>',
  },
  {
    reason: "micromark takes a box before a setext heading for text; here it is decided before the underline comes",
    markdown: "- [ ] a\n  =",
    html: '<ul><li><input type="checkbox"><h1>a</h1></li></ul>',
  },
  {
    reason: "micromark takes a box before a table's header for text; here it is decided before the delimiter row comes",
    markdown: "- [x] a | b\n  --|--",
    html: '<ul><li><input type="checkbox" checked=""><table><thead><tr><th>a</th><th>b</th></tr></thead></table></li></ul>',
  },
  {
    reason: "micromark counts what is left of a run where the spec counts the whole run",
    markdown: "***a*b*c",
    html: "<p>*<em><em>a</em>b</em>c</p>",
  },
  {
    reason: "micromark pairs tildes after, not among, the other delimiters",
    markdown: "~*b**",
    html: "<p>~<em>b</em>*</p>",
  },
  {
    reason: "micromark adds a line to a fence that the end of its item closes",
    markdown: "- ```\n\n",
    html: "<ul><li><pre><code>\n</code></pre></li></ul>",
  },
  {
    reason: "micromark keeps the indentation of a continued line within a code span",
    markdown: "`a\n   b`",
    html: "<p><code>a b</code></p>",
  },
  {
    reason: "no address starts within what started like one and is none: each would be read to its end again",
    markdown: "www.a_www.b",
    html: "<p>www.a_www.b</p>",
  },
  {
    reason: "a mark more than 2,048 characters from its partner is text, so that one stray mark lets an answer settle",
    markdown: `*a ${"b".repeat(2050)}*`,
    html: `<p>*a ${"b".repeat(2050)}*</p>`,
  },
  {
    reason: "containers nest 100 deep",
    markdown: `${">".repeat(105)} a`,
    html: `${"<blockquote>".repeat(100)}<p>&gt;&gt;&gt;&gt;&gt; a</p>${"</blockquote>".repeat(100)}`,
  },
];

function cuts(text: string): string[][] {
  return Array.from({ length: Math.max(0, text.length - 1) }, (_, index) => [
    text.slice(0, index + 1),
    text.slice(index + 1),
  ]);
}

describe("CommonMark 0.31", () => {
  it("has all 652 examples", () => {
    expect(EXAMPLES).toHaveLength(652);
  });

  it.each(EXAMPLES)("example $number, $section", ({ markdown, html, number }) => {
    const whole = parseMarkdown(markdown);
    const isOurs = RAW_HTML.includes(number) || BARE_ADDRESSES.includes(number);
    expect(toHtml(whole)).toBe(isOurs ? referenceHtml(markdown) : html);
    expect(toHtml(whole) === html).toBe(!isOurs);
    expect(parsePieces([...markdown])).toEqual(whole);
    for (const pieces of cuts(markdown)) expect(parsePieces(pieces)).toEqual(whole);
  });
});

describe("GFM", () => {
  it.each(GFM_EXAMPLES)("$section, example $number", ({ markdown }) => {
    const whole = parseMarkdown(markdown);
    expect(toHtml(whole)).toBe(referenceHtml(markdown));
    expect(parsePieces([...markdown])).toEqual(whole);
    for (const pieces of cuts(markdown)) expect(parsePieces(pieces)).toEqual(whole);
  });
});

describe("a table's header", () => {
  it.each([
    "[r]: https://a.b\n| a | b |\n|---|---|\n| 1 | [r] |\n",
    "[r]: https://a.b\na | b\n--|--\n",
    "[r]: https://a.b\n[s]: https://a.b\na\n:-:\n",
    "[r]: https://a.b\nc\na | b\n--|--\n",
  ])("stands in the table alone, whatever was read before it: %j", (text) => {
    const whole = parseMarkdown(text);
    expect(toHtml(whole)).toBe(referenceHtml(text));
    for (const pieces of [[...text], ...cuts(text)]) expect(parsePieces(pieces)).toEqual(whole);
  });
});

describe("footnotes", () => {
  it("keeps the first definition of a label where it stands, and takes the rest for nothing", () => {
    const root = parseMarkdown("a[^N] b[^x]\n\n[^n]: one\n\n    two\n\n[^n]: again\n\n[^m]:\n");
    expect(toHtml(root)).toBe("<p>a<sup></sup> b[^x]</p>");
    expect(footnotes(root).map(({ label, children }) => [label, children.map(({ type }) => type)])).toEqual([
      ["n", ["paragraph", "paragraph"]],
      ["m", []],
    ]);
  });
});

describe("the reference parser", () => {
  it.each(EXCEPTIONS)("differs where $reason", ({ markdown, html }) => {
    expect(toHtml(parseMarkdown(markdown))).toBe(html);
    expect(referenceHtml(markdown)).not.toBe(html);
  });

  it("agrees on documents made of fragments", () => {
    fc.assert(
      fc.property(documents(CALM_LINES), (text) => {
        expect(toHtml(parseMarkdown(text))).toBe(referenceHtml(text));
      }),
      { numRuns: 2000, seed: 1 },
    );
  });
});

describe("any way of cutting", () => {
  it("gives the same tree", () => {
    fc.assert(
      fc.property(documents(LINES), fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1 }), (text, lengths) => {
        expect(parsePieces(cutBy(text, lengths))).toEqual(parseMarkdown(text));
      }),
      { numRuns: 3000 },
    );
  });

  it("gives the same tree with any line endings", () => {
    const text = "# a\n\nb\nc\n\n```\nd\n```\n";
    for (const ending of ["\r\n", "\r"]) {
      expect(parsePieces([...text.replaceAll("\n", ending)])).toEqual(parseMarkdown(text));
    }
  });

  it.each(["http://a_b.c.d e", "www.é_b.c/d e", "x http://a_b.c e www.f_g.www.h.i", "*http://a_.b_*.c.d*"])(
    "gives the same tree where the end of an address shows whether it is one: %j",
    (text) => {
      for (const pieces of [[...text], ...cuts(text)]) expect(parsePieces(pieces)).toEqual(parseMarkdown(text));
    },
  );

  it.each(["http://a.", "www._", "https://a/("])("gives the same tree where %s is repeated beyond reach", (piece) => {
    const text = `${piece.repeat(1800)} http://b.c ${piece}`;
    for (const length of [997, 4099]) expect(parsePieces(cutBy(text, [length]))).toEqual(parseMarkdown(text));
  });

  it("gives the same tree where marks lie at the edge of reach", () => {
    for (const length of [2040, 2044, 2046, 2047, 2048, 2049, 2052]) {
      const filler = "x ".repeat(length / 2);
      for (const [open, close] of [
        ["*", "*"],
        ["`", "`"],
        ["[", "](/u)"],
        ["[www.a.b ", "] www.a.b"],
        ["<b ", ">"],
        ["$", "$"],
      ]) {
        const text = `${open}${filler}y${close} *z* after`;
        expect(parsePieces(cutBy(text, [7]))).toEqual(parseMarkdown(text));
      }
    }
  });
});

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

function cutBy(text: string, lengths: number[]): string[] {
  const pieces: string[] = [];
  for (let from = 0, turn = 0; from < text.length; turn++) {
    const length = lengths[turn % lengths.length] ?? 1;
    pieces.push(text.slice(from, from + length));
    from += length;
  }
  return pieces;
}

const PREFIXES = ["", "", "", "> ", "- ", "  ", "1. ", "   "];
const INLINE = [
  "*",
  "**",
  "_",
  "__",
  "`",
  "``",
  "[",
  "]",
  "![",
  "](",
  "](/u)",
  "[a]",
  "[b][a]",
  "(x)",
  "<http://x.y>",
  "&amp;",
  "&#35;",
  "\\*",
  "\\",
  "word",
  "a",
  "b c",
  " ",
  "  ",
  "!",
  ".",
  "é",
  "“",
  "中文",
  "http://ex.com/a",
  "www.ex.com",
  "a@b.co",
  "[^n]",
  "x_y",
  "|",
  "*a*",
  "**b**",
  "`c`",
  '[l](/u "t")',
  "1",
  "<",
  ">",
  '"',
  "[A]:",
];
const WILD_INLINE = ["~~", "~", "$", "$x$", "$$", "\\(", "\\)", "\\[", "\\]", "<b>", "<!-- c -->", "😀", "\t"];
const CALM_LINES = [
  "# h",
  "***",
  "===",
  "--",
  "```js",
  "```",
  "| a | b |",
  "|---|:-:|",
  "a | b",
  "[a]: /url",
  "[a]: /url 't'",
  "- [x] t",
  "text",
  "",
];
const LINES = [
  ...CALM_LINES,
  "[^n]: note",
  "- ",
  "+ ",
  "2)",
  ">",
  "    ",
  "\t",
  "~~~",
  "- - -",
  "[b]:",
  "<div>",
  "<!--",
  "-->",
  "$$",
  "\\[",
  "\\]",
  "$$x$$",
  "<pre>",
  "</pre>",
  "'t'",
];

function documents(lines: string[]): fc.Arbitrary<string> {
  const isCalm = lines === CALM_LINES;
  const marks = isCalm ? INLINE : [...INLINE, ...WILD_INLINE];
  const line = fc
    .tuple(
      fc.constantFrom(...(isCalm ? ["", "", "> "] : PREFIXES)),
      fc.constantFrom(...lines),
      fc.array(fc.constantFrom(...marks), { maxLength: 6 }),
    )
    .map(([prefix, start, inline]) => prefix + start + inline.join(""));
  const text = fc.array(line, { minLength: 1, maxLength: 6 }).map((all) => all.join("\n"));
  return isCalm ? text.filter((value) => !isDisputed(value)).map((value) => `${value}\n`) : text;
}

/** Whether a text holds what EXCEPTIONS lists. */
function isDisputed(text: string): boolean {
  const hasMixedRuns = ["*", "_"].some(
    (mark) => text.includes(mark + mark) && new RegExp(`(?<![${mark}])[${mark}](?![${mark}])`).test(text),
  );
  const hasEmptyItem = /^[ >]*$|[ \t]$|^[ >]*([-*+]|\d+[.)])[ ]*$|\n[ >]*</m.test(text);
  const hasOpenLabel = /\]\[(?![^[\]]*\])/.test(text);
  return (
    hasMixedRuns || hasOpenLabel || /[*_]{3}/.test(text) || hasEmptyItem || /`[\s\S]*\n[ >]+|^(`{3}[^`]*)$/m.test(text)
  );
}
