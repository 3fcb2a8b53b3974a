import { sql, type Transaction } from "kysely";
import { canContinue } from "@/lib/chat/continuation";
import { endOfAnswer } from "@/lib/chat/conversation";
import type { RefusalCode } from "@/lib/chat/error";
import { type ContentBlock, type Message, NO_USAGE, type Outcome, textOf } from "@/lib/chat/message";
import type { Grant, Reserved } from "../budget";
import { askForRest } from "../generation/prompt";
import { costOfAnswer, costOfLostAnswer } from "../money/spent";
import { messageFromRow, ownsConversation, titleFrom } from "./conversations";
import { durably, isPostgres, lockKeys, type Queries, type Store } from "./database";
import { appendEvents, type EventRow, LOG_CHANNEL, LostGeneration, readLog, replaceLog } from "./event-log";
import { settleHeld } from "./ledger";
import type { Schema } from "./schema";
import { indexAnswers, lockAnswers } from "./search-index";
import { keepTemporary } from "./temporary";

export type NewGeneration = {
  id: string;
  visitorId: string;
  conversationId: string;
  /**
   * With `message`: the answer it follows, or null for the first. Without: the user message to answer again, or the
   * answer to go on from.
   */
  parentId: string | null;
  message: { id: string; content: ContentBlock[] } | null;
  model: string;
  instanceId: string;
  leaseUntil: string;
  /** An earlier try may have been carried out. */
  isRepeat: boolean;
  /** A conversation that is made now is a temporary one. */
  isTemporary: boolean;
  /** How long a temporary conversation is kept without a further sign of its page. */
  keepTemporaryUntil: string;
  /** ISO 8601, UTC, as are all times here. */
  now: string;
  /** Why the model should not be asked with this history; then nothing is saved. */
  objection(history: readonly Message[]): Objection | undefined;
  /** Why the asker may not have it, asked last and in the transaction; then nothing is saved either. */
  admit(transaction: Transaction<Schema>, isStopped: boolean): Promise<Objection | undefined>;
  /** Holds what answering `history` may cost, or says why not; then nothing is saved. The same again for a repeat. */
  reserve(transaction: Transaction<Schema>, history: readonly Message[]): Promise<Reserved>;
};

export type Objection = { code: RefusalCode; message: string; retryAfterSeconds?: number };

export type Begun =
  /**
   * `history` is the path from the root to the user message that is to be answered; `continued` the answer before it
   * that the new one goes on from, if it does. `hasOthers`: the message that was sent is not the only one that follows
   * its parent. `grant`: what was held for the answer; undefined when the reader stopped it before it was asked for.
   */
  | {
      type: "begun";
      userMessageId: string;
      history: Message[];
      continued?: Message | undefined;
      grant: Grant | undefined;
      hasOthers: boolean;
    }
  | { type: "known" }
  | ({ type: "refused" } & Objection);

/**
 * Saves the user's message and the answer's place in one transaction, before anything is asked of the model.
 * "known": that answer exists already.
 */
