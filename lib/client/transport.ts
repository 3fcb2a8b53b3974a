import { createParser, type EventSourceMessage } from "eventsource-parser";
import type { Conversation } from "@/lib/chat/conversation";
import type { Refusal } from "@/lib/chat/error";
import type { GenerationEvent, NumberedEvent, Outcome } from "@/lib/chat/message";
import type { GenerationRequest } from "@/lib/chat/request";

/**
 * How following an answer went: to its end, cut off on the way, or refused by the server. `hasOthers`: the message that
 * was sent with it is not the only one that follows its parent.
 */
export type FollowEnd =
  | { type: "ended"; hasOthers?: boolean }
  | { type: "broken" }
  | { type: "refused"; error: Refusal };

/**
 * What became of a Stop: the outcome the answer has now, or that the server will not stop it. `broken`: it may not have
 * heard, or could not do it now, and is to be told again.
 */
export type StopEnd = { type: "settled"; outcome: Outcome } | { type: "broken" } | { type: "refused" };

/** A conversation as the server has it, or that it has none. `broken`: nothing was learned. */
export type ConversationRead = { type: "read"; conversation: Conversation } | { type: "gone" } | { type: "broken" };

export type OnEvent = (numbered: NumberedEvent) => void;

/** A conversation's only door to the server. `signal` ends the reading, not the answer. */
export type Transport = {
  start(id: string, request: GenerationRequest, onEvent: OnEvent, signal: AbortSignal): Promise<FollowEnd>;
  follow(id: string, after: number, onEvent: OnEvent, signal: AbortSignal): Promise<FollowEnd>;
  /** Outlives the page. To be told twice does no harm. */
  stop(id: string, shown: number): Promise<StopEnd>;
  readConversation(id: string): Promise<ConversationRead>;
  saveLeaf(conversationId: string, leafId: string): Promise<void>;
  /** Deletes the conversation. Outlives the page. */
  discard(conversationId: string): Promise<void>;
};

const GENERATION_EVENTS: ReadonlySet<string> = new Set<GenerationEvent["type"]>([
  "generation_start",
  "content_block_start",
  "content_block_delta",
  "content_block_stop",
  "retrying",
  "generation_end",
]);

/** The transport over HTTP, with the page's own `fetch`. */
export function httpTransport(fetch: typeof globalThis.fetch): Transport {
  return {
    start: (id, request, onEvent, signal) =>
      readAnswer(
        fetch(`/api/generations/${id}`, {
          method: "PUT",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(request),
          signal,
        }),
        onEvent,
      ),

    follow: (id, after, onEvent, signal) =>
      readAnswer(fetch(`/api/generations/${id}`, { headers: { "last-event-id": String(after) }, signal }), onEvent),

    async stop(id, shown) {
      const response = await fetch(`/api/generations/${id}?shown=${shown}`, {
        method: "DELETE",
        keepalive: true,
      }).catch(() => undefined);
      if (response === undefined) return { type: "broken" };
      if (!response.ok) return { type: mayPass(response.status) ? "broken" : "refused" };
      const outcome = (await readJson<{ outcome?: Outcome }>(response))?.outcome;
      return outcome === undefined ? { type: "broken" } : { type: "settled", outcome };
    },

    async readConversation(id) {
      const response = await fetch(`/api/conversations/${id}`).catch(() => undefined);
      if (response === undefined) return { type: "broken" };
      const body = await readJson<Conversation & { error?: Refusal }>(response);
      // By its code: a proxy that does not reach the server may well say 404.
      if (body?.error?.code === "not_found") return { type: "gone" };
      return response.ok && body !== undefined ? { type: "read", conversation: body } : { type: "broken" };
    },

    async saveLeaf(conversationId, leafId) {
      await fetch(`/api/conversations/${conversationId}`, {
        method: "PATCH",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ leafId }),
        keepalive: true,
      }).catch(() => undefined);
    },

    async discard(conversationId) {
      await fetch(`/api/conversations/${conversationId}`, { method: "DELETE", keepalive: true }).catch(() => undefined);
    },
  };
}

async function readAnswer(request: Promise<Response>, onEvent: OnEvent): Promise<FollowEnd> {
  try {
    const response = await request;
    if (!response.ok) return await readRefusal(response);
    const end = await readEvents(response, onEvent);
    const hasOthers = end.type === "ended" && response.headers.has("x-platen-others");
    return hasOthers ? { ...end, hasOthers } : end;
  } catch {
    // Every way a connection is lost is a thrown error here ("Load failed" on iOS): the answer goes on without us.
    return { type: "broken" };
  }
}

/** Statuses of a proxy that does not reach the server behind it; the server itself says why. */
const GATEWAY_STATUSES: ReadonlySet<number> = new Set([502, 503, 504]);

/** Whether the same request may be answered otherwise before long: too many were made, or the server is in trouble. */
function mayPass(status: number): boolean {
  return status === 429 || status >= 500;
}

async function readRefusal(response: Response): Promise<FollowEnd> {
  const error = (await readJson<{ error?: Refusal }>(response))?.error;
  if (error !== undefined) return { type: "refused", error };
  if (GATEWAY_STATUSES.has(response.status)) return { type: "broken" };
  const message = "The server gave no answer that could be read.";
  return { type: "refused", error: { code: "internal", message } };
}

/** The body, or undefined when it is cut off or is not JSON. */
async function readJson<Body>(response: Response): Promise<Body | undefined> {
  return response.json().catch(() => undefined);
}

/** Hands on each event until the end event; a stream that closes without one is broken. */
async function readEvents(response: Response, onEvent: OnEvent): Promise<FollowEnd> {
  let hasEnded = false;
  const parser = createParser({
    onEvent(message) {
      const numbered = readEvent(message);
      if (numbered === undefined) return;
      hasEnded ||= numbered.event.type === "generation_end";
      onEvent(numbered);
    },
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    // A connection that is lost after the end event has brought everything.
    const next = await reader?.read().catch(() => undefined);
    if (next === undefined || next.done) return { type: hasEnded ? "ended" : "broken" };
    parser.feed(next.value);
  }
}

function readEvent({ id, event, data }: EventSourceMessage): NumberedEvent | undefined {
  if (event === undefined || !GENERATION_EVENTS.has(event)) return undefined;
  return { n: Number(id), event: { ...JSON.parse(data), type: event } as GenerationEvent };
}
