import { withBody } from "./http-fetch";

/** The model sent no byte for too long. */
export class StalledStream extends Error {}

/**
 * `fetch` that gives up when no byte arrives for `stallMs`, from the request to the end of the body. The SDK's own
 * timeout ends with the headers, and it hides pings; here every byte counts. The body fails with `StalledStream`.
 */
export function watchBytes(fetch: typeof globalThis.fetch, stallMs: number): typeof globalThis.fetch {
  return async (input, init) => {
    const watch = startWatch(stallMs, init?.signal ?? undefined);
    try {
      const response = await fetch(input, { ...init, signal: watch.signal });
      if (response.body === null) {
        watch.end();
        return response;
      }
      const body = watchedBody(response.body, watch);
      return isStreamed(response) ? withBody(response, body) : await whole(response, body);
    } catch (error) {
      watch.end();
      throw watch.hasStalled() ? new StalledStream() : error;
    }
  };
}

type Watch = ReturnType<typeof startWatch>;

function startWatch(stallMs: number, outer: AbortSignal | undefined) {
  const controller = new AbortController();
  const abort = () => controller.abort(outer?.reason);
  if (outer?.aborted) abort();
  outer?.addEventListener("abort", abort, { once: true });
  let lastByteAt = Date.now();
  let isStalled = false;
  let timer = setTimeout(check, stallMs);

  // One timer that looks back is cheaper than one that is set anew for every byte.
  function check() {
    const leftMs = lastByteAt + stallMs - Date.now();
    if (leftMs > 0) {
      timer = setTimeout(check, leftMs);
      return;
    }
    isStalled = true;
    controller.abort(new StalledStream());
  }

  return {
    signal: controller.signal,
    hasStalled: () => isStalled,
    saw: () => {
      lastByteAt = Date.now();
    },
    end: () => {
      clearTimeout(timer);
      outer?.removeEventListener("abort", abort);
    },
    abort: (reason: unknown) => controller.abort(reason),
  };
}

function isStreamed({ ok, headers }: Response): boolean {
  return ok && !headers.get("content-type")?.includes("json");
}

/** More than any answer that is not streamed, or any error, has to say. */
const MAX_WHOLE_BYTES = 32 * 1024 * 1024;

async function whole({ status, headers }: Response, body: AsyncIterable<Uint8Array>): Promise<Response> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    size += piece.length;
    if (size > MAX_WHOLE_BYTES) throw new Error("The body does not end.");
    pieces.push(piece);
  }
  return new Response(pieces.length === 0 ? null : Buffer.concat(pieces), { status, headers });
}

function watchedBody(body: AsyncIterable<Uint8Array>, watch: Watch): AsyncIterable<Uint8Array> {
  const bytes = body[Symbol.asyncIterator]();
  watch.saw();

  function saw(next: IteratorResult<Uint8Array, undefined>): IteratorResult<Uint8Array, undefined> {
    watch.saw();
    if (next.done) watch.end();
    return next;
  }

  function failed(error: unknown): never {
    watch.end();
    throw watch.hasStalled() ? new StalledStream() : error;
  }

  const iterator: AsyncIterator<Uint8Array, undefined> = {
    next: () => bytes.next().then(saw, failed),
    async return() {
      watch.end();
      // In this order: a body that the abort has failed can no longer be left.
      const left = bytes.return?.();
      watch.abort(undefined);
      await left;
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}
