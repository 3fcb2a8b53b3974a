import { createHash } from "node:crypto";
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Refusal } from "@/lib/chat/error";
import { REQUEST_ID_HEADER } from "../operating/request-log";
import { VERSION_HEADER, version } from "../version";
import { POLICY_OF_DATA } from "./headers";

const STYLE = "body{margin:20vh auto;max-width:32rem;padding:0 1.5rem;font:1.125rem/1.6 Georgia,serif}";
const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");

/**
 * Answers a request that is not even handed to Next: the contract's JSON, or a page in plain words where a person's
 * browser asks for one. Without the cookie, the nonce and the work that a real answer takes.
 */
export function turnAway(
  { request, response }: { request: IncomingMessage; response: ServerResponse },
  { status, refusal, isLast }: { status: number; refusal: Refusal; isLast: boolean },
): void {
  if (response.headersSent || response.destroyed) return;
  const isPage = request.headers["sec-fetch-mode"] === "navigate" && !request.url?.startsWith("/api/");
  const body = isPage ? pageOf(refusal) : JSON.stringify({ error: { ...refusal, requestId: idOf(request) } });
  const headers: OutgoingHttpHeaders = {
    "content-type": isPage ? "text/html; charset=utf-8" : "application/json",
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    [VERSION_HEADER]: version(),
    ...(isPage ? { "content-security-policy": `${POLICY_OF_DATA}; style-src 'sha256-${STYLE_HASH}'` } : {}),
    ...(refusal.retryAfterSeconds === undefined ? {} : { "retry-after": String(refusal.retryAfterSeconds) }),
    ...(isLast ? { connection: "close" } : {}),
  };
  response.writeHead(status, headers);
  response.end(request.method === "HEAD" ? undefined : body);
}

function idOf(request: IncomingMessage): string {
  return String(request.headers[REQUEST_ID_HEADER] ?? "");
}

/** `message` is a sentence of ours, and none of anybody's words is in it. */
function pageOf({ message }: Refusal): string {
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
    `<title>Platen</title><style>${STYLE}</style></head><body><main><h1>Not now</h1><p>${message}</p></main></body></html>`
  );
}
