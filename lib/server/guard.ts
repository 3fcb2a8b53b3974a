import type { z } from "zod";
import { ChatFailure, type Refusal, type RefusalCode } from "@/lib/chat/error";
import { faultSentence, MAX_BODY_BYTES, uuid } from "@/lib/chat/request";
import { environment } from "./env";
import { errorFields, log } from "./operating/log";
import { metrics } from "./operating/metrics";
import { countRefusal } from "./operating/refusals";
import { requestIdOf } from "./operating/request-log";
import { openSession, type Session } from "./session";
import { isStoreFault } from "./store/patience";
import { VERSION_HEADER, version } from "./version";

const STATUS: Record<RefusalCode, number> = {
  invalid_request: 400,
  access_required: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  unsupported_media_type: 415,
  rate_limited: 429,
  budget_spent: 429,
  internal: 500,
  busy: 503,
  draining: 503,
};

/** The HTTP status that the contract has for a refusal. */
export function statusOf(code: RefusalCode): number {
  return STATUS[code];
}

/** Headers of every answer of the API that is not a stream. */
const API_HEADERS = { "cache-control": "no-store", "x-content-type-options": "nosniff" };

/** What any call takes: an import. The others count for themselves, and less. */
const LARGEST_BODY_BYTES = 200_000_000;
const TOO_LARGE: Refusal = { code: "too_large", message: "This is more than can be sent at once." };

/** A body must bring so much in so long, or its end. A phone between two cells brings nothing for some seconds. */
const SLOW_BODY_BYTES = 4096;
const SLOW_BODY_MS = 20_000;

export const CUT_OFF = "What was sent did not arrive whole. Please try again.";

const ACCESS_REQUIRED: Refusal = { code: "access_required", message: "This Platen asks for an access code." };

/** The store cannot be reached or written: it passes, and nothing is asked of the model until then. */
const STORE_AWAY: Refusal = {
  code: "busy",
  message: "Platen cannot reach what it has saved at the moment. Please try again shortly.",
  retryAfterSeconds: 5,
};

/** Refuses the request that is being served: `serve` turns it into the contract's answer. */
export function refuse(refusal: Refusal): never {
  throw new ChatFailure<RefusalCode>(refusal);
}

type Call = (session: Session) => Promise<Response>;

/**
 * Runs one call of the API for the visitor who makes it, once the gate is open to them. It must come from our own page;
 * a refusal thrown anywhere below becomes the contract's answer, anything else a 500 that says nothing of what it was.
 */
export function serve(request: Request, call: Call): Promise<Response> {
  return serveOpen(request, async (session) => {
    if (!session.isLetIn) refuse(ACCESS_REQUIRED);
    return call(session);
  });
}

/** The same for whoever stands before the gate: what lets them in, or shows them nothing of anybody's. */
export async function serveOpen(request: Request, call: Call): Promise<Response> {
  const requestId = requestIdOf(request);
  try {
    if (Number(request.headers.get("content-length")) > LARGEST_BODY_BYTES) refuse(TOO_LARGE);
    requireOwnPage(request);
    const session = openSession(request.headers);
    const response = await call(session);
    response.headers.set(VERSION_HEADER, version());
    // A call that gives the visitor a cookie of its own knows better.
    if (session.setCookie !== undefined && !response.headers.has("set-cookie")) {
      response.headers.set("set-cookie", session.setCookie);
    }
    return response;
  } catch (error) {
    if (error instanceof ChatFailure) return refusalResponse(error.error as Refusal, requestId);
    log("error", "fault", { requestId, ...errorFields(error) });
    if (isStoreFault(error)) return refusalResponse(STORE_AWAY, requestId);
    return refusalResponse({ code: "internal", message: "Something went wrong here. Please try again." }, requestId);
  }
}

function refusalResponse(refusal: Refusal, requestId: string): Response {
  const { code, retryAfterSeconds } = refusal;
  metrics().refusals.inc({ code });
  countRefusal(code);
  return Response.json(
    { error: { ...refusal, requestId } },
    {
      status: statusOf(code),
      headers: {
        ...API_HEADERS,
        [VERSION_HEADER]: version(),
        ...(retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) }),
      },
    },
  );
}

