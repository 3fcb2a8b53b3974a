import { describe, expect, test } from "vitest";
import { scaleEnd, stacksOf } from "./stacks";

const use = (day: string, codeLabel: string, model: string, usd: number) => ({ day, codeLabel, model, usd });

describe("the stacks of a chart", () => {
  const days = ["2026-11-21", "2026-11-22"];
  const spent = [use(days[0] ?? "", "a", "x", 1), use(days[1] ?? "", "b", "x", 3), use(days[1] ?? "", "a", "y", 1)];

  test("have a bar for each day, divided by code, the dearest at the foot", () => {
    expect(stacksOf({ days, spent }, "codeLabel")).toEqual({
      series: ["b", "a"],
      stacks: [
        { day: days[0], totalUsd: 1, parts: [{ series: 1, usd: 1 }] },
        {
          day: days[1],
          totalUsd: 4,
          parts: [
            { series: 0, usd: 3 },
            { series: 1, usd: 1 },
          ],
        },
      ],
      highestUsd: 4,
    });
    expect(stacksOf({ days, spent }, "model").series).toEqual(["x", "y"]);
  });

  test("put what cannot be told apart into one, and lose no cent", () => {
    const many = Array.from({ length: 9 }, (_, index) => use("2026-11-22", "", `m${index}`, index + 1));
    const { series, stacks } = stacksOf({ days, spent: many }, "model");
    expect(series).toEqual(["m8", "m7", "m6", "m5", "m4", "Others"]);
    expect(stacks[1]?.totalUsd).toBe(45);
    expect(stacks[1]?.parts.at(-1)).toEqual({ series: 5, usd: 10 });
  });

  test("are empty bars where nothing was spent", () => {
    const { series, stacks, highestUsd } = stacksOf({ days, spent: [] }, "model");
    expect([series, stacks.map(({ parts }) => parts), highestUsd]).toEqual([[], [[], []], 0]);
  });
});

test.each([
  [0, 1],
  [0.0003, 0.0005],
  [0.3, 0.5],
  [1, 1],
  [1.01, 2],
  [37, 50],
  [99, 100],
])("a scale for %d ends with %d", (usd, end) => {
  expect(scaleEnd(usd)).toBe(end);
});
