import { EventEmitter } from "node:events";
import type { ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type FollowStream, followStream, frameOf, type LogSource } from "./event-stream";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const KEEP_ALIVE_MS = 15_000;

/** A log of short frames that grows and ends as told, and counts who reads it. */
function growingLog() {
  const frames: string[] = [];
  const reads: number[] = [];
  let isEnded = false;
  let fault: Error | undefined;
  const wakes = new Set<() => void>();
  const changed = () => {
    for (const wake of [...wakes]) wake();
  };
  const source: LogSource = {
    async read(after, maximumLength) {
      reads.push(after);
      if (fault !== undefined) throw fault;
      let text = "";
      let last = after;
      for (const frame of frames.slice(after)) {
        if (text.length >= maximumLength) break;
        text += frame;
        last += 1;
      }
      return { bytes: new TextEncoder().encode(text), last, isEnd: isEnded && last === frames.length };
    },
    attend(wake) {
      wakes.add(wake);
      return () => void wakes.delete(wake);
    },
  };
  return {
    source,
    reads,
    followers: () => wakes.size,
    write(...more: string[]) {
      frames.push(...more);
      changed();
    },
    end() {
      isEnded = true;
      changed();
    },
    fail(error: Error) {
      fault = error;
      changed();
    },
  };
}

function readerOf(stream: ReadableStream<Uint8Array>) {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  return {
    next: async () => {
      const { done, value } = await reader.read();
      return done ? undefined : decoder.decode(value);
    },
    cancel: () => reader.cancel(),
  };
}

/** What has been scheduled so far is done; no time passes. */
const settled = () => vi.advanceTimersByTimeAsync(0);

test("a frame names the event, its number and its data, in one line each", () => {
  const event = { type: "content_block_stop", index: 2 } as const;
  expect(frameOf(7, event.type, JSON.stringify(event))).toBe(
    'id: 7\nevent: content_block_stop\ndata: {"type":"content_block_stop","index":2}\n\n',
  );
});

describe("a followed log", () => {
  test("says something at once, before there is anything to say", async () => {
    const log = growingLog();
    const reader = readerOf(followStream(log.source, 0));
    expect(await reader.next()).toBe(": ok\n\n");
    await reader.cancel();
  });

  test("comes from after the given event, then as it grows, and closes at its end", async () => {
    const log = growingLog();
    log.write("1", "2", "3");
    const reader = readerOf(followStream(log.source, 1));
    await reader.next();
    expect(await reader.next()).toBe("23");
    const next = reader.next();
    await settled();
    log.write("4");
    expect(await next).toBe("4");
    log.write("5");
    log.end();
    expect(await reader.next()).toBe("5");
    expect(await reader.next()).toBeUndefined();
    expect([log.followers(), vi.getTimerCount()]).toEqual([0, 0]);
  });

  test("that has ended before the reader's cursor closes without a word", async () => {
    const log = growingLog();
    log.write("1");
    log.end();
    const reader = readerOf(followStream(log.source, 1));
    await reader.next();
    expect(await reader.next()).toBeUndefined();
    expect(log.followers()).toBe(0);
  });

  test("that is long comes in several bites", async () => {
    const log = growingLog();
    const long = "x".repeat(70_000);
    log.write(long, long);
    log.end();
    const reader = readerOf(followStream(log.source, 0));
    await reader.next();
    expect([await reader.next(), await reader.next(), await reader.next()]).toEqual([long, long, undefined]);
  });

  test("is read only when the reader reads", async () => {
    const log = growingLog();
    log.write("1");
    const reader = readerOf(followStream(log.source, 0));
    await settled();
    await reader.next();
    await settled();
    expect(log.reads).toEqual([]);
    expect(await reader.next()).toBe("1");
    for (const more of ["2", "3", "4"]) log.write(more);
    await settled();
    expect(log.reads).toEqual([0]);
    expect(await reader.next()).toBe("234");
    expect(log.reads).toEqual([0, 1]);
    await reader.cancel();
  });

  test("that grows while it is read is not missed", async () => {
    const log = growingLog();
    const { read } = log.source;
    let isFirst = true;
    log.source.read = async (after, maximumLength) => {
      const found = await read(after, maximumLength);
      if (isFirst) log.write("1");
      isFirst = false;
      return found;
    };
    const reader = readerOf(followStream(log.source, 0));
    await reader.next();
    expect(await reader.next()).toBe("1");
    await reader.cancel();
  });

  test("has a follower from the first question until it is cancelled, even in the middle of waiting", async () => {
    const log = growingLog();
    const reader = readerOf(followStream(log.source, 0));
    await reader.next();
    expect(log.followers()).toBe(1);
    const waiting = reader.next();
    await settled();
    await reader.cancel();
    expect(await waiting).toBeUndefined();
    expect([log.followers(), vi.getTimerCount()]).toEqual([0, 0]);
    log.write("late");
    log.end();
    await settled();
    expect(log.followers()).toBe(0);
  });

  test("has no follower and no timer while nobody reads, for a body that is dropped is not cancelled", async () => {
    const log = growingLog();
    const stream = followStream(log.source, 0);
    await settled();
    expect([log.followers(), vi.getTimerCount()]).toEqual([0, 0]);
    await stream.cancel();
    expect([log.followers(), vi.getTimerCount()]).toEqual([0, 0]);
  });

  test("that cannot be read fails the body, and leaves neither a follower nor a timer", async () => {
    const log = growingLog();
    const reader = readerOf(followStream(log.source, 0));
    await reader.next();
    const next = reader.next();
    next.catch(() => {}); // Looked at below, after it has failed.
    await settled();
    log.fail(new Error("store"));
    await expect(next).rejects.toThrow("store");
    expect([log.followers(), vi.getTimerCount()]).toEqual([0, 0]);
  });
});

