import { expect, test } from "vitest";
import { groupByDay } from "./day-groups";

const NOW = new Date(2026, 2, 30, 1, 30);

function labels(...times: Date[]): string[] {
  return groupByDay(
    times.map((time) => ({ updatedAt: time.toISOString() })),
    NOW,
  ).map(({ label, entries }) => `${label} ${entries.length}`);
}

test("days are those of the reader's clock, whatever the hour", () => {
  expect(labels(new Date(2026, 2, 30, 0, 1), new Date(2026, 2, 29, 23, 59), new Date(2026, 2, 29, 0, 0))).toEqual([
    "Today 1",
    "Yesterday 2",
  ]);
});

test("older ones go by seven days, by thirty, and then by month", () => {
  expect(
    labels(
      new Date(2026, 2, 28),
      new Date(2026, 2, 23),
      new Date(2026, 2, 22),
      new Date(2026, 1, 28),
      new Date(2026, 1, 27),
      new Date(2026, 0, 1),
      new Date(2025, 11, 31),
    ),
  ).toEqual(["Previous 7 days 2", "Previous 30 days 2", "February 1", "January 1", "December 2025 1"]);
});

test("what was written a little in the future is of today", () => {
  expect(labels(new Date(2026, 2, 31, 0, 0))).toEqual(["Today 1"]);
});
