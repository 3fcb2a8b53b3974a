import { type Insertable, sql, type Transaction } from "kysely";
import type { RefusalCode } from "@/lib/chat/error";
import { type ContentBlock, type Message, type Outcome, textOf } from "@/lib/chat/message";
import { messageFromRow, titleFrom } from "./conversations";
import type { Store } from "./database";
import type { Schema } from "./schema";

export type EventRow = Insertable<Schema["generation_events"]>;

export type NewGeneration = {
  id: string;
  visitorId: string;
  conversationId: string;
  /** With `message`: the answer it follows, or null for the first. Without: the user message to answer again. */
  parentId: string | null;
  message: { id: string; content: ContentBlock[] } | null;
  model: string;
  /** ISO 8601, UTC. */
  now: string;
  /** Why the model should not be asked with this history; then nothing is saved. */
  objection(history: readonly Message[]): Objection | undefined;
};

export type Objection = { code: RefusalCode; message: string };

export type Begun =
  /** `history` is the path from the root to the user message that is to be answered. */
  | { type: "begun"; userMessageId: string; history: Message[]; isStopped: boolean }
  | { type: "known" }
  | ({ type: "refused" } & Objection);

/**
 * Saves the user's message and the answer's place in one transaction, before anything is asked of the model.
 * `isStopped`: the reader stopped this answer before it was asked for. "known": that answer exists already.
 */
export async function beginGeneration(store: Store, begin: NewGeneration): Promise<Begun> {
  const transaction = store.transaction();
  try {
    return await transaction.execute((within) => begun(within, begin));
  } catch (error) {
    if (error instanceof Objected) return { type: "refused", ...error.objection };
    throw error;
  }
}

/** Thrown to undo what the transaction has saved. */
class Objected extends Error {
  readonly objection: Objection;

  constructor(objection: Objection) {
    super(objection.message);
    this.objection = objection;
  }
}

async function begun(transaction: Transaction<Schema>, begin: NewGeneration): Promise<Begun> {
  const existing = await findGeneration(transaction, begin.id);
  if (existing !== undefined && existing.visitor_id !== begin.visitorId) return unknown("answer");
  if (existing !== undefined && existing.conversation_id !== null) return { type: "known" };
  const refusal = await checkPlace(transaction, begin);
  if (refusal !== undefined) return refusal;
  const isStopped = existing !== undefined;
  await savePlace(transaction, begin, isStopped);
  const userMessageId = begin.message?.id ?? begin.parentId ?? "";
  const history = await readPath(transaction, userMessageId);
  const objection = begin.objection(history);
  if (objection !== undefined) throw new Objected(objection);
  return { type: "begun", userMessageId, history, isStopped };
}

function unknown(what: string): Begun {
  return { type: "refused", code: "not_found", message: `There is no such ${what}.` };
}

async function findGeneration(transaction: Store | Transaction<Schema>, id: string) {
  return transaction.selectFrom("generations").selectAll().where("id", "=", id).executeTakeFirst();
}

async function findMessage(transaction: Transaction<Schema>, id: string) {
  return transaction
    .selectFrom("messages")
    .select(["id", "conversation_id", "role", "outcome"])
    .where("id", "=", id)
    .executeTakeFirst();
}

/** The reason why the answer cannot stand where `begin` wants it, if there is one. */
async function checkPlace(transaction: Transaction<Schema>, begin: NewGeneration): Promise<Begun | undefined> {
  const conversation = await transaction
    .selectFrom("conversations")
    .select("visitor_id")
    .where("id", "=", begin.conversationId)
    .executeTakeFirst();
  if (conversation !== undefined && conversation.visitor_id !== begin.visitorId) return unknown("conversation");
  for (const id of [begin.id, begin.message?.id]) {
    if (id !== undefined && (await findMessage(transaction, id)) !== undefined) {
      return { type: "refused", code: "conflict", message: "That id is already the id of another message." };
    }
  }
  if (begin.parentId === null) return undefined;
  const parent = await findMessage(transaction, begin.parentId);
  if (parent === undefined || parent.conversation_id !== begin.conversationId) return unknown("message to answer");
  if (begin.message === null) {
    if (parent.role === "user") return undefined;
    return { type: "refused", code: "invalid_request", message: "Only a message of yours can be answered again." };
  }
  if (parent.role === "user") {
    return { type: "refused", code: "invalid_request", message: "A message follows an answer, not another message." };
  }
  if (parent.outcome !== null) return undefined;
  return { type: "refused", code: "conflict", message: "The answer before it is still being written." };
}