export async function beginGeneration(store: Store, begin: NewGeneration): Promise<Begun> {
  try {
    return await durably(store, (transaction) => begun(transaction, begin));
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
  // Two instances may be asked for the same answer, or to extend the same conversation, at the same moment.
  await lockKeys(transaction, [begin.id, begin.conversationId]);
  const existing = await findGeneration(transaction, begin.id);
  if (existing !== undefined && existing.visitor_id !== begin.visitorId) return unknown("answer");
  if (existing !== undefined && existing.conversation_id !== null) {
    const isOurs = begin.isRepeat && existing.instance_id === begin.instanceId && existing.outcome === null;
    // With events it was under way here, and given up when its log failed.
    if (!isOurs || (await readLog(transaction, begin.id, 0, 1)).length > 0) return { type: "known" };
    // The try before was carried out, and only its answer was lost.
    const userMessageId = existing.parent_id ?? "";
    const { history, continued } = await readPrompting(transaction, begin);
    const grant = await granted(transaction, begin, history);
    return { type: "begun", userMessageId, history, continued, grant, hasOthers: false };
  }
  const refusal = await checkPlace(transaction, begin);
  if (refusal !== undefined) return refusal;
  const isStopped = existing !== undefined;
  const hasOthers = begin.message !== null && (await hasFollowers(transaction, begin));
  const { history, continued } = await readPrompting(transaction, begin);
  const userMessageId = begin.message?.id ?? continued?.parentId ?? begin.parentId ?? "";
  await savePlace(transaction, begin, userMessageId, isStopped);
  const objection = begin.objection(history) ?? (await begin.admit(transaction, isStopped));
  if (objection !== undefined) throw new Objected(objection);
  // Last, because the day's sums are locked from here to the end of the transaction.
  const grant = isStopped ? undefined : await granted(transaction, begin, history);
  return { type: "begun", userMessageId, history, continued, grant, hasOthers };
}

/** The messages that lead to the new answer; behind one to go on from, the turn that asks for its rest. */
async function readPrompting(
  transaction: Transaction<Schema>,
  { message, parentId, now }: NewGeneration,
): Promise<{ history: Message[]; continued?: Message }> {
  const path = await readPath(transaction, parentId);
  if (message !== null) return { history: [...path, { ...message, parentId, role: "user", createdAt: now }] };
  const last = path.at(-1);
  return last?.role === "assistant" ? { history: [...path, askForRest(last)], continued: last } : { history: path };
}

async function granted(
  transaction: Transaction<Schema>,
  begin: NewGeneration,
  history: readonly Message[],
): Promise<Grant> {
  const reserved = await begin.reserve(transaction, history);
  if (reserved.type === "refused") throw new Objected(reserved.refusal);
  return reserved;
}

/** Whether a message follows the one that `begin` wants to follow. */
async function hasFollowers(transaction: Transaction<Schema>, begin: NewGeneration): Promise<boolean> {
  const follower = await transaction
    .selectFrom("messages")
    .select("id")
    .where("conversation_id", "=", begin.conversationId)
    .where("parent_id", begin.parentId === null ? "is" : "=", begin.parentId)
    .executeTakeFirst();
  return follower !== undefined;
}

function unknown(what: string): Begun {
  return { type: "refused", code: "not_found", message: `There is no such ${what}.` };
}

async function findGeneration(transaction: Queries, id: string) {
  return transaction.selectFrom("generations").selectAll().where("id", "=", id).executeTakeFirst();
}

async function findMessage(transaction: Transaction<Schema>, id: string) {
  return transaction.selectFrom("messages").selectAll().where("id", "=", id).executeTakeFirst();
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
    const taken = id === undefined ? undefined : await findMessage(transaction, id);
    if (taken === undefined) continue;
    // Of somebody else's message it is not even said that there is one.
    if (!(await ownsConversation(transaction, begin.visitorId, taken.conversation_id))) return unknown("message");
    return { type: "refused", code: "conflict", message: "This message has been sent already." };
  }
  if (begin.parentId === null) return undefined;
  const parent = await findMessage(transaction, begin.parentId);
  if (parent === undefined || parent.conversation_id !== begin.conversationId) {
    return { type: "refused", code: "not_found", message: "What this was to follow is not here any more." };
  }
  if (begin.message === null) {
    if (parent.role === "user" || canContinue(messageFromRow(parent))) return undefined;
    return { type: "refused", code: "invalid_request", message: "Only an answer that broke off can be continued." };
  }
  if (parent.role === "user") {
    return { type: "refused", code: "invalid_request", message: "A message follows an answer, not another message." };
  }
  if (parent.outcome !== null) return undefined;
  return { type: "refused", code: "conflict", message: "The answer before it is still being written." };
}