describe("keep-alive", () => {
  test("comes while a reader waits for a log that says nothing", async () => {
    const log = growingLog();
    const reader = readerOf(followStream(log.source, 0));
    await reader.next();
    for (let minute = 0; minute < 3; minute++) {
      const next = reader.next();
      await vi.advanceTimersByTimeAsync(KEEP_ALIVE_MS);
      expect(await next).toBe(": keep-alive\n\n");
    }
    log.write("1");
    expect(await reader.next()).toBe("1");
    await reader.cancel();
  });

  test("is not heaped up for a reader that has stopped reading", async () => {
    const log = growingLog();
    log.write("1");
    const reader = readerOf(followStream(log.source, 0));
    await reader.next();
    await reader.next();
    await vi.advanceTimersByTimeAsync(4 * KEEP_ALIVE_MS);
    log.write("2");
    expect(await reader.next()).toBe("2");
    await reader.cancel();
  });
});

describe("a followed log that is piped", () => {
  /** A response that takes one chunk at a time, each when told to. */
  function response() {
    const written: string[] = [];
    let taken = () => {};
    const ends: unknown[] = [];
    const decoder = new TextDecoder();
    const writable = new WritableStream<Uint8Array>({
      write(chunk) {
        written.push(decoder.decode(chunk));
        return new Promise((resolve) => {
          taken = resolve;
        });
      },
      close: () => void ends.push("closed"),
      abort: (reason) => void ends.push(reason),
    });
    const take = async () => {
      taken();
      await settled();
    };
    return { writable, written, ends, take };
  }

  test("arrives as it grows, as fast as it is taken, and ends with its end", async () => {
    const log = growingLog();
    const { writable, written, ends, take } = response();
    const piped = followStream(log.source, 0).pipeTo(writable);
    await settled();
    expect([written, log.reads]).toEqual([[": ok\n\n"], []]);
    await take();
    log.write("1");
    await settled();
    for (const more of ["2", "3"]) log.write(more);
    await settled();
    expect(written).toEqual([": ok\n\n", "1"]);
    await take();
    expect(written).toEqual([": ok\n\n", "1", "23"]);
    log.write("4");
    log.end();
    await take();
    await take();
    await piped;
    expect([written.at(-1), ends, log.followers(), vi.getTimerCount()]).toEqual(["4", ["closed"], 0, 0]);
  });

  test("loses its follower when the response is gone, in the middle of waiting too", async () => {
    const log = growingLog();
    const { writable, ends, take } = response();
    const gone = new AbortController();
    const piped = followStream(log.source, 0).pipeTo(writable, { signal: gone.signal });
    await settled();
    await take();
    const reason = new Error("gone");
    gone.abort(reason);
    await expect(piped).rejects.toBe(reason);
    expect([ends, log.followers(), vi.getTimerCount()]).toEqual([[reason], 0, 0]);
  });

  test("never begins for a response that was gone before", async () => {
    const log = growingLog();
    const { writable, written } = response();
    await expect(followStream(log.source, 0).pipeTo(writable, { signal: AbortSignal.abort() })).rejects.toThrow();
    expect([written, log.followers(), vi.getTimerCount()]).toEqual([[], 0, 0]);
  });

  test("loses its follower when a chunk cannot be written", async () => {
    const log = growingLog();
    const piped = followStream(log.source, 0).pipeTo(
      new WritableStream({
        write() {
          throw new Error("broken");
        },
      }),
    );
    await expect(piped).rejects.toThrow("broken");
    expect([log.followers(), vi.getTimerCount()]).toEqual([0, 0]);
  });

  test("that cannot be read breaks the response off", async () => {
    const log = growingLog();
    const { writable, ends, take } = response();
    const piped = followStream(log.source, 0).pipeTo(writable);
    piped.catch(() => {}); // Looked at below, after it has failed.
    await settled();
    await take();
    const fault = new Error("store");
    log.fail(fault);
    await expect(piped).rejects.toBe(fault);
    expect([ends, log.followers(), vi.getTimerCount()]).toEqual([[fault], 0, 0]);
  });

  test("is kept alive", async () => {
    const log = growingLog();
    const { writable, written, take } = response();
    const gone = new AbortController();
    followStream(log.source, 0)
      .pipeTo(writable, { signal: gone.signal })
      .catch(() => {}); // It is left below.
    await settled();
    await take();
    await vi.advanceTimersByTimeAsync(3 * KEEP_ALIVE_MS);
    expect(written).toEqual([": ok\n\n", ": keep-alive\n\n"]);
    gone.abort();
  });

  /** `stream`, with Node's response behind the one it is piped to; that takes no more while it `isFull`. */
  function withNode(stream: FollowStream, written: string[]) {
    const decoder = new TextDecoder();
    const node = Object.assign(new EventEmitter(), {
      destroyed: false,
      isFull: false,
      write(bytes: Uint8Array) {
        written.push(`node: ${decoder.decode(bytes)}`);
        return !node.isFull;
      },
    });
    stream.response = node as unknown as ServerResponse;
    return { stream, node };
  }

  test("goes to Node's response, all but its first chunk and its end, as fast as that takes it", async () => {
    const log = growingLog();
    const { writable, written, ends, take } = response();
    const { stream, node } = withNode(followStream(log.source, 0), written);
    const piped = stream.pipeTo(writable);
    await settled();
    log.write("1");
    expect(written).toEqual([": ok\n\n"]);
    await take();
    log.write("2");
    await settled();
    node.isFull = true;
    for (const more of ["3", "4", "5"]) {
      log.write(more);
      await settled();
    }
    expect(written).toEqual([": ok\n\n", "node: 1", "node: 2", "node: 3"]);
    node.isFull = false;
    node.emit("drain");
    log.end();
    await piped;
    expect(written.slice(4)).toEqual(["node: 45"]);
    expect([ends, log.followers(), node.listenerCount("drain"), vi.getTimerCount()]).toEqual([["closed"], 0, 0, 0]);
  });

  test("ends once when its last words and its end come together", async () => {
    const { writable, written, ends, take } = response();
    // As a log in memory, which answers at once.
    const read = (after: number) => ({ bytes: new TextEncoder().encode(after === 0 ? "1" : ""), last: 1, isEnd: true });
    const { stream } = withNode(followStream({ read, attend: () => () => {} }, 0), written);
    const piped = stream.pipeTo(writable);
    await settled();
    await take();
    await piped;
    await settled();
    expect([written, ends]).toEqual([[": ok\n\n", "node: 1"], ["closed"]]);
  });

  test("writes no more to Node's response once that is gone", async () => {
    const log = growingLog();
    const { writable, written, take } = response();
    const { stream, node } = withNode(followStream(log.source, 0), written);
    const gone = new AbortController();
    const piped = stream.pipeTo(writable, { signal: gone.signal });
    await settled();
    await take();
    node.destroyed = true;
    log.write("1");
    gone.abort(new Error("gone"));
    await expect(piped).rejects.toThrow("gone");
    expect([written, log.followers()]).toEqual([[": ok\n\n"], 0]);
  });
});
