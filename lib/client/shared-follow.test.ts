import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { GenerationEvent, NumberedEvent } from "@/lib/chat/message";
import { type Note, sharedTransport, type Tabs } from "./shared-follow";
import type { FollowEnd, OnEvent, Transport } from "./transport";

const ID = "00000000-0000-4000-8000-000000000001";
const OUTCOME = { type: "stopped", usage: { input_tokens: 0, output_tokens: 0 } } as const;

function event(n: number): NumberedEvent {
  const delta = { type: "text_delta", text: String(n) } as const;
  return { n, event: { type: "content_block_delta", index: 0, delta } };
}
function last(n: number): NumberedEvent {
  const end: GenerationEvent = { type: "generation_end", outcome: OUTCOME };
  return { n, event: end };
}

/** One browser: locks in order of asking, channels that deliver at once. */
function browser() {
  const queues = new Map<string, (() => void)[]>();
  const rooms = new Map<string, Set<{ receive(note: Note): void }>>();
  const tabs: Tabs = {
    async hold(name, signal, work) {
      const queue = queues.get(name) ?? [];
      queues.set(name, queue);
      await new Promise<void>((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        queue.push(resolve);
        signal.addEventListener("abort", () => {
          const place = queue.indexOf(resolve);
          if (place > 0) queue.splice(place, 1);
          if (place > 0) reject(signal.reason);
        });
        if (queue[0] === resolve) resolve();
      });
      await work().finally(() => {
        queue.shift();
        queue[0]?.();
      });
    },
    join(name, receive) {
      const room = rooms.get(name) ?? new Set();
      rooms.set(name, room);
      const self = { receive };
      room.add(self);
      return {
        post: (note) => {
          for (const other of [...room]) if (other !== self && room.has(self)) other.receive(note);
        },
        leave: () => void room.delete(self),
      };
    },
  };
  return tabs;
}

/** A server whose streams are opened and fed by hand. */
function server() {
  const streams: { after: number; onEvent: OnEvent; end(end: FollowEnd): void }[] = [];
  const open = (after: number, onEvent: OnEvent) =>
    new Promise<FollowEnd>((end) => streams.push({ after, onEvent, end }));
  const transport: Transport = {
    start: (_id, _request, onEvent) => open(0, onEvent),
    follow: (_id, after, onEvent) => open(after, onEvent),
    stop: async () => ({ type: "settled", outcome: OUTCOME }),
    readConversation: async () => ({ type: "broken" }),
    saveLeaf: async () => {},
    discard: async () => {},
  };
  return { streams, transport };
}

function reader() {
  const seen: number[] = [];
  const onEvent: OnEvent = ({ n }) => seen.push(n);
  return { seen, onEvent, controller: new AbortController() };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());
const settle = () => vi.advanceTimersByTimeAsync(0);

describe("tabs that follow one answer", () => {
  test("share one stream, and both see every event", async () => {
    const { streams, transport } = server();
    const shared = sharedTransport(transport, browser());
    const [one, two] = [reader(), reader()];
    const first = shared.start(ID, {} as never, one.onEvent, one.controller.signal);
    await settle();
    streams[0]?.onEvent(event(1));
    const second = shared.follow(ID, 0, two.onEvent, two.controller.signal);
    await settle();
    streams[0]?.onEvent(event(2));
    streams[0]?.onEvent(last(3));
    streams[0]?.end({ type: "ended" });
    expect([await first, await second]).toEqual([{ type: "ended" }, { type: "ended" }]);
    expect([one.seen, two.seen]).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
    expect(streams).toHaveLength(1);
  });

  test("when the reading tab goes, the next one reads on from its own last event", async () => {
    const { streams, transport } = server();
    const shared = sharedTransport(transport, browser());
    const [one, two] = [reader(), reader()];
    void shared.follow(ID, 0, one.onEvent, one.controller.signal);
    const second = shared.follow(ID, 0, two.onEvent, two.controller.signal);
    await settle();
    streams[0]?.onEvent(event(1));
    one.controller.abort();
    streams[0]?.end({ type: "broken" });
    await settle();
    expect(streams.map(({ after }) => after)).toEqual([0, 1]);
    streams[1]?.onEvent(last(2));
    streams[1]?.end({ type: "ended" });
    expect(await second).toEqual({ type: "ended" });
    expect(two.seen).toEqual([1, 2]);
  });

  test("a tab whose reader has fallen silent reads for itself", async () => {
    const { streams, transport } = server();
    const tabs = browser();
    void tabs.hold(ID, new AbortController().signal, () => new Promise(() => {}));
    const two = reader();
    const second = sharedTransport(transport, tabs).follow(ID, 4, two.onEvent, two.controller.signal);
    await vi.advanceTimersByTimeAsync(8_000);
    expect(streams.map(({ after }) => after)).toEqual([4]);
    streams[0]?.onEvent(last(5));
    streams[0]?.end({ type: "ended" });
    expect(await second).toEqual({ type: "ended" });
    expect(two.seen).toEqual([5]);
  });

  test("a tab that lacks what the reader never had reads for itself", async () => {
    const { streams, transport } = server();
    const shared = sharedTransport(transport, browser());
    const [one, two] = [reader(), reader()];
    void shared.follow(ID, 10, one.onEvent, one.controller.signal);
    await settle();
    void shared.follow(ID, 3, two.onEvent, two.controller.signal);
    await settle();
    expect(streams.map(({ after }) => after)).toEqual([10, 3]);
  });

  test("leaving while waiting ends the waiting", async () => {
    const { streams, transport } = server();
    const shared = sharedTransport(transport, browser());
    const [one, two] = [reader(), reader()];
    void shared.follow(ID, 0, one.onEvent, one.controller.signal);
    const second = shared.follow(ID, 0, two.onEvent, two.controller.signal);
    await settle();
    two.controller.abort();
    expect(await second).toEqual({ type: "broken" });
    expect(streams).toHaveLength(1);
  });
});
