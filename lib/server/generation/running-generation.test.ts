import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { settledContent } from "@/lib/chat/conversation";
import {
  applyEvent,
  type ContentBlock,
  clampContent,
  type GenerationEvent,
  type Outcome,
  textOf,
} from "@/lib/chat/message";
import type { EventRow } from "../store/event-log";
import type { Settlement } from "../store/generation-log";
import type { Committable } from "./committer";
import { createRunningGeneration } from "./running-generation";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const USAGE = { input_tokens: 3, output_tokens: 5 };
const NO_USAGE = { input_tokens: 0, output_tokens: 0 };
const DONE: Outcome = { type: "done", stop_reason: "end_turn", usage: USAGE };
/** What the model reports when its signal is aborted. */
const ABORTED: Outcome = { type: "stopped", usage: USAGE };

const START: GenerationEvent = { type: "generation_start", id: "a", conversationId: "c", parentId: "u", model: "m" };
const BEGIN: GenerationEvent = { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } };
const says = (text: string): GenerationEvent => ({
  type: "content_block_delta",
  index: 0,
  delta: { type: "text_delta", text },
});
const ends = (outcome: Outcome): GenerationEvent => ({ type: "generation_end", outcome });

function fold(events: readonly GenerationEvent[]): readonly ContentBlock[] {
  return events.reduce<readonly ContentBlock[]>(applyEvent, []);
}

const UNATTENDED_MS = 60_000;

/** An answer under way, and a disk that writes when the test says so. `isReadElsewhere` answers for other instances. */
function setUp(isReadElsewhere: () => Promise<boolean> = async () => false) {
  const waiting = new Set<Committable>();
  const rows = new Map<number, EventRow>();
  const settlements: Settlement[] = [];
  let settledTimes = 0;
  const generation = createRunningGeneration(
    { id: "a", visitorId: "v", conversationId: "c", unattendedMs: UNATTENDED_MS, isReadElsewhere },
    { schedule: (committable) => void waiting.add(committable) },
    () => settledTimes++,
  );

  /** Takes what there is to write; the returned functions say that it is on the disk, or never will be. */
  function take() {
    const [committable] = waiting;
    waiting.clear();
    const taken = committable?.take() ?? { events: [] };
    return {
      taken,
      succeed() {
        for (const event of taken.events) {
          if (rows.has(event.n)) throw new Error(`event ${event.n} is written twice`);
          rows.set(event.n, event);
        }
        const whole = taken.settlement?.log ?? [];
        if (whole.length > 0 && whole.length <= rows.size)
          throw new Error("the whole log is shorter than what is there");
        for (const event of whole) rows.set(event.n, event);
        if (taken.settlement !== undefined) settlements.push(taken.settlement);
        committable?.committed();
      },
      fail: (error: Error) => committable?.failed(error),
    };
  }

  const commit = () => take().succeed();
  const stored = () => [...rows.values()].map(({ n, data }) => ({ n, event: JSON.parse(data) as GenerationEvent }));
  const read = async (after = 0, maximumLength = 1_000_000) => {
    const { bytes, last, isEnd } = await generation.read(after, maximumLength);
    return { events: eventsIn(new TextDecoder().decode(bytes)), last, isEnd };
  };
  const stopTimes = () => settledTimes;
  return { generation, take, commit, stored, read, settlements, settledTimes: stopTimes };
}

function eventsIn(text: string) {
  const frames = text.split("\n\n").slice(0, -1);
  return frames.map((frame) => {
    const [, n, type, data] = /^id: (\d+)\nevent: (\w+)\ndata: (.*)$/.exec(frame) ?? [];
    const event = JSON.parse(data ?? "null") as GenerationEvent;
    if (event.type !== type) throw new Error(`the frame is named ${type}, its data ${event.type}`);
    return { n: Number(n), event };
  });
}

