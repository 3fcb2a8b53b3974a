import { randomUUID } from "node:crypto";
import { textOf, type WireEvent } from "../upstream/events";
import type { RequestRecord } from "../upstream/request-log";
import { answer, type Scenario } from "../upstream/scenario";
import { startUpstream } from "../upstream/server";
import { type Ids, newIds, sleep } from "./person";

/** One question, and how the fake model answers each call that is made for it. */
export type Turn = {
  ids: Ids;
  /** What is asked; it names the turn, so that the model knows its calls. */
  question: string;
  /** The text that the last of its scenarios would have. */
  text: string;
  /** The calls made so far, in order; live. */
  calls: RequestRecord[];
  /** How often the user's message stood in the store when each call arrived. */
  storedBefore: Promise<number>[];
};

export type Model = {
  readonly url: string;
  /** A question that is answered by `scenarios`, one for each call, the last for all further ones. */
  turn(scenarios: readonly Scenario[], place?: { conversationId: string; parentId: string | null }): Turn;
  /** Runs `count` as each call arrives: how often that message stands in the store. */
  probeWith(count: (messageId: string) => number | Promise<number>): void;
  close(): Promise<void>;
};

/** A fake Messages API in this process that answers each turn with its own scenarios. */
export async function startModel(): Promise<Model> {
  const upstream = await startUpstream();
  const turns = new Map<string, { turn: Turn; scenarios: readonly Scenario[] }>();
  let probe: (messageId: string) => number | Promise<number> = () => 1;

  upstream.script((record) => {
    const name = lastUserText(record.body).match(/\[turn ([\w-]+)\]/)?.[1] ?? "";
    const known = turns.get(name);
    if (known === undefined) return answer("Nobody planned this.");
    const { turn, scenarios } = known;
    turn.calls.push(record);
    turn.storedBefore.push(Promise.resolve(probe(turn.ids.messageId)));
    return scenarios[turn.calls.length - 1] ?? scenarios.at(-1) ?? answer("");
  });

  return {
    url: upstream.url,
    turn(scenarios, place) {
      const ids = newIds(place?.conversationId, place?.parentId);
      const name = randomUUID();
      const last = scenarios.at(-1);
      const text = last?.type === "stream" ? last.events.map(textIn).join("") : "";
      const turn: Turn = { ids, question: `How? [turn ${name}]`, text, calls: [], storedBefore: [] };
      turns.set(name, { turn, scenarios });
      return turn;
    },
    probeWith(count) {
      probe = count;
    },
    close: () => upstream.close(),
  };
}

/** The text of an event, also where its lines end with CRLF. */
function textIn({ event, data }: WireEvent): string {
  return textOf({ event: event.trimEnd(), data });
}

function lastUserText(body: unknown): string {
  const { messages } = body as { messages: { role: string; content: string | { text?: string }[] }[] };
  const content = messages.findLast(({ role }) => role === "user")?.content ?? "";
  return typeof content === "string" ? content : content.map(({ text }) => text ?? "").join("\n");
}

/** Resolves when `holds` does. Rejects after `withinMs`: a generous deadline, no measure. */
export async function eventually(what: string, holds: () => boolean | Promise<boolean>, withinMs = 45_000) {
  const deadline = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within ${withinMs / 1000} s: ${what}`);
    await sleep(40);
  }
}
