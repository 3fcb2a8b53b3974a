import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createRemovals, UNDO_MS } from "./removals";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function page(stored = new Map<string, string>(), isGone = true) {
  const sent: string[] = [];
  const removals = createRemovals({
    storage: { getItem: (key) => stored.get(key) ?? null, setItem: (key, value) => void stored.set(key, value) },
    async send(id, isLeaving) {
      sent.push(isLeaving ? `${id} leaving` : id);
      return isGone;
    },
    nowMs: () => Date.now(),
  });
  return { removals, sent, stored };
}

test("what is removed goes when it can be undone no more, and not before", async () => {
  const { removals, sent } = page();
  removals.remove("a");
  await vi.advanceTimersByTimeAsync(UNDO_MS - 1);
  expect([[...removals.pending().keys()], sent]).toEqual([["a"], []]);
  await vi.advanceTimersByTimeAsync(1);
  expect([[...removals.pending().keys()], sent]).toEqual([[], ["a"]]);
});

test("what is undone stays", async () => {
  const { removals, sent } = page();
  removals.remove("a");
  removals.remove("b");
  removals.undo("a");
  await vi.advanceTimersByTimeAsync(UNDO_MS * 2);
  expect(sent).toEqual(["b"]);
});

test("a page that goes sends all that waits", () => {
  const { removals, sent } = page();
  removals.remove("a");
  removals.leave();
  expect(sent).toEqual(["a leaving"]);
});

test("what a crashed page left is removed by the next one, in its time", async () => {
  const { removals, stored } = page();
  removals.remove("a");
  const next = page(stored);
  next.removals.resume();
  expect([...next.removals.pending().keys()]).toEqual(["a"]);
  await vi.advanceTimersByTimeAsync(UNDO_MS);
  expect(next.sent).toEqual(["a"]);
});

test("what could not be sent is tried again, and kept for the next page", async () => {
  const { removals, sent, stored } = page(new Map(), false);
  removals.remove("a");
  await vi.advanceTimersByTimeAsync(UNDO_MS * 2);
  expect(sent).toEqual(["a", "a"]);
  expect(stored.get("platen.removals")).toContain('"a"');
});
