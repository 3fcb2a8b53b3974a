/** A numbered log that may still grow. */
export type LogSource = {
  /**
   * The frames after event `after`, about `maximumLength` characters of them; "" when there are none yet.
   * `last` is the number of the last one; after `isEnd` nothing follows.
   */
  read(after: number, maximumLength: number): Promise<{ text: string; last: number; isEnd: boolean }>;
  /** Resolves when there may be more to read. */
  changed(): Promise<void>;
  attend(): void;
  leave(): void;
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
  let isWaiting = false;
  let keepAlive: NodeJS.Timeout | undefined;

  function close(): void {
    if (!isOpen) return;
    isOpen = false;
    clearInterval(keepAlive);
    source.leave();
  }

  async function pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    try {
      await readOn(controller);
    } catch (error) {
      close();
      throw error;
    }
  }

  async function readOn(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    while (isOpen) {
      // Taken before reading: what is logged while we read must not be missed.
      const changed = source.changed();
      const { text, last, isEnd } = await source.read(cursor, MAX_CHUNK_LENGTH);
      if (!isOpen) return;
      cursor = last;
      if (text !== "") controller.enqueue(encoder.encode(text));
      if (isEnd) {
        close();
        controller.close();
      }
      if (isEnd || text !== "") return;
      isWaiting = true;
      await changed;
      isWaiting = false;
    }
  }

  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        source.attend();
        controller.enqueue(encoder.encode(": ok\n\n"));
        keepAlive = setInterval(() => {
          if (isWaiting) controller.enqueue(encoder.encode(": keep-alive\n\n"));
        }, KEEP_ALIVE_MS);
      },
      pull,
      cancel: close,
    },
    { highWaterMark: 0 },
  );
}