describe("the log", () => {
  test("shows an event when it is on the disk, and not before", async () => {
    const { generation, take, read } = setUp();
    generation.add(START);
    expect(await read()).toEqual({ events: [], last: 0, isEnd: false });
    const { succeed } = take();
    expect(await read()).toEqual({ events: [], last: 0, isEnd: false });
    const changed = new Promise<void>((resolve) => generation.attend(resolve));
    succeed();
    await changed;
    expect(await read()).toEqual({ events: [{ n: 1, event: START }], last: 1, isEnd: false });
  });

  test("merges what arrives between two commits, and never what has been written", async () => {
    const { generation, commit, stored } = setUp();
    for (const event of [START, BEGIN, says("He"), says("l")]) generation.add(event);
    commit();
    for (const event of [says("l"), says("o")]) generation.add(event);
    commit();
    expect(stored().map(({ event }) => event)).toEqual([START, BEGIN, says("Hel"), says("lo")]);
  });

  test("numbers what arrives during a commit after what is being written", async () => {
    const { generation, take, commit, read } = setUp();
    generation.add(START);
    const { succeed } = take();
    generation.add(BEGIN);
    succeed();
    commit();
    expect((await read()).events).toEqual([
      { n: 1, event: START },
      { n: 2, event: BEGIN },
    ]);
  });

  test("is read from any event, at most about as much as was asked for", async () => {
    const { generation, commit, read } = setUp();
    for (const event of [START, BEGIN, says("Hello")]) generation.add(event);
    commit();
    expect(await read(1, 1)).toEqual({ events: [{ n: 2, event: BEGIN }], last: 2, isEnd: false });
    expect(await read(2)).toEqual({ events: [{ n: 3, event: says("Hello") }], last: 3, isEnd: false });
    expect(await read(3)).toEqual({ events: [], last: 3, isEnd: false });
  });

  test("ends with the end event, at which a reader is told that nothing follows", async () => {
    const { generation, commit, read, settlements, settledTimes } = setUp();
    for (const event of [START, BEGIN, says("Hi")]) generation.add(event);
    const ended = generation.end(DONE);
    generation.add(says(" there"));
    commit();
    expect(await ended).toEqual(DONE);
    expect(await read(3)).toEqual({ events: [{ n: 4, event: ends(DONE) }], last: 4, isEnd: true });
    expect((await read(0, 1)).isEnd).toBe(false);
    expect((await read(4)).isEnd).toBe(true);
    expect(settlements).toMatchObject([{ id: "a", content: [{ type: "text", text: "Hi" }], outcome: DONE }]);
    expect(settledTimes()).toBe(1);
  });

  test("an end that comes during a commit is written by the next", async () => {
    const { generation, take, commit, stored } = setUp();
    generation.add(START);
    const { succeed } = take();
    const ended = generation.end(DONE);
    succeed();
    commit();
    expect(await ended).toEqual(DONE);
    expect(stored()).toEqual([
      { n: 1, event: START },
      { n: 2, event: ends(DONE) },
    ]);
  });

  test("whatever arrives whenever, numbers have no holes, the text is whole, and a Stop cuts what is stored", async () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.string({ unit: "grapheme", minLength: 1, maxLength: 5 }).map(says) },
      fc.constantFrom("commit", "take", "succeed" as const),
    );
    const ending = fc.option(fc.nat(40), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), ending, async (steps, shown) => {
        const { generation, take, stored, read, settlements } = setUp();
        const said: GenerationEvent[] = [START, BEGIN];
        for (const event of said) generation.add(event);
        let taken: ReturnType<typeof take> | undefined;
        const finish = () => {
          taken?.succeed();
          taken = undefined;
        };
        for (const one of steps) {
          if (typeof one !== "string") {
            said.push(one);
            generation.add(one);
          } else if (one === "succeed") finish();
          else {
            // The committer never begins a commit before the last one is over.
            finish();
            taken = take();
            if (one === "commit") finish();
          }
        }
        if (shown !== undefined) void generation.stop(shown);
        const ended = generation.end(shown === undefined ? DONE : ABORTED);
        finish();
        take().succeed();
        const outcome = await ended;

        const log = stored();
        expect(log.map(({ n }) => n)).toEqual(log.map((_, index) => index + 1));
        expect(log.at(-1)?.event).toEqual(ends(outcome));
        expect((await read()).events).toEqual(log);
        const content = settledContent(clampContent(fold(said), shown ?? Number.POSITIVE_INFINITY));
        expect(settledContent(fold(log.map(({ event }) => event)))).toEqual(content);
        expect(settlements.map((one) => one.content)).toEqual([content]);
      }),
    );
  });
});

describe("Stop", () => {
  test("closes the model's socket, takes nothing more, and cuts what is already stored", async () => {
    const { generation, commit, stored, settlements } = setUp();
    for (const event of [START, BEGIN, says("Hello ")]) generation.add(event);
    commit();
    generation.add(says("there"));
    const stopped = generation.stop(3);
    expect(generation.signal.aborted).toBe(true);
    generation.add(says(" and more"));
    void generation.end(ABORTED);
    commit();
    expect(await stopped).toEqual({ type: "stopped", usage: USAGE });
    expect(stored().map(({ event }) => event)).toEqual([
      START,
      BEGIN,
      says("Hel"),
      says(""),
      ends({ type: "stopped", usage: USAGE }),
    ]);
    expect(textOf(settlements[0]?.content ?? [])).toBe("Hel");
  });

  test("however often says the same, and the first counts", async () => {
    const { generation, commit, settlements } = setUp();
    for (const event of [START, BEGIN, says("Hello")]) generation.add(event);
    const stops = [generation.stop(3), generation.stop(1)];
    void generation.end(ABORTED);
    commit();
    stops.push(generation.stop(0));
    expect(await Promise.all(stops)).toEqual(Array(3).fill({ type: "stopped", usage: USAGE }));
    expect(textOf(settlements[0]?.content ?? [])).toBe("Hel");
  });

  test("without a limit keeps all that had arrived", async () => {
    const { generation, commit, settlements } = setUp();
    for (const event of [START, BEGIN, says("Hello")]) generation.add(event);
    void generation.stop(Number.POSITIVE_INFINITY);
    void generation.end(ABORTED);
    commit();
    expect(settlements).toMatchObject([{ content: [{ text: "Hello" }] }]);
  });

  test("after the end changes nothing", async () => {
    const { generation, commit, settlements } = setUp();
    for (const event of [START, BEGIN, says("Hello")]) generation.add(event);
    void generation.end(DONE);
    const stopped = generation.stop(1);
    commit();
    expect(await stopped).toEqual(DONE);
    expect(textOf(settlements[0]?.content ?? [])).toBe("Hello");
  });

  test("just before the model says that it is done is a stop", async () => {
    const { generation, commit } = setUp();
    generation.add(START);
    const stopped = generation.stop(0);
    void generation.end(DONE);
    commit();
    expect(await stopped).toEqual({ type: "stopped", usage: USAGE });
  });

  test("of an answer that failed leaves the failure", async () => {
    const failed: Outcome = { type: "failed", error: { code: "overloaded", message: "No." } };
    const { generation, commit } = setUp();
    generation.add(START);
    const stopped = generation.stop(0);
    void generation.end(failed);
    commit();
    expect(await stopped).toEqual(failed);
  });

  test("before the start is an answer without a word", async () => {
    const { generation, commit, stored } = setUp();
    generation.add(START);
    const stopped = generation.stopBeforeStart();
    commit();
    expect(await stopped).toEqual({ type: "stopped", usage: NO_USAGE });
    expect(stored().map(({ event }) => event.type)).toEqual(["generation_start", "generation_end"]);
  });
});

