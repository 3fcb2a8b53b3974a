import { describe, expect, test } from "vitest";
import { ownerSettings } from "@/lib/chat/owner";
import {
  ceilingsFor,
  dayOf,
  type Grant,
  highestInputTokens,
  microUsd,
  outputTokensLeft,
  secondsUntilTomorrow,
} from "./budget";

describe("the ceilings over a visitor", () => {
  const settings = ownerSettings.parse({
    dailyBudgetUsd: 3,
    visitorDailyBudgetUsd: 2,
    codeDailyBudgetsUsd: { friends: 1.5 },
  });

  test("are the lowest of what the environment and the owner say", () => {
    const ceilings = ceilingsFor({ codeLabel: "friends" }, settings, { dailyBudgetUsd: 5, visitorDailyBudgetUsd: 1 });
    expect([...ceilings]).toEqual([
      ["all", 3_000_000],
      ["code", 1_500_000],
      ["visitor", 1_000_000],
    ]);
  });

  test("are none where nobody has set one", () => {
    expect(ceilingsFor({ codeLabel: "family" }, ownerSettings.parse({}), {}).size).toBe(0);
  });
});

test("dollars become whole micro-dollars, never more", () => {
  expect([0, 0.1, 0.07, 1.1, 0.0000019].map(microUsd)).toEqual([0, 100_000, 70_000, 1_100_000, 1]);
});

test("a day is one of UTC, and ends at its midnight", () => {
  expect(dayOf("2026-11-22T23:59:59.999Z")).toBe("2026-11-22");
  expect(secondsUntilTomorrow("2026-11-22T23:59:59.999Z")).toBe(1);
  expect(secondsUntilTomorrow("2026-11-22T00:00:00.000Z")).toBe(86_400);
});

test("no text has more tokens than are counted for it", () => {
  const tokens = highestInputTokens([{ role: "user", content: "🀄".repeat(100) }], "Système");
  expect(tokens).toBeGreaterThan(400 + 8);
});

describe("a further try", () => {
  // Sonnet 5.5: 10 micro-dollars for a token written.
  const grant: Grant = {
    type: "granted",
    isLimited: true,
    held: {
      id: "answer",
      visitorId: "visitor",
      codeLabel: undefined,
      day: "2026-11-22",
      model: "claude-sonnet-5-5",
      maxOutputTokens: 2_000,
      inputMicroUsd: 5_000,
      heldMicroUsd: 25_000,
    },
  };

  test("may write what is left after those before it", () => {
    expect(outputTokensLeft(grant, { input_tokens: 0, output_tokens: 0 })).toBe(2_000);
    expect(outputTokensLeft(grant, { input_tokens: 2_000, output_tokens: 100 })).toBe(1_500);
  });

  test("is not made when that is of no use", () => {
    expect(outputTokensLeft(grant, { input_tokens: 2_500, output_tokens: 600 })).toBe(0);
  });

  test("is as long as the first where no ceiling stands over it", () => {
    expect(outputTokensLeft({ ...grant, isLimited: false }, { input_tokens: 1e6, output_tokens: 1 })).toBe(2_000);
  });
});
