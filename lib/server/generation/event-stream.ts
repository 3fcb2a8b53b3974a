import type { ServerResponse } from "node:http";
import { metrics } from "../operating/metrics";

/** A stretch of a log, as it goes over the wire. `last` is the number of its last event; after `isEnd` nothing follows. */
export type Stretch = { bytes: Uint8Array; last: number; isEnd: boolean };

/** A numbered log that may still grow. */
export type LogSource = {
  /** The frames after event `after`, about `maximumLength` bytes of them; empty when there are none yet. */
  read(after: number, maximumLength: number): Stretch | Promise<Stretch>;
  /** Runs `wake` whenever there may be more to read, until the returned function is called. */
  attend(wake: () => void): () => void;
};

const KEEP_ALIVE_MS = 15_000;
const MAX_CHUNK_LENGTH = 64 * 1024;

const DATA = "\ndata: ";
const FRAME_END = "\n\n";

const encoder = new TextEncoder();

/** Headers of every event stream. A proxy that transforms or buffers would hold the words back. */
export const STREAM_HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache, no-store, no-transform",
  "x-accel-buffering": "no",
} as const;

/** Event `n` as it goes over the wire (HTML Standard, 9.2.5). `data` is JSON, which has no line breaks. */
export function frameOf(n: number, type: string, data: string): string {
  return `id: ${n}\nevent: ${type}${DATA}${data}${FRAME_END}`;
}

/** The JSON in a frame. */
export function dataOf(frame: string): string {
  return frame.slice(frame.indexOf(DATA) + DATA.length, -FRAME_END.length);
}

/** Where a follower's bytes go. Each question, `ask`, is answered by one `send` at most, or by the end. */
type Outlet = { send(bytes: Uint8Array): void; end(): void; fail(error: unknown): void };

/** A body that, once it is piped, writes all but its first chunk to Node's own `response`, where that is known. */
export type FollowStream = ReadableStream<Uint8Array> & { response?: ServerResponse | undefined };

/**
 * The log after event `after` as a body: a first frame at once, then what is there, then what comes. It is read only as
 * fast as the reader reads, so a slow one costs no more than a cursor, and one who never reads nothing; under load
 * neighbouring frames share a chunk.
 */
export function followStream(source: LogSource, after: number): FollowStream {
  const feed = openFeed(source, after);
  const stream: FollowStream = new ReadableStream<Uint8Array>(
    {
      // It does not wait until there is something: what is enqueued later answers the same question.
      pull: (controller) =>
        feed.ask({
          send: (bytes) => controller.enqueue(bytes),
          end: () => controller.close(),
          fail: (error) => controller.error(error),
        }),
      cancel: feed.leave,
    },
    { highWaterMark: 0 },
  );
  // Next pipes a body into its response: without the stream's own queue between them that costs half.
  return Object.assign(stream, {
    pipeTo: (destination: WritableStream<Uint8Array>, options?: StreamPipeOptions) =>
      pipe(feed, destination, options?.signal, stream.response),
  });
}

type Feed = { ask(outlet: Outlet): void; leave(): void };

function openFeed(source: LogSource, after: number): Feed {
  let cursor = after;
  let isOpen = true;
  let isGreeted = false;
  /** Who has asked and has not been answered yet. */
  let asking: Outlet | undefined;
  let isReading = false;
  /** The log grew while it was being read. */
  let isStale = false;
  let stopAttending: (() => void) | undefined;

  /** With the first question: a body whose reader left before it was piped is dropped by Next, and never cancelled. */
  function begin(): void {
    isGreeted = true;
    metrics().followers.inc();
    const stop = source.attend(answer);
    const keepAlive = setInterval(() => {
      // While the log is read, the answer is on its way.
      if (!isReading) say(encoder.encode(": keep-alive\n\n"));
    }, KEEP_ALIVE_MS);
    stopAttending = () => {
      stop();
      clearInterval(keepAlive);
      metrics().followers.dec();
    };
  }

  function leave(): void {
    if (!isOpen) return;
    isOpen = false;
    stopAttending?.();
  }

  function say(bytes: Uint8Array): void {
    const outlet = asking;
    asking = undefined;
    outlet?.send(bytes);
  }

  function answer(): void {
    if (asking === undefined || !isOpen) return;
    isStale = true;
    if (isReading) return;
    const read = source.read(cursor, MAX_CHUNK_LENGTH);
    isStale = false;
    // A log in memory is read without a promise: at thousands of events a second each one tells.
    if (read instanceof Promise) answerLater(read);
    else send(read);
  }

  function answerLater(read: Promise<Stretch>): void {
    isReading = true;
    read
      .finally(() => {
        isReading = false;
      })
      .then((stretch) => {
        send(stretch);
        if (isStale) answer();
      }, fail);
  }

  function send({ bytes, last, isEnd }: Stretch): void {
    if (!isOpen) return;
    cursor = last;
    const outlet = asking;
    // Before the last bytes are sent: whoever takes them may ask again at once.
    if (isEnd) leave();
    if (bytes.length > 0) say(bytes);
    if (isEnd) outlet?.end();
  }

  function fail(error: unknown): void {
    if (!isOpen) return;
    leave();
    asking?.fail(error);
  }

  return {
    ask(outlet) {
      asking = outlet;
      if (isGreeted) return answer();
      begin();
      say(encoder.encode(": ok\n\n"));
    },
    leave,
  };
}

/**
 * `ReadableStream.pipeTo` for a feed: resolves at its end, rejects when the reader is gone. Next's destination writes to
 * `response`; through it each chunk costs as much again as to write it there, so only the first, with which Next sends
 * the headers, and the end go that way.
 */
function pipe(
  feed: Feed,
  destination: WritableStream<Uint8Array>,
  signal: AbortSignal | undefined,
  response: ServerResponse | undefined,
): Promise<void> {
  const writer = destination.getWriter();
  return new Promise((resolve, reject) => {
    const lose = (reason: unknown) => {
      feed.leave();
      reject(reason);
      // It may be the destination that has failed.
      writer.abort(reason).catch(() => {});
    };
    /** Where chunks go once the first is written. */
    let direct: ServerResponse | undefined;
    const outlet: Outlet = {
      send(bytes) {
        if (direct !== undefined) return writeTo(direct, bytes, ask);
        direct = response;
        void writer.write(bytes).then(ask, lose);
      },
      end: () => void writer.close().then(resolve, lose),
      fail: lose,
    };
    const ask = () => feed.ask(outlet);
    writer.closed.catch(lose);
    signal?.addEventListener("abort", () => lose(signal.reason), { once: true });
    if (signal?.aborted) lose(signal.reason);
    else ask();
  });
}

function writeTo(response: ServerResponse, bytes: Uint8Array, then: () => void): void {
  // That it is gone is told by the signal.
  if (response.destroyed) return;
  if (response.write(bytes)) then();
  else response.once("drain", then);
}
