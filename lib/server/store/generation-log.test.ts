import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { GenerationEvent, Outcome } from "@/lib/chat/message";
import type { Grant } from "../budget";
import { readConversation } from "./conversations";
import { openStore, type Store } from "./database";
import { type EventRow, foldJournal, readLog } from "./event-log";
import {
  beginGeneration,
  commit,
  markStopped,
  type NewGeneration,
  readOpenGenerations,
  readStopMarks,
  type Settlement,
  settleDead,
  standingOf,
} from "./generation-log";

const NOW = "2026-01-01T00:00:00.000Z";
const DONE: Outcome = { type: "done", stop_reason: "end_turn", usage: { input_tokens: 1, output_tokens: 2 } };

const GRANT: Grant = {
  type: "granted",
  isLimited: false,
  held: {
    id: "answer",
    visitorId: "visitor",
    codeLabel: undefined,
    day: "2026-01-01",
    model: "m",
    maxOutputTokens: 1,
    inputMicroUsd: 0,
    heldMicroUsd: 0,
  },
};

const dataDir = mkdtempSync(join(tmpdir(), "platen-log-"));
let store: Store;
let made = 0;

beforeAll(async () => {
  store = await openStore({ dataDir });
});
afterAll(async () => {
  await store.destroy();
  rmSync(dataDir, { recursive: true });
});

/** A first message and its answer, in a conversation of their own. */
function place(changes: Partial<NewGeneration> = {}): NewGeneration {
  made += 1;
  return {
    id: `answer-${made}`,
    visitorId: "visitor",
    conversationId: `conversation-${made}`,
    parentId: null,
    message: { id: `question-${made}`, content: [{ type: "text", text: "Hi" }] },
    model: "m",
    instanceId: "here",
    leaseUntil: NOW,
    isRepeat: false,
    isTemporary: false,
    keepTemporaryUntil: NOW,
    now: NOW,
    objection: () => undefined,
    admit: async () => undefined,
    reserve: async () => GRANT,
    ...changes,
  };
}

async function begun(changes: Partial<NewGeneration> = {}) {
  const begin = place(changes);
  expect(await beginGeneration(store, begin)).toMatchObject({ type: "begun" });
  return begin;
}

