import { randomUUID } from "node:crypto";
import { type IncomingMessage, request as sendRequest } from "node:http";
import { createParser } from "eventsource-parser";
import type { Conversation } from "@/lib/chat/conversation";
import {
  applyEvent,
  type ContentBlock,
  type GenerationEvent,
  type NumberedEvent,
  type Outcome,
} from "@/lib/chat/message";
import type { NetworkFault } from "./proxy";

export type Ids = { id: string; conversationId: string; messageId: string; parentId: string | null };
export type Way = { fault?: NetworkFault; instance?: number; signal?: AbortSignal };
export type Answer<Body = unknown> = { status: number; body: Body };

const LONGEST_WAIT_MS = 1_500;
const FIRST_WAIT_MS = 50;

export function newIds(conversationId: string = randomUUID(), parentId: string | null = null): Ids {
  return { id: randomUUID(), messageId: randomUUID(), conversationId, parentId };
}

/** A connection that was lost, or an answer that says to come back later. */
class Lost extends Error {}

/** The server will not have this request. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number, body: string) {
    super(`refused with ${status}: ${body}`);
    this.status = status;
  }
}

/** Everything one follower was sent of one answer, over however many connections. */
export class View {
  readonly events: NumberedEvent[] = [];
  /** What came out of order: a hole or a repeat. */
  readonly faults: string[] = [];
  connections = 0;
  content: readonly ContentBlock[] = [];
  private waiting: (() => void)[] = [];

  receive(numbered: NumberedEvent): void {
    if (numbered.n !== this.last + 1) this.faults.push(`event ${numbered.n} came after event ${this.last}`);
    this.events.push(numbered);
    this.content = applyEvent(this.content, numbered.event);
    for (const wake of this.waiting.splice(0)) wake();
  }

  get last(): number {
    return this.events.at(-1)?.n ?? 0;
  }

  get outcome(): Outcome | undefined {
    const event = this.events.at(-1)?.event;
    return event?.type === "generation_end" ? event.outcome : undefined;
  }

  /** Resolves when `isEnough` holds, or the end has come. */
  async until(isEnough: (view: View) => boolean): Promise<void> {
    while (!isEnough(this) && this.outcome === undefined) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }
}

/** Somebody's browser, without a screen: it keeps its cookie, sends again and follows on until an answer has ended. */
export class Person {
  cookie = "";
  readonly name = randomUUID();
  private readonly url: string;
  private readonly random: () => number;

  constructor(url: string, random: () => number = Math.random) {
    this.url = url;
    this.random = random;
  }

  /** Gets a cookie, as opening the page does. */
  async meet(): Promise<this> {
    await this.patiently("GET", "/api/conversations");
    return this;
  }

  /** The same person in another tab. */
  tab(): Person {
    const other = new Person(this.url, this.random);
    other.cookie = this.cookie;
    return other;
  }

  /**
   * Sends the message, and again until the server has it, then follows to the end; without `text`, asks again. A fault
   * and a place are those of the first request: after it the network is well.
   */
  async ask(ids: Ids, text: string | null, { view = new View(), ...way }: Way & { view?: View } = {}): Promise<View> {
    let isSent = false;
    await this.persist(view, way, async (current) => {
      if (!isSent) {
        isSent = true;
        return this.put(ids, text, view, current);
      }
      try {
        return await this.follow(ids.id, view, current);
      } catch (error) {
        // The server has never heard of it. After the first event that would be a loss.
        if (error instanceof Refused && error.status === 404 && view.last === 0) isSent = false;
        else throw error;
      }
    });
    return view;
  }

  /** Follows to the end, over as many connections as it takes. */
  async followToEnd(id: string, { view = new View(), ...way }: Way & { view?: View } = {}): Promise<View> {
    await this.persist(view, way, (current) => this.follow(id, view, current));
    return view;
  }

