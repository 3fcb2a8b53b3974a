import { expect, test } from "vitest";
import { createStrokes } from "./key-strokes";

test("a letter is a key, a blank the space bar, and nothing is nothing", () => {
  const stroke = createStrokes();
  expect([stroke("a", 0), stroke(" ", 100), stroke("", 200), stroke("b ", 300)]).toEqual([
    "key",
    "space",
    undefined,
    "key",
  ]);
});

test("no two strokes are closer than a hand can strike, however fast the text comes", () => {
  const stroke = createStrokes();
  const heardAtMs = Array.from({ length: 120 }, (_, frame) => frame * 8).filter((nowMs) => stroke("word", nowMs));
  const gapsMs = heardAtMs.slice(1).map((atMs, index) => atMs - (heardAtMs[index] as number));
  expect(Math.min(...gapsMs)).toBeGreaterThanOrEqual(45);
  expect(heardAtMs.length).toBeGreaterThan(15);
});

test("the end of a line rings, but not at every line of a list", () => {
  const stroke = createStrokes();
  const heard = Array.from({ length: 20 }, (_, line) => stroke("end.\n", line * 100));
  expect(heard.filter((one) => one === "bell")).toHaveLength(2);
  expect(heard[0]).toBe("bell");
  expect(heard[15]).toBe("bell");
});

test("a dump of a whole answer is one stroke", () => {
  expect(createStrokes()("word ".repeat(1000), 0)).toBe("key");
});
