import { expect, test } from "vitest";
import { openingTime } from "./opening-time";

test("a budget opens again at a time of the reader's own clock, to the minute", () => {
  const now = new Date(2026, 10, 22, 23, 0, 0).getTime();
  expect(openingTime(3600, now, "en-GB")).toBe("That is 00:00 where you are.");
  expect(openingTime(3630.4, now - 29_000, "en-GB")).toBe("That is 00:00 where you are.");
  expect(openingTime(5400, now, "en-GB")).toBe("That is 00:30 where you are.");
});