describe("an interruption", () => {
  test("ends the answer with what had arrived, and is no stop", async () => {
    const { generation, commit, settlements } = setUp();
    for (const event of [START, BEGIN, says("Hello")]) generation.add(event);
    const interrupted = generation.interrupt("draining");
    void generation.end(ABORTED);
    void generation.stop(0);
    commit();
    expect(await interrupted).toEqual({ type: "interrupted", usage: USAGE });
    expect(textOf(settlements[0]?.content ?? [])).toBe("Hello");
  });
});

describe("an answer nobody reads", () => {
  test("is told to end after the time it has", async () => {
    const { generation, commit } = setUp();
    generation.add(START);
    await vi.advanceTimersByTimeAsync(UNATTENDED_MS - 1);
    expect(generation.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(generation.signal.aborted).toBe(true);
    const ended = generation.end(ABORTED);
    commit();
    expect(await ended).toEqual({ type: "interrupted", usage: USAGE });
  });

  test("has the whole time again each time the last reader goes", async () => {
    const { generation } = setUp();
    const leaveFirst = generation.attend(() => {});
    const leaveSecond = generation.attend(() => {});
    leaveFirst();
    await vi.advanceTimersByTimeAsync(10 * UNATTENDED_MS);
    leaveSecond();
    await vi.advanceTimersByTimeAsync(UNATTENDED_MS - 1);
    generation.attend(() => {})();
    await vi.advanceTimersByTimeAsync(UNATTENDED_MS - 1);
    expect(generation.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(generation.signal.aborted).toBe(true);
  });

  test("goes on while another instance has a reader", async () => {
    let isRead = true;
    const { generation } = setUp(async () => isRead);
    await vi.advanceTimersByTimeAsync(3 * UNATTENDED_MS);
    expect(generation.signal.aborted).toBe(false);
    isRead = false;
    await vi.advanceTimersByTimeAsync(UNATTENDED_MS);
    expect(generation.signal.aborted).toBe(true);
  });

  test("ends when the store cannot say whether it is read", async () => {
    const { generation } = setUp(() => Promise.reject(new Error("store")));
    await vi.advanceTimersByTimeAsync(UNATTENDED_MS);
    expect(generation.signal.aborted).toBe(true);
  });

  test("goes on when a reader comes while the others are asked", async () => {
    let tell = (_: boolean) => {};
    const { generation } = setUp(() => new Promise((resolve) => (tell = resolve)));
    await vi.advanceTimersByTimeAsync(UNATTENDED_MS);
    generation.attend(() => {});
    tell(false);
    await vi.advanceTimersByTimeAsync(UNATTENDED_MS);
    expect(generation.signal.aborted).toBe(false);
  });

  test("leaves no timer once it has ended", async () => {
    const { generation, commit } = setUp();
    const leave = generation.attend(() => {});
    void generation.end(DONE);
    commit();
    leave();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("a log that cannot be written", () => {
  test("ends the answer: the model is let go, readers are sent away, and whoever waits for the end is told", async () => {
    const { generation, take, commit, read, settledTimes } = setUp();
    generation.add(START);
    commit();
    generation.add(BEGIN);
    const ended = generation.end(DONE);
    const changed = new Promise<void>((resolve) => generation.attend(resolve));
    take().fail(new Error("disk"));
    await changed;
    await expect(ended).rejects.toThrow("disk");
    await expect(generation.stop(0)).rejects.toThrow("disk");
    await expect(generation.end(DONE)).rejects.toThrow("disk");
    expect(generation.signal.aborted).toBe(true);
    expect(await read()).toEqual({ events: [{ n: 1, event: START }], last: 1, isEnd: true });
    expect([settledTimes(), vi.getTimerCount()]).toEqual([1, 0]);
  });
});
