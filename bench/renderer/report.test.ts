import { expect, it } from "vitest";
import type { Run } from "./measure";
import { costRatio, figuresOf } from "./report";

function run(totalMs: number, tenthsMs: number[], shareDone = 1): Run {
  return {
    commits: 10,
    shareDone,
    totalMs,
    finishMs: 1,
    tenthsMs,
    longTasksMs: [],
    gapsMs: [16],
    heapBytes: { document: 1e6, withLibraries: 2e6 },
    scriptBytes: { initial: 1000, lazy: 2000 },
    shown: { characters: 1, elements: 1 },
  };
}

it("takes the middle of the runs, and the growth from the middles of the tenths", () => {
  const figures = figuresOf([run(30, [1, 2, 9]), run(10, [2, 2, 4]), run(20, [3, 2, 1])]);
  expect(figures.totalMs).toBe(20);
  expect(figures.tenthsMs).toEqual([2, 2, 4]);
  expect(figures.growth).toBe(2);
});

it("compares whole documents by their totals", () => {
  expect(costRatio(figuresOf([run(30, [1, 1])]), figuresOf([run(10, [1, 1])]))).toBe(3);
});

it("compares what was cut off over the tenths that both have done", () => {
  const cut = figuresOf([run(30, [2, 4], 0.2)]);
  expect(costRatio(cut, figuresOf([run(10, [1, 2, 50])]))).toBe(2);
});

it("takes as many frames as a long document has", () => {
  const many = { ...run(30, [1, 1]), gapsMs: Array.from({ length: 300_000 }, (_, index) => index % 17) };
  expect(figuresOf([many]).gapMs.longest).toBe(16);
});