async function savePlace(
  transaction: Transaction<Schema>,
  begin: NewGeneration,
  userMessageId: string,
  isStopped: boolean,
): Promise<void> {
  const { id, visitorId, conversationId, parentId, message, model, now } = begin;
  await saveVisitor(transaction, visitorId, now);
  await transaction
    .insertInto("conversations")
    .values({
      id: conversationId,
      visitor_id: visitorId,
      title: titleFrom(textOf(message?.content ?? [])),
      title_by: "words",
      leaf_id: id,
      created_at: now,
      updated_at: now,
      temporary_until: begin.isTemporary ? begin.keepTemporaryUntil : null,
    })
    .onConflict((conflict) => conflict.column("id").doUpdateSet({ leaf_id: id, updated_at: now }))
    .execute();
  await keepTemporary(transaction, visitorId, conversationId, begin.keepTemporaryUntil);
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
      parent_id: userMessageId,
      position: position + 1,
      role: "assistant",
      content: "[]",
      model,
    })
    .execute();
  const generation = {
    conversation_id: conversationId,
    parent_id: userMessageId,
    model,
    instance_id: begin.instanceId,
    lease_until: begin.leaseUntil,
  };
  if (isStopped) {
    await transaction.updateTable("generations").set(generation).where("id", "=", id).execute();
    return;
  }
  await transaction
    .insertInto("generations")
    .values({ ...generation, id, visitor_id: visitorId, created_at: now })
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
async function readPath(transaction: Transaction<Schema>, leafId: string | null): Promise<Message[]> {
  if (leafId === null) return [];
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
  | { type: "open"; instanceId: string }
  | { type: "stop_marked" }
  | { type: "foreign" }
  | { type: "unknown" };

export async function standingOf(queries: Queries, visitorId: string, id: string): Promise<Standing> {
  const row = await findGeneration(queries, id);
  if (row === undefined) return { type: "unknown" };
  if (row.visitor_id !== visitorId) return { type: "foreign" };
  if (row.conversation_id === null) return { type: "stop_marked" };
  if (row.outcome !== null) return { type: "settled", outcome: JSON.parse(row.outcome) as Outcome };
  return { type: "open", instanceId: row.instance_id ?? "" };
}

/** The model that wrote the visitor's answer `id`. */
export async function authorOf(store: Store, visitorId: string, id: string): Promise<string | undefined> {
  const generation = await findGeneration(store, id);
  return generation?.visitor_id === visitorId ? (generation.model ?? undefined) : undefined;
}

export type StopMark = { visitorId: string; id: string; shown: number; now: string };

/**
 * Marks an answer as stopped and returns where it stood: one that nobody has started never will be; one that another
 * instance runs, that instance ends. The first mark stands.
 */
export async function markStopped(store: Store, { visitorId, id, shown, now }: StopMark): Promise<Standing> {
  return durably(store, async (transaction) => {
    await lockKeys(transaction, [id]);
    const standing = await standingOf(transaction, visitorId, id);
    const mark = { stop_requested_at: now, stop_shown: Number.isFinite(shown) ? shown : null };
    if (standing.type === "open") {
      await transaction
        .updateTable("generations")
        .set(mark)
        .where("id", "=", id)
        .where("stop_requested_at", "is", null)
        .execute();
    }
    if (standing.type !== "unknown") return standing;
    if ((await findMessage(transaction, id)) !== undefined) return { type: "foreign" };
    await saveVisitor(transaction, visitorId, now);
    await transaction
      .insertInto("generations")
      .values({ ...mark, id, visitor_id: visitorId, created_at: now })
      .execute();
    return { type: "stop_marked" };
  });
}

/** The stop marks on answers that `instanceId` runs. `shown` is Infinity where all that arrived is kept. */
export async function readStopMarks(store: Store, instanceId: string): Promise<{ id: string; shown: number }[]> {
  const rows = await store
    .selectFrom("generations")
    .select(["id", "stop_shown"])
    .where("instance_id", "=", instanceId)
    .where("settled_at", "is", null)
    .where("stop_requested_at", "is not", null)
    .execute();
  return rows.map((row) => ({ id: row.id, shown: row.stop_shown ?? Infinity }));
}

/** Marks every answer under way as stopped, whichever instance runs it, with all that arrived. */
export async function markAllStopped(transaction: Transaction<Schema>, now: string): Promise<void> {
  await transaction
    .updateTable("generations")
    .set({ stop_requested_at: now, stop_shown: null })
    .where("settled_at", "is", null)
    .where("conversation_id", "is not", null)
    .where("stop_requested_at", "is", null)
    .execute();
}

/** The answers under way, the oldest first, with the access code ("": none is needed) they were asked for with. */
export async function readUnderWay(queries: Queries) {
  const rows = await queries
    .selectFrom("generations")
    .leftJoin("ledger", "ledger.id", "generations.id")
    .select(["generations.id", "generations.model", "generations.created_at", "ledger.code_label"])
    .where("generations.settled_at", "is", null)
    .where("generations.conversation_id", "is not", null)
    .orderBy("generations.created_at")
    .execute();
  return rows.map((row) => ({
    id: row.id,
    model: row.model ?? "",
    codeLabel: row.code_label ?? "",
    startedAt: row.created_at,
  }));
}

/** An answer that has ended. `log` is all of it: the reader's Stop may have cut events that are written. */
export type Settlement = {
  id: string;
  content: readonly ContentBlock[];
  outcome: Outcome;
  log: readonly EventRow[];
};

export type Batch = { events: readonly EventRow[]; settlements: readonly Settlement[]; now: string };

/**
 * Writes the events and endings of all running answers in one transaction: when it returns they outlive the process, and
 * endings the machine. `isRepeat`: an earlier try may have been carried out.
 */
export async function commit(store: Store, { events, settlements, now }: Batch, isRepeat = false): Promise<void> {
  if (settlements.length === 0) return appendEvents(store, events, isRepeat);
  await durably(store, async (transaction) => {
    const places = await lockAnswers(
      transaction,
      settlements.map(({ id }) => id),
    );
    await appendEvents(transaction, events, isRepeat);
    for (const settlement of settlements) await settle(transaction, settlement, now, isRepeat);
    for (const { id, outcome } of settlements) await settleHeld(transaction, id, costOfAnswer(outcome));
    await indexAnswers(transaction, places);
  });
}

/** Counts what an answer cost that nobody else will settle: its conversation was deleted while it was written. */
export async function settleLost(store: Store, id: string, outcome: Outcome): Promise<void> {
  await durably(store, async (transaction) => {
    const isDeleted = (await findGeneration(transaction, id)) === undefined;
    if (isDeleted) await settleHeld(transaction, id, costOfAnswer(outcome));
  });
}

/** Tells the other instances to look for stop marks. */
export async function announceStop(store: Store): Promise<void> {
  if (isPostgres(store)) await sql`select pg_notify(${LOG_CHANNEL}, ${STOP_MARKED})`.execute(store);
}
export const STOP_MARKED = "stop";

async function settle(
  transaction: Transaction<Schema>,
  settlement: Settlement,
  now: string,
  isRepeat: boolean,
): Promise<void> {
  const outcome = JSON.stringify(settlement.outcome);
  const usage = "usage" in settlement.outcome ? JSON.stringify(settlement.outcome.usage) : null;
  const { numUpdatedRows } = await transaction
    .updateTable("generations")
    .set({ outcome, settled_at: now })
    .where("id", "=", settlement.id)
    .where("settled_at", "is", null)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) {
    // The try before may have been carried out.
    const written = isRepeat ? await findGeneration(transaction, settlement.id) : undefined;
    if (written?.outcome === outcome) return;
    throw new LostGeneration();
  }
  await replaceLog(transaction, settlement.id, settlement.log);
  await transaction
    .updateTable("messages")
    .set({ content: JSON.stringify(settlement.content), outcome, usage })
    .where("id", "=", settlement.id)
    .execute();
}

