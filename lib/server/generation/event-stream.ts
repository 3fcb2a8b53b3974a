import { metrics } from "../operating/metrics";

/** A stretch of a log, as it goes over the wire. `last` is the number of its last event; after `isEnd` nothing follows. */
export type Stretch = { text: string; last: number; isEnd: boolean };

/** A numbered log that may still grow. */
export type LogSource = {
  /** The frames after event `after`, about `maximumLength` characters of them; "" when there are none yet. */
  read(after: number, maximumLength: number): Stretch | Promise<Stretch>;
  /** Runs `wake` whenever there may be more to read, until the returned function is called. */
  attend(wake: () => void): () => void;
};

const KEEP_ALIVE_MS = 15_000;
const MAX_CHUNK_LENGTH = 64 * 1024;

const encoder = new TextEncoder();

/** Headers of every event stream. A proxy that transforms or buffers would hold the words back. */
export const STREAM_HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache, no-store, no-transform",
  "x-accel-buffering": "no",
} as const;

/** Event `n` as it goes over the wire (HTML Standard, 9.2.5). `data` is JSON, which has no line breaks. */
export function frameOf(n: number, type: string, data: string): string {
  return `id: ${n}\nevent: ${type}\ndata: ${data}\n\n`;
}

/**
 * The log after event `after` as a body: a first frame at once, then what is there, then what comes. It is read only as
 * fast as the reader reads, so a slow one costs no more than a cursor; under load neighbouring frames share a chunk.
 */
export function followStream(source: LogSource, after: number): ReadableStream<Uint8Array> {
  let cursor = after;
  let isOpen = true;
  /** The reader has asked and has not been answered yet. */
  let isAsked = false;
  let isReading = false;
  /** The log grew while it was being read. */
  let isStale = false;
  let leave = () => {};
  let keepAlive: NodeJS.Timeout | undefined;

  function close(): void {
    if (!isOpen) return;
    isOpen = false;
    clearInterval(keepAlive);
    metrics().followers.dec();
    leave();
  }

  function answer(controller: Controller): void {
    if (!isAsked || !isOpen) return;
    isStale = true;
    if (isReading) return;
    const read = source.read(cursor, MAX_CHUNK_LENGTH);
    isStale = false;
    // A log in memory is read without a promise: at thousands of events a second each one tells.
    if (read instanceof Promise) answerLater(controller, read);
    else send(controller, read);
  }

  function answerLater(controller: Controller, read: Promise<Stretch>): void {
    isReading = true;
    read
      .finally(() => {
        isReading = false;
      })
      .then(
        (stretch) => {
          send(controller, stretch);
          if (isStale) answer(controller);
        },
        (error: unknown) => fail(controller, error),
      );
  }

  function send(controller: Controller, { text, last, isEnd }: Stretch): void {
    if (!isOpen) return;
    cursor = last;
    if (text !== "") {
      isAsked = false;
      controller.enqueue(encoder.encode(text));
    }
    if (isEnd) {
      close();
      controller.close();
    }
  }

  function fail(controller: Controller, error: unknown): void {
    if (!isOpen) return;
    close();
    controller.error(error);
  }

  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        metrics().followers.inc();
        controller.enqueue(encoder.encode(": ok\n\n"));
        leave = source.attend(() => answer(controller));
        keepAlive = setInterval(() => {
          if (!isAsked) return;
          isAsked = false;
          controller.enqueue(encoder.encode(": keep-alive\n\n"));
        }, KEEP_ALIVE_MS);
      },
      // It does not wait until there is something: what is enqueued later answers the same question.
      pull(controller) {
        isAsked = true;
        answer(controller);
      },
      cancel: close,
    },
    { highWaterMark: 0 },
  );
}

type Controller = ReadableStreamDefaultController<Uint8Array>;
