import { planFor } from "./answers";
import { type DemoRequest, readRequest } from "./request";
import {
  type Beat,
  beatsOf,
  DEMO_MODEL,
  DEMO_MODEL_INFO,
  errorOf,
  frameOf,
  type WireError,
  wholeMessageOf,
} from "./wire";

/** Resolves after `ms` milliseconds; rejects with the signal's reason, and leaves no timer, once `signal` aborts. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

const BEFORE_HEADERS_MS = 350;
const BEFORE_WHOLE_MESSAGE_MS = 900;

/**
 * A fetch for the SDK that answers as the Messages API would, out of this process: `POST …/v1/messages`, streamed or
 * whole, `POST …/v1/messages/count_tokens`, `GET …/v1/models`. Like the real one it rejects, or errors the body, with
 * the signal's reason; a streamed answer is made only as fast as it is read.
 */
export function createDemoFetch(
  options: { sleep?: Sleep; now?: () => Date; randomId?: () => string } = {},
): typeof globalThis.fetch {
  const { sleep = sleepOnTimer, now = () => new Date(), randomId = randomHex } = options;

  return async (input, init) => {
    const signal = init?.signal ?? (input instanceof Request ? input.signal : new AbortController().signal);
    const request = new Request(input, { ...init, signal: null });
    signal.throwIfAborted();
    const body = await request.text();
    const headers = new Headers({ "request-id": `req_demo_${randomId()}` });
    const messageId = `msg_demo_${randomId()}`;

    const reply = async (afterMs: number, make: () => Response): Promise<Response> => {
      await sleep(afterMs, signal);
      signal.throwIfAborted();
      return make();
    };
    const refuse = (error: WireError) => reply(BEFORE_HEADERS_MS, () => errorResponse(error, headers));

    const route = `${request.method} ${new URL(request.url).pathname.replace(/^.*(?=\/v1\/)/, "")}`;
    if (route === "GET /v1/models") return reply(0, () => json(MODEL_LIST, headers));
    if (route === `GET /v1/models/${DEMO_MODEL}`) return reply(0, () => json(DEMO_MODEL_INFO, headers));
    if (route !== "POST /v1/messages" && route !== "POST /v1/messages/count_tokens") return refuse(NOT_FOUND);

    const asked = readRequest(body);
    if ("fault" in asked) return refuse({ status: 400, type: "invalid_request_error", message: asked.fault });
    if (route.endsWith("count_tokens")) return reply(0, () => json({ input_tokens: asked.inputTokens }, headers));
    return answer(asked);

    async function answer(asked: DemoRequest): Promise<Response> {
      const plan = planFor(asked, now());
      if (plan.type === "failure") return refuse(errorOf(plan.failure));
      if (asked.isStreamed) {
        const beats = beatsOf(plan, messageId, asked.inputTokens);
        return reply(BEFORE_HEADERS_MS, () => {
          headers.set("content-type", "text/event-stream; charset=utf-8");
          headers.set("cache-control", "no-cache");
          return new Response(streamOf(beats, sleep, signal), { status: 200, headers });
        });
      }
      if (plan.close === "broken" || plan.close === "stalled") {
        return reply(BEFORE_WHOLE_MESSAGE_MS, () => {
          throw new TypeError("fetch failed", { cause: brokenLine() });
        });
      }
      return reply(BEFORE_WHOLE_MESSAGE_MS, () => json(wholeMessageOf(plan, messageId, asked.inputTokens), headers));
    }
  };
}

/** The demo on real clocks: what the SDK's `fetch` option is given when neither key nor base URL is set. */
export const demoFetch = createDemoFetch();

const NOT_FOUND: WireError = {
  status: 404,
  type: "not_found_error",
  message: "The demo model does not know this path.",
};

const MODEL_LIST = { data: [DEMO_MODEL_INFO], has_more: false, first_id: DEMO_MODEL, last_id: DEMO_MODEL };

/** The beats as the bytes of an event stream, each in its time after the one before has been read. */
function streamOf(beats: Iterator<Beat>, sleep: Sleep, signal: AbortSignal): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const life = new AbortController();
  let abort = () => {};
  const end = () => {
    signal.removeEventListener("abort", abort);
    life.abort();
  };
  return new ReadableStream<Uint8Array>(
    {
      start(stream) {
        abort = () => {
          end();
          stream.error(signal.reason);
        };
        signal.addEventListener("abort", abort, { once: true });
      },
      async pull(stream) {
        const next = beats.next();
        if (next.done) {
          end();
          stream.close();
          return;
        }
        const beat = next.value;
        // Only our own ending of this life wakes the sleeper early, and whoever ended it has told the stream why.
        if (beat.afterMs > 0) await sleep(beat.afterMs, life.signal).catch(ignoreWhenOver);
        if (life.signal.aborted) return;
        if (beat.type === "event") {
          stream.enqueue(encoder.encode(frameOf(beat.event)));
          return;
        }
        end();
        // What undici throws when a socket closes in the middle of a body.
        stream.error(new TypeError("terminated", { cause: brokenLine() }));
      },
      cancel: end,
    },
    { highWaterMark: 0 },
  );

  function ignoreWhenOver(reason: unknown): void {
    if (!life.signal.aborted) throw reason;
  }
}

function brokenLine(): Error {
  return Object.assign(new Error("other side closed"), { code: "UND_ERR_SOCKET" });
}

function errorResponse({ status, type, message, retryAfterSeconds }: WireError, headers: Headers): Response {
  if (retryAfterSeconds !== undefined) headers.set("retry-after", String(retryAfterSeconds));
  const body = { type: "error", error: { type, message }, request_id: headers.get("request-id") };
  return Response.json(body, { status, headers });
}

function json(body: unknown, headers: Headers): Response {
  return Response.json(body, { headers });
}

function randomHex(): string {
  return crypto.randomUUID().replaceAll("-", "");
}

function sleepOnTimer(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const wake = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", wake);
      resolve();
    }, ms);
    signal.addEventListener("abort", wake, { once: true });
  });
}