/**
 * Ends an answer whose instance is gone, with everything that had been logged: as stopped if the reader said so.
 * Undefined: somebody else has ended it.
 */
export async function settleDead(store: Store, id: string, now: string): Promise<Outcome | undefined> {
  return durably(store, async (transaction) => {
    await lockKeys(transaction, [id]);
    // A commit takes this lock too: its instance may be alive after all, and end it at this moment.
    const places = await lockAnswers(transaction, [id]);
    const generation = await findGeneration(transaction, id);
    if (generation === undefined || generation.settled_at !== null) return undefined;
    const logged = await readLog(transaction, id);
    const events = logged.map(({ event }) => event);
    const isStopped = generation.stop_requested_at !== null;
    const outcome: Outcome = isStopped ? { type: "stopped", usage: NO_USAGE } : { type: "interrupted" };
    const shown = isStopped ? (generation.stop_shown ?? Infinity) : Infinity;
    const { log: ended, content } = endOfAnswer(events, shown, outcome);
    const endMs = logged.at(-1)?.atMs ?? 0;
    const log = ended.map((event, index) => ({
      generation_id: id,
      n: index + 1,
      at_ms: logged[index]?.atMs ?? endMs,
      data: JSON.stringify(event),
    }));
    await settle(transaction, { id, content, outcome, log }, now, false);
    await settleHeld(transaction, id, costOfLostAnswer(events));
    await indexAnswers(transaction, places);
    return outcome;
  });
}

export type OpenGeneration = {
  id: string;
  visitorId: string;
  conversationId: string;
  instanceId: string;
  leaseUntil: string;
};

/** The answers that have begun and not ended, on any instance. */
export async function readOpenGenerations(store: Store): Promise<OpenGeneration[]> {
  const rows = await store
    .selectFrom("generations")
    .select(["id", "visitor_id", "conversation_id", "instance_id", "lease_until"])
    .where("settled_at", "is", null)
    .where("conversation_id", "is not", null)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    visitorId: row.visitor_id,
    conversationId: row.conversation_id ?? "",
    instanceId: row.instance_id ?? "",
    leaseUntil: row.lease_until ?? "",
  }));
}

/** Says that `instanceId` lives until `leaseUntil`. */
export async function renewLeases(store: Store, instanceId: string, leaseUntil: string): Promise<void> {
  await store
    .updateTable("generations")
    .set({ lease_until: leaseUntil })
    .where("instance_id", "=", instanceId)
    .where("settled_at", "is", null)
    .execute();
}

/** Says that somebody reads these answers through this instance. */
export async function attendGenerations(store: Store, ids: readonly string[], until: string): Promise<void> {
  if (ids.length === 0) return;
  await store.updateTable("generations").set({ attended_until: until }).where("id", "in", ids).execute();
}

export async function isAttended(store: Store, id: string, now: string): Promise<boolean> {
  const row = await findGeneration(store, id);
  return (row?.attended_until ?? "") > now;
}
