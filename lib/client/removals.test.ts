import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createRemovals, UNDO_MS } from "./removals";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

type PageStorage = Parameters<typeof createRemovals>[0]["storage"];

function page(
  stored = new Map<string, string>(),
  isGone = true,
  storage: PageStorage = {
    getItem: (key) => stored.get(key) ?? null,
    setItem: (key, value) => void stored.set(key, value),
  },
) {
  const sent: string[] = [];
  const removals = createRemovals({
    storage,
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
  const next = page(new Map(stored));
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

test("what is undone in one tab stays, whatever another one that knew of it has done meanwhile", async () => {
  const one = page();
  const two = page(one.stored);
  one.removals.remove("a");
  two.removals.resume();
  one.removals.undo("a");
  two.removals.remove("b");
  await vi.advanceTimersByTimeAsync(UNDO_MS);
  two.removals.leave();
  expect([one.sent, two.sent, [...two.removals.pending()]]).toEqual([[], ["b"], []]);
});

test("a tab that goes leaves alone what another one has undone", () => {
  const one = page();
  const two = page(one.stored);
  one.removals.remove("a");
  two.removals.resume();
  one.removals.undo("a");
  two.removals.leave();
  expect(two.sent).toEqual([]);
});

test("what was let go does not hold up what waits longer", async () => {
  const one = page();
  const two = page(one.stored);
  one.removals.remove("a");
  two.removals.resume();
  await vi.advanceTimersByTimeAsync(UNDO_MS / 2);
  two.removals.remove("b");
  one.removals.undo("a");
  await vi.advanceTimersByTimeAsync(UNDO_MS);
  expect([one.sent, two.sent]).toEqual([[], ["b"]]);
});

test("each tab sends what it has removed, and what one has sent no other sends later", async () => {
  const one = page();
  const two = page(one.stored);
  one.removals.remove("a");
  two.removals.remove("b");
  const three = page(one.stored);
  three.removals.resume();
  await vi.advanceTimersByTimeAsync(UNDO_MS);
  expect([one.sent, two.sent, three.sent]).toEqual([["a"], ["b"], []]);
});

test.each<[string, PageStorage]>([
  ["has no storage", null],
  ["may not write", { getItem: () => "[]", setItem: () => forbid() }],
  ["may neither read nor write", { getItem: () => forbid(), setItem: () => forbid() }],
  ["has its storage cleared", { getItem: () => null, setItem: () => {} }],
])("a page that %s sends what it has removed", async (_, storage) => {
  const { removals, sent } = page(new Map(), true, storage);
  removals.remove("a");
  removals.remove("b");
  removals.undo("a");
  await vi.advanceTimersByTimeAsync(UNDO_MS);
  expect([sent, [...removals.pending()]]).toEqual([["b"], []]);
});

function forbid(): never {
  throw new DOMException("No storage here.", "SecurityError");
}
