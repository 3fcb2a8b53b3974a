import { describe, expect, test } from "vitest";
import { estimateTokens, largeEstimate } from "./estimate";

describe("an estimate", () => {
  test.each([
    ["", 0],
    ["The platen is a roller.", 6],
    ["プラテン", 4],
    ["👍🏽", 2],
  ])("of %o is %d tokens", (text, tokens) => {
    expect(estimateTokens(text)).toBe(tokens);
  });

  test("is told of what is large only, in round numbers", () => {
    expect(largeEstimate("word ".repeat(3_200))).toBeUndefined();
    expect(largeEstimate("word ".repeat(3_400))).toBe(4_300);
    expect(largeEstimate("活".repeat(4_000))).toBeUndefined();
    expect(largeEstimate("活".repeat(5_049))).toBe(5_000);
  });
});