  private async persist(view: View, way: Way, attempt: (way: Way) => Promise<void>): Promise<void> {
    const { signal } = way;
    let current = way;
    for (let failures = 0; view.outcome === undefined && !signal?.aborted; ) {
      const before = view.last;
      try {
        await attempt(current);
      } catch (error) {
        if (!(error instanceof Lost)) throw error;
      }
      if (view.outcome !== undefined || signal?.aborted) return;
      current = signal === undefined ? {} : { signal };
      failures = view.last > before ? 0 : failures + 1;
      await sleep(this.random() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures));
    }
  }

  /** One PUT, read until its connection ends. */
  put(ids: Ids, text: string | null, view: View, way: Way = {}): Promise<void> {
    return this.stream("PUT", `/api/generations/${ids.id}`, view, way, putBody(ids, text));
  }

  /** One GET from after the last event of the view, read until its connection ends. */
  follow(id: string, view: View, way: Way = {}): Promise<void> {
    return this.stream("GET", `/api/generations/${id}`, view, way);
  }

  /** DELETE, once. */
  stop(id: string, shown?: number, way: Way = {}): Promise<Answer<{ outcome: Outcome }>> {
    const query = shown === undefined ? "" : `?shown=${shown}`;
    return this.once("DELETE", `/api/generations/${id}${query}`, way) as Promise<Answer<{ outcome: Outcome }>>;
  }

  /** DELETE until the server has said how the answer ended. */
  async stopSurely(id: string, shown?: number): Promise<Outcome> {
    const query = shown === undefined ? "" : `?shown=${shown}`;
    const { body } = await this.patiently("DELETE", `/api/generations/${id}${query}`);
    return (body as { outcome: Outcome }).outcome;
  }

  /** The conversation as the store has it; undefined when the server does not know it. */
  async conversation(id: string): Promise<Conversation | undefined> {
    const { status, body } = await this.patiently("GET", `/api/conversations/${id}`, [404]);
    return status === 404 ? undefined : (body as Conversation);
  }

  /** Asks until an answer comes that is none of "later". Throws on a refusal that is not in `accepted`. */
  private async patiently(method: string, path: string, accepted: readonly number[] = []): Promise<Answer> {
    for (let failures = 1; ; failures++) {
      try {
        const answer = await this.once(method, path, {});
        if (answer.status < 300 || accepted.includes(answer.status)) return answer;
        if (answer.status < 500) throw new Refused(answer.status, JSON.stringify(answer.body));
      } catch (error) {
        if (!(error instanceof Lost)) throw error;
      }
      if (failures === 60) throw new Error(`${method} ${path} never got an answer`);
      await sleep(this.random() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures));
    }
  }

  private async once(method: string, path: string, way: Way, body?: unknown): Promise<Answer> {
    const response = await this.open(method, path, way, body);
    const text = await wholeText(response);
    return { status: response.statusCode ?? 0, body: text.startsWith("{") ? JSON.parse(text) : text };
  }

  private async stream(method: string, path: string, view: View, way: Way, body?: unknown): Promise<void> {
    view.connections += 1;
    const headers = method === "GET" && view.last > 0 ? { "last-event-id": String(view.last) } : {};
    const response = await this.open(method, path, way, body, headers);
    const status = response.statusCode ?? 0;
    if (status !== 200) {
      const text = await wholeText(response);
      // 409: the answer before is still being settled. Whoever sent it waits, as the page does.
      if (status >= 500 || status === 429) throw new Lost(`${status}: ${text}`);
      throw new Refused(status, text);
    }
    const parser = createParser({
      onEvent: ({ id, event, data }) =>
        view.receive({ n: Number(id), event: { ...JSON.parse(data), type: event } as GenerationEvent }),
    });
    const decoder = new TextDecoder("utf-8", { fatal: true });
    try {
      for await (const bytes of response) parser.feed(decoder.decode(bytes as Buffer, { stream: true }));
    } catch (error) {
      if (error instanceof TypeError) throw error;
      throw new Lost("cut");
    }
    if (view.outcome === undefined) throw new Lost("ended without an end event");
  }

  /** The head of the answer; `Lost` when the connection goes before it. */
  open(
    method: string,
    path: string,
    { fault, instance, signal }: Way,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const request = sendRequest(`${this.url}${path}`, {
        method,
        agent: false,
        headers: {
          "x-client": this.name,
          ...(this.cookie === "" ? {} : { cookie: this.cookie }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...(fault === undefined ? {} : { "x-network": fault }),
          ...(instance === undefined ? {} : { "x-instance": String(instance) }),
          ...headers,
        },
        ...(signal === undefined ? {} : { signal }),
      });
      request.once("response", (response) => {
        const [pair] = (response.headers["set-cookie"]?.[0] ?? "").split(";");
        if (pair) this.cookie = pair;
        response.on("error", () => {}); // Whoever reads it is told by the iterator.
        resolve(response);
      });
      request.on("error", (error) => reject(new Lost(error.message)));
      request.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

export function putBody({ conversationId, parentId, messageId }: Ids, text: string | null) {
  if (text === null) return { conversationId, parentId };
  return { conversationId, parentId, message: { id: messageId, content: [{ type: "text", text }] } };
}

async function wholeText(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  try {
    for await (const bytes of response) pieces.push(bytes as Buffer);
  } catch {
    throw new Lost("cut");
  }
  return Buffer.concat(pieces).toString();
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