async function savePlace(transaction: Transaction<Schema>, begin: NewGeneration, isStopped: boolean): Promise<void> {
  const { id, visitorId, conversationId, parentId, message, model, now } = begin;
  await saveVisitor(transaction, visitorId, now);
  await transaction
    .insertInto("conversations")
    .values({
      id: conversationId,
      visitor_id: visitorId,
      title: titleFrom(textOf(message?.content ?? [])),
      leaf_id: id,
      created_at: now,
      updated_at: now,
    })
    .onConflict((conflict) => conflict.column("id").doUpdateSet({ leaf_id: id, updated_at: now }))
    .execute();
  const place = { conversation_id: conversationId, outcome: null, model: null, usage: null, created_at: now };
  const position = await nextPosition(transaction, conversationId);
  if (message !== null) {
    const content = JSON.stringify(message.content);
    await transaction
      .insertInto("messages")
      .values({ ...place, id: message.id, parent_id: parentId, position, role: "user", content })
      .execute();
  }
  await transaction
    .insertInto("messages")
    .values({
      ...place,
      id,
      parent_id: message?.id ?? parentId,
      position: position + 1,
      role: "assistant",
      content: "[]",
      model,
    })
    .execute();
  const generation = { conversation_id: conversationId, parent_id: message?.id ?? parentId, model };
  if (isStopped) {
    await transaction.updateTable("generations").set(generation).where("id", "=", id).execute();
    return;
  }
  await transaction
    .insertInto("generations")
    .values({ ...generation, id, visitor_id: visitorId, outcome: null, created_at: now, settled_at: null })
    .execute();
}

async function saveVisitor(transaction: Transaction<Schema>, id: string, now: string): Promise<void> {
  await transaction
    .insertInto("visitors")
    .values({ id, created_at: now })
    .onConflict((conflict) => conflict.column("id").doNothing())
    .execute();
}

async function nextPosition(transaction: Transaction<Schema>, conversationId: string): Promise<number> {
  const { last } = await transaction
    .selectFrom("messages")
    .select((select) => select.fn.max("position").as("last"))
    .where("conversation_id", "=", conversationId)
    .executeTakeFirstOrThrow();
  return (last ?? 0) + 1;
}

/** The messages from the root to `leafId`, in reading order. */
async function readPath(transaction: Transaction<Schema>, leafId: string): Promise<Message[]> {
  const rows = await transaction
    .withRecursive("path", (query) =>
      query
        .selectFrom("messages")
        .selectAll()
        .where("id", "=", leafId)
        .unionAll((union) =>
          union.selectFrom("messages").innerJoin("path", "path.parent_id", "messages.id").selectAll("messages"),
        ),
    )
    .selectFrom("path")
    .selectAll()
    .orderBy("position")
    .execute();
  return rows.map(messageFromRow);
}

/** Where an answer stands for `visitorId`: settled, still open, only marked as stopped, or not theirs and unknown. */
export type Standing =
  | { type: "settled"; outcome: Outcome }
  | { type: "open" }
  | { type: "stop_marked" }
  | { type: "foreign" }
  | { type: "unknown" };

export async function standingOf(store: Store | Transaction<Schema>, visitorId: string, id: string): Promise<Standing> {
  const row = await findGeneration(store, id);
  if (row === undefined) return { type: "unknown" };
  if (row.visitor_id !== visitorId) return { type: "foreign" };
  if (row.conversation_id === null) return { type: "stop_marked" };
  return row.outcome === null ? { type: "open" } : { type: "settled", outcome: JSON.parse(row.outcome) as Outcome };
}