export function json(body: unknown): Response {
  return Response.json(body, { headers: API_HEADERS });
}

/**
 * Browsers say where a request comes from (Fetch Metadata); older ones send at least `Origin`. A request with neither
 * is no browser's, so it carries nobody's cookie unasked. A link from elsewhere may be followed, but only to read.
 */
function requireOwnPage(request: Request): void {
  const site = request.headers.get("sec-fetch-site");
  const origin = request.headers.get("origin");
  const isOurs =
    site === null ? origin === null || isOwnOrigin(origin, request) : site === "same-origin" || site === "none";
  const isLink = request.method === "GET" && request.headers.get("sec-fetch-mode") === "navigate";
  if (!isOurs && !isLink) refuse({ code: "forbidden", message: "This request did not come from Platen's own page." });
}

function isOwnOrigin(origin: string, request: Request): boolean {
  const { appOrigin } = environment();
  if (appOrigin !== undefined && origin === appOrigin) return true;
  return URL.canParse(origin) && new URL(origin).host === request.headers.get("host");
}

/** The id in the path, or a refusal. */
export function readId(id: string): string {
  const parsed = uuid.safeParse(id);
  if (parsed.success) return parsed.data;
  return refuse({ code: "invalid_request", message: "The id in the address is not a UUID." });
}

/** The body as `schema` describes it. Refuses what is not JSON, too large, not UTF-8, or of another shape. */
export async function readBody<Schema extends z.ZodType>(request: Request, schema: Schema): Promise<z.infer<Schema>> {
  const mediaType = (request.headers.get("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase();
  if (mediaType !== "application/json") {
    refuse({ code: "unsupported_media_type", message: "The body must be application/json." });
  }
  const parsed = schema.safeParse(parseJson(decode(await readBytes(request))));
  if (parsed.success) return parsed.data;
  return refuse({ code: "invalid_request", message: faultSentence(parsed.error) });
}

/**
 * The body. Whoever sends it may leave in the middle, or send so slowly that nobody should wait: that is no fault of ours,
 * and holds nothing up.
 */
export async function* arriving({ body }: Request): AsyncGenerator<Uint8Array> {
  const reader = body?.getReader();
  let bytes = 0;
  let waitUntil = performance.now() + SLOW_BODY_MS;
  try {
    for (;;) {
      const next = await before(waitUntil, reader?.read()).catch((cause: unknown) => {
        throw new ChatFailure<RefusalCode>({ code: "invalid_request", message: CUT_OFF }, { cause });
      });
      if (next === undefined || next.done) return;
      bytes += next.value.byteLength;
      if (bytes >= SLOW_BODY_BYTES) {
        bytes = 0;
        waitUntil = performance.now() + SLOW_BODY_MS;
      }
      yield next.value;
    }
  } finally {
    // What is refused is not read to its end. Under Next that is over only when all of it has come.
    reader?.cancel().catch(() => {}); // It has failed already.
  }
}

/** What `awaited` resolves with, if it does so before `time` of the process's clock; else it rejects. */
async function before<Result>(time: number, awaited: Promise<Result> | undefined): Promise<Result | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("too slow")), time - performance.now());
  });
  try {
    return await Promise.race([awaited, over]);
  } finally {
    clearTimeout(timer);
  }
}

/** The bytes of the body, counted as they come: `Content-Length` is only a claim. */
async function readBytes(request: Request): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of arriving(request)) {
    bytes += piece.byteLength;
    if (bytes > MAX_BODY_BYTES) {
      refuse({ code: "too_large", message: "This message is too long: at most 64 KiB can be sent at once." });
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ChatFailure<RefusalCode>({ code: "invalid_request", message: "The body is not UTF-8." }, { cause });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ChatFailure<RefusalCode>({ code: "invalid_request", message: "The body is not JSON." }, { cause });
  }
}
