import fc from "fast-check";
import { expect, test } from "vitest";
import { reconnectDelay } from "./reconnect";

test("the longest wait doubles from half a second to fifteen", () => {
  expect([0, 1, 2, 3, 4, 5, 6, 7].map((attempt) => reconnectDelay(attempt, 1))).toEqual([
    500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000,
  ]);
});

test("chance spreads the wait over the whole of it", () => {
  expect([0, 0.25, 0.5, 1].map((random) => reconnectDelay(2, random))).toEqual([0, 500, 1_000, 2_000]);
});

test("however often it failed and whatever chance says, the wait has a bound", () => {
  fc.assert(
    fc.property(fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
      const delay = reconnectDelay(attempt, random);
      expect(delay).toBeGreaterThanOrEqual(0);
      expect(delay).toBeLessThanOrEqual(15_000);
    }),
  );
});
