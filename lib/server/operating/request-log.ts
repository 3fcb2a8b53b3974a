import { randomUUID } from "node:crypto";
import { subscribe } from "node:diagnostics_channel";
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { join } from "node:path";
import { processWide } from "../process-wide";
import { type LogFields, log } from "./log";
import { metrics } from "./metrics";

/** On every response, and inside every refusal: what a person quotes to find the line in the log. */
export const REQUEST_ID_HEADER = "x-request-id";

/** `note`: what the route has to add to the request's line. */
type Served = { response: ServerResponse; note?: Promise<LogFields> };

/** All requests that are being served, by their ids. */
const served = () => processWide("requests", () => new Map<string, Served>());

/** The id under which `request` is logged. */
export function requestIdOf(request: Request): string {
  return request.headers.get(REQUEST_ID_HEADER) ?? randomUUID();
}

/** Lets the line of `request` wait for what is known only later: how the answer it began has ended. */
export function noteLater(request: Request, fields: Promise<LogFields>): void {
  // Of a connection that is gone the line is written, and nobody would ever take the note.
  const entry = servedAs(request);
  if (entry !== undefined) entry.note = fields;
}

/** Node's response to `request`, while its connection stands. */
export function responseTo(request: Request): ServerResponse | undefined {
  return servedAs(request)?.response;
}

function servedAs(request: Request): Served | undefined {
  return served().get(request.headers.get(REQUEST_ID_HEADER) ?? "");
}

/** Requests that are counted, and have no line of their own. */
const unlisted = () => processWide("requests-without-line", () => new WeakSet<ServerResponse>());

/** Leaves the request of `response` out of the log: whoever turns thousands away says so once for all of them. */
export function withoutLine(response: ServerResponse): void {
  unlisted().add(response);
}

/**
 * Gives every request of this process its id, and writes one line when its response has ended or its connection is
 * gone. Listens to Node rather than to Next, so that pages, files and what no route matches are there too.
 */
export function logRequests(): void {
  const state = processWide("request-log", () => ({ isOn: false }));
  if (state.isOn) return;
  state.isOn = true;
  subscribe("http.server.request.start", (message) => {
    const { request, response, socket } = message as Started;
    const requestId = randomUUID();
    // Ours replaces what a client may have sent under that name.
    request.headers[REQUEST_ID_HEADER] = requestId;
    response.setHeader(REQUEST_ID_HEADER, requestId);
    served().set(requestId, { response });
    const startedAt = performance.now();
    const bytesBefore = socket.bytesWritten;
    response.once("close", () => {
      const ms = Math.round(performance.now() - startedAt);
      void ended(requestId, request, response, { ms, bytes: socket.bytesWritten - bytesBefore });
    });
  });
}

type Started = { request: IncomingMessage; response: ServerResponse; socket: Socket };

async function ended(
  requestId: string,
  request: IncomingMessage,
  response: ServerResponse,
  measured: { ms: number; bytes: number },
): Promise<void> {
  const note = served().get(requestId)?.note;
  served().delete(requestId);
  const { route, generationId } = routeOf(request.url ?? "");
  const { method: given = "" } = request;
  const method = METHODS.has(given) ? given : "other";
  const status = response.statusCode;
  const isWhole = response.writableFinished;
  metrics().requests.inc({ route, method, status });
  if (unlisted().has(response)) return;
  log(levelOf(route, status), "request", {
    requestId,
    method,
    route,
    status,
    ...measured,
    ...(isWhole ? {} : { isCut: true }),
    ...(generationId === undefined ? {} : { generationId }),
    ...(await note),
  });
}

const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS"]);
/** Asked every few seconds by machines, or many times for each page. */
const QUIET: ReadonlySet<string> = new Set(["/api/health", "/api/ready", "/metrics", "file"]);

function levelOf(route: string, status: number): "warn" | "info" | "debug" {
  if (status >= 500) return "warn";
  return QUIET.has(route) ? "debug" : "info";
}

/** Next's own files, and those of `public`. */
const FILE = /^\/(_next\/static\/|[\w-]+\.(?:ico|png|svg|js|txt|webmanifest)$)/;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;

/** As the build lists them: `page` is the pattern, such as `/api/generations/[id]`. */
export type Routes = { staticRoutes: readonly Route[]; dynamicRoutes: readonly Route[] };
type Route = { page: string; regex: string };

/**
 * The pattern of the route that serves a URL, and the id of the answer it is about. Nothing else of the URL is
 * repeated: who has the id of a share can read it.
 */
export function createRouteFinder({ staticRoutes, dynamicRoutes }: Routes) {
  const known = new Set(staticRoutes.map(({ page }) => page));
  const patterns = dynamicRoutes.map(({ page, regex }) => ({ page, pattern: new RegExp(regex) }));
  return (url: string): { route: string; generationId?: string } => {
    const path = url.split("?", 1)[0] ?? "";
    if (known.has(path)) return { route: path };
    if (FILE.test(path)) return { route: "file" };
    const route = patterns.find(({ pattern }) => pattern.test(path))?.page ?? "other";
    const generationId = route === "/api/generations/[id]" ? UUID.exec(path)?.[0].toLowerCase() : undefined;
    return generationId === undefined ? { route } : { route, generationId };
  };
}

function routeOf(url: string) {
  return processWide("route-finder", () => createRouteFinder(readRoutes()))(url);
}

function readRoutes(): Routes {
  try {
    return JSON.parse(readFileSync(join(process.cwd(), ".next", "routes-manifest.json"), "utf8")) as Routes;
  } catch {
    return { staticRoutes: [], dynamicRoutes: [] }; // The development server keeps no such list there.
  }
}
