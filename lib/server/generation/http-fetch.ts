import { type ClientRequest, type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";

/** So many pieces wait for a reader before the sender is told to wait too. */
const MOST_WAITING = 64;

/**
 * `fetch` as the SDK uses it, a URL with a text for a body, over Node's own HTTP client. Node's `fetch` hands every piece
 * through a web stream and half a dozen promises, which for small deltas is a quarter of all that a token costs. The body
 * is not a stream here but an iterable of bytes: what has come while nobody read is one piece. Redirects are not
 * followed. Rejects, or fails the body, when the connection is lost or `signal` aborts.
 */
export function httpFetch(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
  return new Promise((resolve, reject) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const request = (url.protocol === "https:" ? requestHttps : requestHttp)(url, {
      method: init.method ?? "GET",
      headers: Object.fromEntries(new Headers(init.headers)),
      ...(init.signal ? { signal: init.signal } : {}),
    });
    request.on("error", reject);
    request.on("response", (message) => {
      try {
        resolve(responseOf(request, message));
      } catch (error) {
        // A status or a header that no Response can have.
        request.destroy();
        reject(error);
      }
    });
    request.end(textIn(init.body));
  });
}

function textIn(body: RequestInit["body"]): string | undefined {
  if (body === undefined || body === null || typeof body === "string") return body ?? undefined;
  throw new TypeError("only a text can be sent");
}

function responseOf(request: ClientRequest, message: IncomingMessage): Response {
  const headers = new Headers();
  const { rawHeaders } = message;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) headers.append(rawHeaders[at] ?? "", rawHeaders[at + 1] ?? "");
  return withBody(new Response(null, { status: message.statusCode ?? 0, headers }), piecesOf(request, message));
}

/** `response` with another body. The SDK iterates over it: a ReadableStream would cost more than all else we do. */
export function withBody(response: Response, body: AsyncIterable<Uint8Array>): Response {
  return Object.defineProperty(response, "body", { value: body, configurable: true });
}

type Next = IteratorResult<Uint8Array, undefined>;
const END: Next = { done: true, value: undefined };

/** The bytes of `message` for one reader. Whoever leaves before the end closes the connection. */
function piecesOf(request: ClientRequest, message: IncomingMessage): AsyncIterable<Uint8Array> {
  let pieces: Uint8Array[] = [];
  let end: { error?: unknown } | undefined;
  let asked: { resolve(next: Next): void; reject(error: unknown): void } | undefined;

  function answer(): void {
    if (asked === undefined || (pieces.length === 0 && end === undefined)) return;
    const { resolve, reject } = asked;
    asked = undefined;
    if (pieces.length > 0) resolve({ done: false, value: takeAll() });
    else if (end?.error === undefined) resolve(END);
    else reject(end.error);
  }

  function takeAll(): Uint8Array {
    const [only] = pieces;
    const all = only !== undefined && pieces.length === 1 ? only : Buffer.concat(pieces);
    pieces = [];
    if (message.isPaused()) message.resume();
    return all;
  }

  message.on("data", (piece: Uint8Array) => {
    pieces.push(piece);
    if (asked !== undefined) answer();
    else if (pieces.length >= MOST_WAITING) message.pause();
  });
  for (const event of ["end", "error"] as const) {
    message.once(event, (error?: unknown) => {
      end ??= { error };
      answer();
    });
  }

  const iterator: AsyncIterator<Uint8Array, undefined> = {
    next: () =>
      new Promise((resolve, reject) => {
        asked = { resolve, reject };
        answer();
      }),
    async return() {
      request.destroy();
      return END;
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}
