import { randomUUID } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createParser } from "eventsource-parser";
import { inject } from "vitest";
import type { Conversation } from "@/lib/chat/conversation";
import {
  applyEvent,
  type ContentBlock,
  type GenerationEvent,
  type NumberedEvent,
  type Outcome,
} from "@/lib/chat/message";
import { createDatabase } from "../postgres";
import { startUpstream } from "../upstream/server";
import type { Upstream } from "../upstream/upstream";

const ORIGIN = "http://localhost:3000";

/** A database that nobody has used: what an owner sets, or a day has spent, holds for all of one. */
async function freshDatabase(): Promise<Record<string, string>> {
  if (process.env.TEST_STORE !== "postgres") return {};
  return { DATABASE_URL: await createDatabase(inject("postgresUrl"), `routes_${randomUUID().replaceAll("-", "")}`) };
}

/** The routes in this process, on a fresh store, answered by a fake Messages API. `settings` are environment variables. */
export async function startApp(settings: Record<string, string> = {}) {
  const upstream: Upstream = await startUpstream();
  const dataDir = mkdtempSync(join(tmpdir(), "platen-routes-"));
  Object.assign(process.env, {
    ANTHROPIC_BASE_URL: upstream.url,
    ANTHROPIC_MODEL: "claude-sonnet-5-5",
    DATA_DIR: dataDir,
    LOG_LEVEL: "silent",
    ...(await freshDatabase()),
    ...settings,
  });
  const generations = await import("@/app/api/generations/[id]/route");
  const conversations = await import("@/app/api/conversations/route");
  const conversation = await import("@/app/api/conversations/[id]/route");
  const { instance } = await import("@/lib/server/instance");
  return { upstream, dataDir, generations, conversations, conversation, instance };
}

export type App = Awaited<ReturnType<typeof startApp>>;

/** Somebody's browser: it keeps its cookie. */
export class Client {
  cookie = "";
  readonly app: App;

  constructor(app: App) {
    this.app = app;
  }

  request(path: string, init: RequestInit & { headers?: Record<string, string> } = {}): Request {
    const headers = { ...(this.cookie === "" ? {} : { cookie: this.cookie }), ...init.headers };
    return new Request(`${ORIGIN}${path}`, { ...init, headers });
  }

  keepCookie(response: Response): Response {
    const [pair] = (response.headers.get("set-cookie") ?? "").split(";");
    if (pair) this.cookie = pair;
    return response;
  }

  async put(id: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const request = this.request(`/api/generations/${id}`, {
      method: "PUT",
      headers: { "content-type": "application/json", ...headers },
      body: typeof body === "string" || body instanceof Uint8Array ? (body as BodyInit) : JSON.stringify(body),
    });
    return this.keepCookie(await this.app.generations.PUT(request, { params: Promise.resolve({ id }) }));
  }

  async follow(id: string, after?: number): Promise<Response> {
    const headers: Record<string, string> = after === undefined ? {} : { "last-event-id": String(after) };
    const request = this.request(`/api/generations/${id}`, { headers });
    return this.keepCookie(await this.app.generations.GET(request, { params: Promise.resolve({ id }) }));
  }

  async stop(id: string, shown?: number): Promise<Response> {
    const query = shown === undefined ? "" : `?shown=${shown}`;
    const request = this.request(`/api/generations/${id}${query}`, { method: "DELETE" });
    return this.keepCookie(await this.app.generations.DELETE(request, { params: Promise.resolve({ id }) }));
  }

  async conversation(id: string): Promise<Conversation> {
    const request = this.request(`/api/conversations/${id}`);
    const response = await this.app.conversation.GET(request, { params: Promise.resolve({ id }) });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return (await response.json()) as Conversation;
  }

  /** Gets a cookie, as opening the page does. */
  async meet(): Promise<void> {
    this.keepCookie(await this.app.conversations.GET(this.request("/api/conversations")));
  }

  /** A first message of a new conversation, and the ids that go with it. */
  async ask(text: string, ids = newIds()) {
    const response = await this.put(ids.id, firstRequest(text, ids));
    return { ...ids, response };
  }
}

/** Somebody who has been here once, and so has a cookie. */
export async function newClient(app: App): Promise<Client> {
  const client = new Client(app);
  await client.meet();
  return client;
}

export function newIds() {
  return { id: randomUUID(), conversationId: randomUUID(), messageId: randomUUID() };
}

export function firstRequest(text: string, { conversationId, messageId }: ReturnType<typeof newIds>) {
  return { conversationId, parentId: null, message: { id: messageId, content: [{ type: "text", text }] } };
}

/** The events of a stream, as they come. */
export async function* eventsOf(response: Response): AsyncGenerator<NumberedEvent> {
  if (response.body === null || !response.ok) throw new Error(`status ${response.status}: ${await response.text()}`);
  let events: NumberedEvent[] = [];
  const parser = createParser({
    onEvent: ({ id, event, data }) =>
      events.push({ n: Number(id), event: { ...JSON.parse(data), type: event } as GenerationEvent }),
  });
  const decoder = new TextDecoder();
  for await (const bytes of response.body) {
    parser.feed(decoder.decode(bytes, { stream: true }));
    yield* events;
    events = [];
  }
}

export async function allEvents(response: Response): Promise<NumberedEvent[]> {
  const events: NumberedEvent[] = [];
  for await (const event of eventsOf(response)) events.push(event);
  return events;
}

/** Reads on until `isEnough`, then leaves: the connection is closed, the answer is not stopped. */
export async function readUntil(response: Response, isEnough: (events: NumberedEvent[]) => boolean) {
  const events: NumberedEvent[] = [];
  for await (const event of eventsOf(response)) {
    events.push(event);
    if (isEnough(events)) break;
  }
  return events;
}

export function contentOf(events: readonly NumberedEvent[]): readonly ContentBlock[] {
  return events.reduce<readonly ContentBlock[]>((content, { event }) => applyEvent(content, event), []);
}

export function outcomeOf(events: readonly NumberedEvent[]): Outcome | undefined {
  const last = events.at(-1)?.event;
  return last?.type === "generation_end" ? last.outcome : undefined;
}

/** The numbers count from `first` without holes. */
export function isUnbroken(events: readonly NumberedEvent[], first = 1): boolean {
  return events.every(({ n }, index) => n === first + index);
}
