import { expect, it } from "vitest";
import { judge } from "../bars";
import { barsOf } from "./bars";
import type { Contender } from "./contenders";
import { DOCUMENTS } from "./documents";
import { figuresOf, type Measured } from "./report";

function measured(
  name: string,
  contender: Contender,
  totalMs: number,
  { tenthsMs = [1, 1], charactersEach = 20 } = {},
): Measured {
  const document = DOCUMENTS.find((one) => one.name === name) as Measured["document"];
  const run = {
    commits: 10,
    shareDone: 1,
    totalMs,
    finishMs: 1,
    tenthsMs,
    longTasksMs: [],
    gapsMs: [16],
    heapBytes: { document: totalMs * 1000, withLibraries: 0 },
    scriptBytes: { initial: 0, lazy: 0 },
    shown: { characters: 1, elements: 1 },
  };
  return { document, charactersEach, contender, figures: figuresOf([run]) };
}

it("judges the cost against the floor and streamdown, and the growth of every document", () => {
  const free = [
    measured("80", "platen", 150),
    measured("80", "floor", 100),
    measured("80", "streamdown", 1000),
    measured("list", "platen", 10, { tenthsMs: [1, 2] }),
  ];
  expect(judge(barsOf({ free, paced: [], page: undefined })).map(({ name, isMet }) => [name, isMet])).toEqual([
    ["80 KB: cost to floor's", false],
    ["80 KB: cost to streamdown's", true],
    ["80 KB: growth of a commit's cost", true],
    ["5,000 list items: growth of a commit's cost", false],
  ]);
});

it("compares what was cut alike", () => {
  const free = [
    measured("80", "platen", 150),
    measured("80", "platen", 120, { charactersEach: 4 }),
    measured("80", "floor", 100, { charactersEach: 4 }),
  ];
  const costs = judge(barsOf({ free, paced: [], page: undefined })).filter(({ name }) => name.includes("floor"));
  expect(costs.map(({ name, measured, isMet }) => [name, measured, isMet])).toEqual([
    ["80 KB, 4 characters a commit: cost to floor's", 1.2, true],
  ]);
});

it("says nothing about what was not measured", () => {
  expect(barsOf({ free: [measured("200", "streamdown", 9)], paced: [], page: undefined })).toEqual([]);
});

it("has no bar met by a figure that is none", () => {
  expect(judge([{ name: "lost", atMost: 1, measured: Number.NaN }])[0]?.isMet).toBe(false);
});
