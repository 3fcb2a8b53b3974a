import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { EventRow } from "../store/event-log";
import type { Settlement } from "../store/generation-log";
import { type Committable, createCommitter } from "./committer";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function row(id: string, n: number): EventRow {
  return { generation_id: id, n, data: "{}", at_ms: 0 };
}

function settlement(id: string): Settlement {
  return { id, content: [], outcome: { type: "interrupted" }, log: [] };
}

/** A disk that writes down what it is given, takes as long as it is told, and fails for the generations named. */
function disk(code = "23503") {
  const commits: { events: string[]; settlements: string[] }[] = [];
  const repeats: boolean[] = [];
  const broken = new Set<string>();
  let writing = Promise.resolve();
  const write = async (events: readonly EventRow[], settlements: readonly Settlement[], isRepeat: boolean) => {
    repeats.push(isRepeat);
    commits.push({
      events: events.map(({ generation_id, n }) => `${generation_id}${n}`),
      settlements: settlements.map(({ id }) => id),
    });
    await writing;
    if (events.some(({ generation_id }) => broken.has(generation_id))) throw Object.assign(new Error("disk"), { code });
  };
  const takeAsLongAs = (promise: Promise<void>) => {
    writing = promise;
  };
  return { commits, repeats, broken, write, takeAsLongAs };
}

/** An answer under way that counts its events. */
function speaker(id: string) {
  let n = 0;
  let pending: EventRow[] = [];
  let isEnding = false;
  const told: string[] = [];
  const committable: Committable = {
    take() {
      const events = pending;
      pending = [];
      return isEnding ? { events, settlement: settlement(id) } : { events };
    },
    committed: () => void told.push("committed"),
    failed: (error) => void told.push(`failed: ${(error as Error).message}`),
  };
  return {
    told,
    committable,
    say: () => {
      n += 1;
      pending.push(row(id, n));
    },
    end: () => {
      isEnding = true;
    },
  };
}

test("the first event after a pause waits only for the end of the turn, and takes all of that turn with it", async () => {
  const { commits, write } = disk();
  const committer = createCommitter(write);
  const [a, b] = [speaker("a"), speaker("b")];
  a.say();
  committer.schedule(a.committable);
  b.say();
  committer.schedule(b.committable);
  a.say();
  committer.schedule(a.committable);
  expect(commits).toEqual([]);
  await vi.advanceTimersByTimeAsync(0);
  expect(commits).toEqual([{ events: ["a1", "a2", "b1"], settlements: [] }]);
  expect([a.told, b.told]).toEqual([["committed"], ["committed"]]);
});

test("what comes soon after is written once a tick, for all", async () => {
  const { commits, write } = disk();
  const committer = createCommitter(write);
  const [a, b] = [speaker("a"), speaker("b")];
  a.say();
  committer.schedule(a.committable);
  await vi.advanceTimersByTimeAsync(0);
  for (const each of [a, b, a]) {
    await vi.advanceTimersByTimeAsync(1);
    each.say();
    committer.schedule(each.committable);
  }
  expect(commits).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(commits.slice(1)).toEqual([{ events: ["a2", "a3", "b1"], settlements: [] }]);
  await vi.advanceTimersByTimeAsync(100);
  expect(commits).toHaveLength(2);
});

test("what comes while the disk is busy is written next, in order", async () => {
  const { commits, write, takeAsLongAs } = disk();
  const committer = createCommitter(write);
  const a = speaker("a");
  let finish = () => {};
  takeAsLongAs(new Promise((resolve) => (finish = resolve)));
  a.say();
  committer.schedule(a.committable);
  await vi.advanceTimersByTimeAsync(0);
  a.say();
  committer.schedule(a.committable);
  await vi.advanceTimersByTimeAsync(1000);
  expect(commits).toEqual([{ events: ["a1"], settlements: [] }]);
  expect(a.told).toEqual([]);
  finish();
  await vi.advanceTimersByTimeAsync(4);
  expect(commits.slice(1)).toEqual([{ events: ["a2"], settlements: [] }]);
  expect(a.told).toEqual(["committed", "committed"]);
});

test("an end is written with the last events", async () => {
  const { commits, write } = disk();
  const committer = createCommitter(write);
  const a = speaker("a");
  a.say();
  a.end();
  committer.schedule(a.committable);
  await vi.advanceTimersByTimeAsync(0);
  expect(commits).toEqual([{ events: ["a1"], settlements: ["a"] }]);
});

test("when the store is away they fail together: each by itself would wait as long again", async () => {
  const { commits, broken, write } = disk("ECONNREFUSED");
  const committer = createCommitter(write);
  const [a, b] = [speaker("a"), speaker("b")];
  broken.add("a");
  for (const one of [a, b]) {
    one.say();
    committer.schedule(one.committable);
  }
  await vi.advanceTimersByTimeAsync(100);
  expect([commits.length, a.told, b.told]).toEqual([1, ["failed: disk"], ["failed: disk"]]);
});

test("one that cannot be written fails alone; the others are repeated", async () => {
  const { commits, repeats, broken, write } = disk();
  broken.add("b");
  const committer = createCommitter(write);
  const all = [speaker("a"), speaker("b"), speaker("c")];
  for (const each of all) {
    each.say();
    committer.schedule(each.committable);
  }
  await vi.advanceTimersByTimeAsync(0);
  expect(commits.map(({ events }) => events)).toEqual([["a1", "b1", "c1"], ["a1"], ["b1"], ["c1"]]);
  expect(repeats).toEqual([false, true, true, true]);
  expect(all.map(({ told }) => told)).toEqual([["committed"], ["failed: disk"], ["committed"]]);
});

test("one that fails by itself is tried once, and the next are written", async () => {
  const { commits, broken, write } = disk();
  broken.add("a");
  const committer = createCommitter(write);
  const [a, b] = [speaker("a"), speaker("b")];
  a.say();
  committer.schedule(a.committable);
  await vi.advanceTimersByTimeAsync(0);
  b.say();
  committer.schedule(b.committable);
  await vi.advanceTimersByTimeAsync(4);
  expect(commits.map(({ events }) => events)).toEqual([["a1"], ["b1"]]);
  expect([a.told, b.told]).toEqual([["failed: disk"], ["committed"]]);
});

test("what came while its commit failed is never written: it would stand in the log without what came before", async () => {
  const { commits, broken, write, takeAsLongAs } = disk("ECONNREFUSED");
  const committer = createCommitter(write);
  const [a, b] = [speaker("a"), speaker("b")];
  let giveUp = () => {};
  takeAsLongAs(new Promise((resolve) => (giveUp = resolve)));
  broken.add("a");
  a.say();
  committer.schedule(a.committable);
  await vi.advanceTimersByTimeAsync(0);
  for (const one of [a, b]) {
    one.say();
    one.end();
    committer.schedule(one.committable);
  }
  giveUp();
  await vi.advanceTimersByTimeAsync(0);
  broken.clear();
  await vi.advanceTimersByTimeAsync(100);
  expect(commits).toEqual([
    { events: ["a1"], settlements: [] },
    { events: ["b1"], settlements: ["b"] },
  ]);
  expect([a.told, b.told]).toEqual([["failed: disk"], ["committed"]]);
});

test("one with nothing to say costs no write", async () => {
  const { commits, write } = disk();
  const a = speaker("a");
  createCommitter(write).schedule(a.committable);
  await vi.advanceTimersByTimeAsync(0);
  expect(commits).toEqual([]);
  expect(a.told).toEqual(["committed"]);
});
