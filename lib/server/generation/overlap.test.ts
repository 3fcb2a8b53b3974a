import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { joinTexts } from "./overlap";

/** `before` and what is left of `pieces`, joined. */
function joined(before: string, ...pieces: string[]): string {
  const joint = joinTexts(before);
  return before + pieces.map((piece) => joint.add(piece)).join("") + joint.end();
}

const CASES: readonly [what: string, before: string, after: string, whole: string][] = [
  ["nothing is repeated", "The platen is", " a roller.", "The platen is a roller."],
  [
    "the last words are repeated",
    "The platen is the rol",
    "the roller of a typewriter",
    "The platen is the roller of a typewriter",
  ],
  ["the last line is repeated", "One.\nTwo is gre", "Two is great.\nThree", "One.\nTwo is great.\nThree"],
  ["all is repeated", "Once upon a ti", "Once upon a time.", "Once upon a time."],
  ["a line break stands before the repetition", "It holds the pap", "\nholds the paper", "It holds the paper"],
  ["a word is begun again", "through th", "the night", "through the night"],
  ["letters meet by coincidence", "a pul", "ley", "a pulley"],
  ["numbers meet by coincidence", "1, 2, 1", "10, 4", "1, 2, 110, 4"],
  ["a rule goes on", "a\n\n  ---------", "-------- b", "a\n\n  ----------------- b"],
  ["the space at the cut is repeated", "the roller that ", "that holds", "the roller that holds"],
  ["the answer ended a paragraph", "One.\n\n", "Two.", "One.\n\nTwo."],
  ["a list item is begun again", "- one\n- ", "- two", "- one\n- two"],
  ["a code block is opened again", "```ts\nconst a = 1;\ncon", "```ts\nconst b", "```ts\nconst a = 1;\nconst b"],
  ["a code block is opened again by another name", "~~~py\na\nb", "~~~python\nb = 2", "~~~py\na\nb = 2"],
  ["a code block is closed", "```\na = 1\n", "```\n\nThat was it.", "```\na = 1\n```\n\nThat was it."],
  [
    "a code block that was closed is followed by another",
    "```ts\na\n```\n\n",
    "```ts\nb\n```",
    "```ts\na\n```\n\n```ts\nb\n```",
  ],
  ["the fence itself was cut", "Look:\n``", "```ts\na", "Look:\n```ts\na"],
  ["the line of the fence was cut", "Look:\n```t", "```ts\na", "Look:\n```ts\na"],
  ["the fence was the last line", "Look:\n```ts", "```ts\na", "Look:\n```ts\na"],
  ["a row is cut", "| a | b |\n|---|---|\n| 1 ", "| 2 |\n", "| a | b |\n|---|---|\n| 1 | 2 |\n"],
  ["a row is begun again", "| a | b |\n|---|---|\n| 1 ", "| 1 | 2 |\n", "| a | b |\n|---|---|\n| 1 | 2 |\n"],
  [
    "a table is headed again",
    "| a | b |\n|---|---|\n| 1 | 2 |\n| 3",
    "| a | b |\n|---|---|\n| 3 | 4 |",
    "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |",
  ],
  [
    "Chinese is repeated",
    "我们在这里用打字机写了一封很长的信",
    "打字机写了一封很长的信给你",
    "我们在这里用打字机写了一封很长的信给你",
  ],
];

describe.each(CASES)("when %s", (_, before, after, whole) => {
  test("both texts read as one", () => {
    expect(joined(before, after)).toBe(whole);
  });

  test("by character, and cut anywhere, too", () => {
    expect(joined(before, ...after)).toBe(whole);
    for (let cut = 0; cut <= after.length; cut++) {
      expect(joined(before, after.slice(0, cut), after.slice(cut))).toBe(whole);
    }
  });
});

describe("a joint", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", " ", "\n", "|", "-", "`", "~", "é", "😀"), maxLength: 40 });
  const pieces = fc.array(text, { maxLength: 8 });

  test("tells the same however the text is cut", () => {
    fc.assert(
      fc.property(text, pieces, (before, parts) => {
        expect(joined(before, ...parts)).toBe(joined(before, parts.join("")));
      }),
      { numRuns: 3_000 },
    );
  });

  test("adds an end of what comes, and nothing of its own", () => {
    fc.assert(
      fc.property(text, pieces, (before, parts) => {
        const added = joined(before, ...parts).slice(before.length);
        expect(parts.join("").endsWith(added)).toBe(true);
      }),
    );
  });

  test("finds every text again whose last words are said once more", () => {
    const words = fc.array(fc.constantFrom("the", "roller", "holds", "paper", "while", "type", "strikes"), {
      minLength: 6,
      maxLength: 40,
    });
    fc.assert(
      fc.property(words, fc.nat(), fc.integer({ min: 12, max: 60 }), (said, at, repeated) => {
        // Each word with its number, so that only one place is the right one.
        const whole = said.map((word, index) => `${word}${index}`).join(" ");
        const cut = 12 + (at % (whole.length - 12));
        const from = whole.lastIndexOf(" ", Math.max(0, cut - repeated)) + 1;
        expect(joined(whole.slice(0, cut), whole.slice(from))).toBe(whole);
      }),
    );
  });

  test("lets a text that goes round in circles go on, and finds its last words all the same", () => {
    const round = "The platen is the roller that holds the paper while the type strikes it, line after line. ".repeat(
      40,
    );
    for (let cut = 300; cut < 3_000; cut += 7) {
      expect(joined(round.slice(0, cut), round.slice(cut))).toBe(round);
      expect(joined(round.slice(0, cut), round.slice(round.lastIndexOf(" ", cut - 30) + 1))).toBe(round);
    }
  });

  test("holds nothing back that cannot be a repetition, and never more than a few thousand characters", () => {
    expect(joinTexts("The platen").add(" is")).toBe(" is");
    const endless = "ab ".repeat(10_000);
    const joint = joinTexts(endless);
    const out = joint.add(endless.slice(0, 4_000)) + joint.add("x");
    expect(out.length).toBeGreaterThan(0);
  });
});
