import { expect, test } from "vitest";
import { tickAt } from "./tick";

test("is shortest for a process that has time", () => {
  expect([0, 0.3, 0.6].map(tickAt)).toEqual([4, 4, 4]);
});

test("grows with the load, and never beyond forty milliseconds", () => {
  const ticks = [0.6, 0.7, 0.8, 0.9, 0.95, 1].map(tickAt);
  expect(ticks).toEqual(ticks.toSorted((left, right) => left - right));
  expect(ticks.slice(-2)).toEqual([40, 40]);
});