const EVENTS: GenerationEvent[] = [
  { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
  { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hel" } },
  { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "lo \ud800\u0000\u2028\u2029\r" } },
];

function rows(id: string, events = EVENTS, after = 0): EventRow[] {
  return events.map((event, index) => ({
    generation_id: id,
    n: after + index + 1,
    data: JSON.stringify(event),
    at_ms: index,
  }));
}

const END: GenerationEvent = { type: "generation_end", outcome: DONE };
const endRow = (id: string): EventRow => ({ generation_id: id, n: 4, data: JSON.stringify(END), at_ms: 9 });

const ended = (id: string, changes: Partial<Settlement> = {}): Settlement => ({
  id,
  content: [{ type: "text", text: "Hello" }],
  outcome: DONE,
  log: [...rows(id), endRow(id)],
  ...changes,
});

async function logOf(id: string) {
  return (await readLog(store, id)).map(({ n, event }) => ({ n, event }));
}

const numbered = (events: readonly GenerationEvent[]) => events.map((event, index) => ({ n: index + 1, event }));

async function answerIn({ visitorId, conversationId, id }: NewGeneration) {
  const read = await readConversation(store, visitorId, conversationId);
  return { message: read?.conversation.messages.find((one) => one.id === id), lastEventId: read?.lastEventId };
}

describe("beginning an answer", () => {
  test("saves the message and the place of the answer, once", async () => {
    const begin = place();
    const question = {
      id: begin.message?.id,
      parentId: null,
      role: "user",
      content: begin.message?.content,
      createdAt: NOW,
    };
    expect(await beginGeneration(store, begin)).toEqual({
      type: "begun",
      hasOthers: false,
      userMessageId: question.id,
      history: [question],
      grant: GRANT,
    });
    expect(await beginGeneration(store, begin)).toEqual({ type: "known" });
    expect((await readConversation(store, "visitor", begin.conversationId))?.conversation).toEqual({
      id: begin.conversationId,
      title: "Hi",
      leafId: begin.id,
      messages: [
        question,
        { id: begin.id, parentId: question.id, role: "assistant", content: [], model: "m", createdAt: NOW },
      ],
    });
  });

  test("again, because the answer to the first try was lost, is to run it all the same; elsewhere it is known", async () => {
    const begin = await begun();
    expect(await beginGeneration(store, { ...begin, isRepeat: true })).toMatchObject({
      type: "begun",
      userMessageId: begin.message?.id,
      history: [{ id: begin.message?.id }],
    });
    expect(await beginGeneration(store, begin)).toEqual({ type: "known" });
    expect(await beginGeneration(store, { ...begin, isRepeat: true, instanceId: "there" })).toEqual({ type: "known" });
  });

  test("again, when some of it was written already, is not to run it twice", async () => {
    const begin = await begun();
    await commit(store, { events: rows(begin.id), settlements: [], now: NOW });
    expect(await beginGeneration(store, { ...begin, isRepeat: true })).toEqual({ type: "known" });
  });

  test("that meets an objection saves nothing", async () => {
    const begin = place({ objection: () => ({ code: "too_large", message: "Too long." }) });
    expect(await beginGeneration(store, begin)).toEqual({ type: "refused", code: "too_large", message: "Too long." });
    expect(await readConversation(store, "visitor", begin.conversationId)).toBeUndefined();
    expect(await standingOf(store, "visitor", begin.id)).toEqual({ type: "unknown" });
  });

  test("after a settled answer has the whole path as its history, along one branch", async () => {
    const { id, conversationId, message } = await begun();
    await commit(store, { events: [], settlements: [ended(id)], now: NOW });
    const again = await begun({ conversationId, parentId: message?.id ?? "", message: null });
    await commit(store, { events: [], settlements: [ended(again.id)], now: NOW });
    const next = place({ conversationId, parentId: id });
    const result = await beginGeneration(store, next);
    expect(result.type === "begun" && result.history.map((one) => one.id)).toEqual([message?.id, id, next.message?.id]);
  });

  test("after an answer that is still being written is refused", async () => {
    const { id, conversationId } = await begun();
    expect(await beginGeneration(store, place({ conversationId, parentId: id }))).toMatchObject({ code: "conflict" });
  });
});

describe("a commit", () => {
  test("keeps events byte for byte, and ends an answer in the same stroke", async () => {
    const begin = await begun();
    await commit(store, { events: rows(begin.id), settlements: [], now: NOW });
    expect((await answerIn(begin)).lastEventId).toBe(3);
    expect((await answerIn(begin)).message).toMatchObject({
      content: [{ type: "text", text: "Hello \ud800\u0000\u2028\u2029\r" }],
    });
    await commit(store, { events: [], settlements: [ended(begin.id)], now: NOW });
    expect(await logOf(begin.id)).toEqual(numbered([...EVENTS, END]));
    expect(await standingOf(store, "visitor", begin.id)).toEqual({ type: "settled", outcome: DONE });
    expect((await answerIn(begin)).message).toMatchObject({
      content: [{ type: "text", text: "Hello" }],
      outcome: DONE,
      usage: { input_tokens: 1, output_tokens: 2 },
    });
  });

  test("of an end that is there already fails as a whole; repeated, it changes nothing", async () => {
    const { id } = await begun();
    const other = await begun();
    const batch = { events: rows(id), settlements: [ended(id)], now: NOW };
    await commit(store, batch);
    await expect(commit(store, { ...batch, events: rows(other.id) })).rejects.toThrow();
    expect(await logOf(other.id)).toEqual([]);
    await commit(store, batch, true);
    expect(await logOf(id)).toEqual(numbered([...EVENTS, END]));
  });

  test("of events that are there already, repeated, changes nothing", async () => {
    const { id } = await begun();
    const [first, ...others] = rows(id);
    await commit(store, { events: first === undefined ? [] : [first], settlements: [], now: NOW });
    const batch = { events: others, settlements: [], now: NOW };
    for (const isRepeat of [false, true, true]) await commit(store, batch, isRepeat);
    expect(await logOf(id)).toEqual(numbered(EVENTS));
    await commit(store, batch, true);
    expect(await logOf(id)).toEqual(numbered(EVENTS));
  });

  test("of many answers by turns leaves each its own log, in order, however long", async () => {
    const ids = [(await begun()).id, (await begun()).id];
    const long = (n: number): GenerationEvent => ({
      type: "content_block_delta",
      index: 0,
      delta: { type: "text_delta", text: `${n} `.repeat(5_000) },
    });
    for (let n = 1; n <= 12; n++) {
      const events = ids.flatMap((id) => rows(id, [long(n)], n - 1));
      await commit(store, { events, settlements: [], now: NOW });
      if (n === 7) await foldJournal(store);
    }
    const whole = numbered(Array.from({ length: 12 }, (_, index) => long(index + 1)));
    for (const id of ids) expect(await logOf(id)).toEqual(whole);
    const [id = ""] = ids;
    expect((await readLog(store, id, 5, 1)).map(({ n }) => n)).toEqual([6, 7]);
    expect((await readLog(store, id, 12)).length).toBe(0);
  });

  test("of an answer that another instance has ended fails, repeated too", async () => {
    const { id } = await begun();
    await settleDead(store, id, NOW);
    for (const isRepeat of [false, true]) {
      await expect(commit(store, { events: [], settlements: [ended(id)], now: NOW }, isRepeat)).rejects.toThrow();
    }
    expect(await standingOf(store, "visitor", id)).toEqual({ type: "settled", outcome: { type: "interrupted" } });
  });

  test("of an answer whose conversation is deleted fails", async () => {
    const { id, conversationId } = await begun();
    await store.deleteFrom("conversations").where("id", "=", conversationId).execute();
    await expect(commit(store, { events: [], settlements: [ended(id)], now: NOW })).rejects.toThrow();
  });

  test("of words whose conversation is deleted keeps none of them", async () => {
    const { id, conversationId } = await begun();
    await commit(store, { events: rows(id), settlements: [], now: NOW });
    await store.deleteFrom("conversations").where("id", "=", conversationId).execute();
    await foldJournal(store);
    expect(await logOf(id)).toEqual([]);
    expect(await store.selectFrom("journal").select("id").execute()).toEqual([]);
  });

  test("whose journal is sorted by two at once, while more is written, leaves each answer its log", async () => {
    const ids = await Promise.all(Array.from({ length: 450 }, async () => (await begun()).id));
    const write = (n: number, some = ids) =>
      commit(store, { events: some.flatMap((id) => rows(id, EVENTS, n)), settlements: [], now: NOW });
    await write(0);
    const [first = "", second = ""] = ids;
    let paused = 0;
    const pause = async () => {
      paused += 1;
      if (paused === 1) await foldJournal(store);
      if (paused === 2) await write(3, [first]);
      if (paused === 3) await commit(store, { events: [], settlements: [ended(second)], now: NOW });
    };
    expect(await foldJournal(store, pause)).toBe(true);
    expect(paused).toBeGreaterThan(3);
    expect(await store.selectFrom("journal").select("id").execute()).toHaveLength(1);
    expect(await logOf(first)).toEqual(numbered([...EVENTS, ...EVENTS]));
    expect(await logOf(second)).toEqual(numbered([...EVENTS, END]));
    for (const id of ids.slice(2)) expect(await logOf(id)).toEqual(numbered(EVENTS));
    expect(await foldJournal(store)).toBe(false);
  });

  test("replaces the events that a Stop has cut", async () => {
    const { id } = await begun();
    await commit(store, { events: rows(id), settlements: [], now: NOW });
    const cut: GenerationEvent = { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "" } };
    const kept = [...EVENTS.slice(0, 2), cut, END];
    await commit(store, { events: [], settlements: [ended(id, { log: rows(id, kept) })], now: NOW });
    expect(await logOf(id)).toEqual(numbered(kept));
  });
});

