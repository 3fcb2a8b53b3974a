import { expect, test } from "vitest";
import { dollars } from "./money";

test.each([
  [0, "$0.00"],
  [0.000001, "under $0.01"],
  [0.01, "$0.01"],
  [2.345, "$2.35"],
  [999.999, "$1,000.00"],
  [1_234_567.5, "$1,234,567.50"],
])("%d is %s", (usd, text) => {
  expect(dollars(usd)).toBe(text);
});
