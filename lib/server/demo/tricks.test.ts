import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { numeral, sumIn, sumOf } from "./arithmetic";
import { trickFor } from "./tricks";

describe("arithmetic", () => {
  it.each([
    ["12 * (3+4)", 84],
    ["what is 2 + 2?", 4],
    ["What's 7 times 8?", 56],
    ["15% of 80", 12],
    ["2^3^2", 512],
    ["-2^2", -4],
    ["10 % 4", 2],
    ["1,000 + 1", 1_001],
    ["0.1 + 0.2", 0.3],
    ["6 ÷ 4 − 1 × 2", -0.5],
    ["((((1))))+1", 2],
    ["Please tell me what 3 * 5 would be", 15],
  ])("%s", (text, value) => {
    expect(numeral(sumIn(text)?.value ?? Number.NaN)).toBe(numeral(value));
  });

  it.each([
    "42",
    "I work 24/7",
    "call 555-1234",
    "2026-12-04",
    "1 +",
    "(1 + 2",
    "1 + + ",
    "()",
    "hello",
    "constructor",
  ])("finds nothing to reckon in: %s", (text) => {
    expect(sumIn(text)).toBeUndefined();
  });

  it("agrees with the language on whatever it accepts", () => {
    const tree = fc.letrec<{ sum: string }>((tie) => ({
      sum: fc.oneof(
        { maxDepth: 4 },
        fc.nat(99).map(String),
        fc
          .tuple(tie("sum"), fc.constantFrom("+", "-", "*"), tie("sum"))
          .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
      ),
    })).sum;
    fc.assert(
      fc.property(tree, (expression) => {
        const sum = sumOf(expression);
        fc.pre(sum !== undefined);
        expect(sum?.value).toBe(new Function(`return ${expression}`)());
      }),
    );
  });

  it("refuses what is too long, and survives what is too deep", () => {
    expect(sumOf(`${"1+".repeat(200)}1`)).toBeUndefined();
    expect(sumOf(`${"(".repeat(199)}1`)).toBeUndefined();
  });
});

describe("tricks", () => {
  it.each([
    ["how many r's in strawberry?", "**3 times**"],
    ["How many times does the letter s appear in Mississippi", "**4 times**"],
    ["count the words in: the quick brown fox", "**4** words"],
    ['how many characters are in "👨‍👩‍👧‍👦!"', "**2** characters"],
    ["reverse: ab👩‍🚀", "👩‍🚀ba"],
    ["spell platen backwards", "netalp"],
    ["UPPERCASE be quiet", "BE QUIET"],
    ["lowercase: BE QUIET", "be quiet"],
    ["echo Hello there", "Hello there"],
    ["repeat after me: I am", "I am"],
    ['say "hi"', "hi"],
    ["count to 5", "1, 2, 3, 4, 5."],
    ["1/0", "has no value"],
  ])("%s", (text, expected) => {
    expect(trickFor(text)).toContain(expected);
  });

  it.each(["count on me", "say something nice", "repeat", "a table", "how many people live in Rome?", ""])(
    "not asked for in: %s",
    (text) => {
      expect(trickFor(text)).toBeUndefined();
    },
  );

  it("answers anything a person may write without running away", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 2_000 }), (text) => {
        const answer = trickFor(text);
        expect(answer === undefined || answer.length < 20_000).toBe(true);
      }),
    );
  });
});