/** Marks an answer that nobody has started as stopped, so that it never will be; returns where it stands then. */
export async function markStopped(store: Store, visitorId: string, id: string, now: string): Promise<Standing> {
  return store.transaction().execute(async (transaction) => {
    const standing = await standingOf(transaction, visitorId, id);
    if (standing.type !== "unknown") return standing;
    const message = await findMessage(transaction, id);
    if (message !== undefined) return { type: "foreign" };
    await saveVisitor(transaction, visitorId, now);
    const none = { conversation_id: null, parent_id: null, model: null, outcome: null, settled_at: null };
    await transaction
      .insertInto("generations")
      .values({ ...none, id, visitor_id: visitorId, created_at: now })
      .execute();
    return { type: "stop_marked" };
  });
}

/** An answer that has ended. `rewritten` replaces events of the log that the reader's Stop cut away. */
export type Settlement = {
  id: string;
  content: readonly ContentBlock[];
  outcome: Outcome;
  rewritten: readonly EventRow[];
};

/** Writes the events and endings of all running answers in one transaction: when it returns they are on the disk. */
export async function commit(
  store: Store,
  events: readonly EventRow[],
  settlements: readonly Settlement[],
  now: string,
): Promise<void> {
  if (settlements.length === 0) return insertEvents(store, events);
  await store.transaction().execute(async (transaction) => {
    if (events.length > 0) await insertEvents(transaction, events);
    for (const settlement of settlements) await settle(transaction, settlement, now);
  });
}

/** One statement for any number of rows: SQLite unpacks the JSON itself. */
async function insertEvents(store: Store | Transaction<Schema>, events: readonly EventRow[]): Promise<void> {
  const rows = JSON.stringify(events.map(({ generation_id, n, data, at_ms }) => [generation_id, n, data, at_ms]));
  await sql`insert into generation_events (generation_id, n, data, at_ms)
    select value ->> 0, value ->> 1, value ->> 2, value ->> 3 from json_each(${rows})`.execute(store);
}

async function settle(transaction: Transaction<Schema>, settlement: Settlement, now: string): Promise<void> {
  const outcome = JSON.stringify(settlement.outcome);
  const usage = "usage" in settlement.outcome ? JSON.stringify(settlement.outcome.usage) : null;
  for (const { generation_id, n, data } of settlement.rewritten) {
    await transaction
      .updateTable("generation_events")
      .set({ data })
      .where("generation_id", "=", generation_id)
      .where("n", "=", n)
      .execute();
  }
  await transaction
    .updateTable("messages")
    .set({ content: JSON.stringify(settlement.content), outcome, usage })
    .where("id", "=", settlement.id)
    .execute();
  await transaction
    .updateTable("generations")
    .set({ outcome, settled_at: now })
    .where("id", "=", settlement.id)
    .execute();
}

/** The logged events of an answer after `after`, in order, at most `limit`. */
export async function readEvents(store: Store, id: string, after: number, limit: number) {
  return store
    .selectFrom("generation_events")
    .select(["n", "data"])
    .where("generation_id", "=", id)
    .where("n", ">", after)
    .orderBy("n")
    .limit(limit)
    .execute();
}

/** The answers that have begun and not ended: after a start they are a dead process's. */
export async function readOpenGenerations(store: Store): Promise<string[]> {
  const rows = await store
    .selectFrom("generations")
    .select("id")
    .where("settled_at", "is", null)
    .where("conversation_id", "is not", null)
    .execute();
  return rows.map((row) => row.id);
}

/** How many answers the visitor has asked for since `since` (ISO 8601). */
export async function countGenerationsSince(store: Store, visitorId: string, since: string): Promise<number> {
  const { count } = await store
    .selectFrom("generations")
    .select((select) => select.fn.countAll<number>().as("count"))
    .where("visitor_id", "=", visitorId)
    .where("created_at", ">", since)
    .executeTakeFirstOrThrow();
  return Number(count);
}