describe("an answer whose instance is dead", () => {
  test("ends as interrupted with what was logged, once", async () => {
    const begin = await begun();
    await commit(store, { events: rows(begin.id), settlements: [], now: NOW });
    await settleDead(store, begin.id, NOW);
    await settleDead(store, begin.id, NOW);
    const outcome: Outcome = { type: "interrupted" };
    expect(await logOf(begin.id)).toEqual(numbered([...EVENTS, { type: "generation_end", outcome }]));
    expect((await answerIn(begin)).message).toMatchObject({
      content: [{ type: "text", text: "Hello \ud800\u0000\u2028\u2029\r" }],
      outcome,
    });
    expect((await readOpenGenerations(store)).map(({ id }) => id)).not.toContain(begin.id);
  });

  test("ends as stopped, cut, if the reader had said so", async () => {
    const begin = await begun();
    await commit(store, { events: rows(begin.id), settlements: [], now: NOW });
    const mark = { visitorId: "visitor", id: begin.id, shown: 4, now: NOW };
    expect(await markStopped(store, mark)).toEqual({ type: "open", instanceId: "here" });
    await markStopped(store, { ...mark, shown: 1 });
    expect(await readStopMarks(store, "here")).toContainEqual({ id: begin.id, shown: 4 });
    await settleDead(store, begin.id, NOW);
    expect(await standingOf(store, "visitor", begin.id)).toMatchObject({ outcome: { type: "stopped" } });
    expect((await answerIn(begin)).message).toMatchObject({ content: [{ type: "text", text: "Hell" }] });
    expect((await logOf(begin.id)).map(({ n }) => n)).toEqual([1, 2, 3, 4]);
  });
});

describe("a stop mark", () => {
  test("on an answer nobody has started waits for it", async () => {
    const begin = place();
    const mark = { visitorId: "visitor", id: begin.id, shown: 0, now: NOW };
    expect(await markStopped(store, mark)).toEqual({ type: "stop_marked" });
    expect(await markStopped(store, mark)).toEqual({ type: "stop_marked" });
    expect(await beginGeneration(store, begin)).toMatchObject({ type: "begun", grant: undefined });
  });

  test("of another visitor, or in place of a message, is not taken", async () => {
    const { id, message } = await begun();
    for (const taken of [id, message?.id ?? ""]) {
      expect(await markStopped(store, { visitorId: "stranger", id: taken, shown: 0, now: NOW })).toEqual({
        type: "foreign",
      });
    }
    const marked = place();
    await markStopped(store, { visitorId: "stranger", id: marked.id, shown: 0, now: NOW });
    expect(await beginGeneration(store, marked)).toMatchObject({ type: "refused", code: "not_found" });
  });

  test("on an answer that has ended changes nothing", async () => {
    const { id } = await begun();
    await commit(store, { events: [], settlements: [ended(id)], now: NOW });
    const standing = { type: "settled", outcome: DONE };
    expect(await markStopped(store, { visitorId: "visitor", id, shown: 0, now: NOW })).toEqual(standing);
    expect(await standingOf(store, "visitor", id)).toEqual(standing);
  });
});
