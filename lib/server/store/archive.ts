import { type Selectable, sql, type Transaction } from "kysely";
import { ARCHIVE_FOOT, ARCHIVE_HEAD, type ArchivedConversation } from "@/lib/chat/archive";
import { settledContent } from "@/lib/chat/conversation";
import { type Message, textOf } from "@/lib/chat/message";
import { readLoggedContent, titleFrom } from "./conversations";
import { isPostgres, lockKeys, type Store } from "./database";
import { roomOf } from "./room";
import type { Schema } from "./schema";
import { indexConversation } from "./search-index";

type ConversationRow = Pick<
  Selectable<Schema["conversations"]>,
  "id" | "title" | "pinned" | "leaf_id" | "created_at" | "updated_at"
>;
type MessageRow = Selectable<Schema["messages"]>;

const CONVERSATIONS_A_PAGE = 50;
const MESSAGES_A_PAGE = 100;

/** The visitor's conversation `id`, or all of them, as JSON in pieces: no more than a page of messages is held. */
export async function* archiveOf(store: Store, visitorId: string, id?: string): AsyncGenerator<string> {
  const conversations = conversationsOf(store, visitorId);
  if (id !== undefined) return yield* archive(store, await conversations.where("id", "=", id).execute());
  // A temporary conversation is kept nowhere, so it is not taken along either.
  yield* archive(store, inOrder(conversations.where("temporary_until", "is", null)));
}

function conversationsOf(store: Store, visitorId: string) {
  return store
    .selectFrom("conversations")
    .select(["id", "title", "pinned", "leaf_id", "created_at", "updated_at"])
    .where("visitor_id", "=", visitorId);
}

/** By age, which nothing changes while the export runs: none is left out, none comes twice. */
async function* inOrder(conversations: ReturnType<typeof conversationsOf>): AsyncGenerator<ConversationRow> {
  const firstPage = conversations.orderBy("created_at").orderBy("id").limit(CONVERSATIONS_A_PAGE);
  let page = firstPage;
  for (;;) {
    const rows = await page.execute();
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined) return;
    page = firstPage.where(({ eb, refTuple, tuple }) =>
      eb(refTuple("created_at", "id"), ">", tuple(last.created_at, last.id)),
    );
  }
}

async function* archive(
  store: Store,
  conversations: Iterable<ConversationRow> | AsyncIterable<ConversationRow>,
): AsyncGenerator<string> {
  yield ARCHIVE_HEAD;
  let separator = "\n";
  for await (const { id, title, pinned, leaf_id, created_at, updated_at } of conversations) {
    const head = {
      id,
      title,
      pinned: pinned !== 0,
      leafId: leaf_id,
      createdAt: created_at,
      updatedAt: updated_at,
    };
    yield `${separator}${JSON.stringify(head).slice(0, -1)},"messages":[`;
    yield* archivedMessages(store, id);
    yield "]}";
    separator = ",\n";
  }
  yield ARCHIVE_FOOT;
}

async function* archivedMessages(store: Store, conversationId: string): AsyncGenerator<string> {
  let separator = "";
  for (let last = 0; ; ) {
    const rows = await store
      .selectFrom("messages")
      .selectAll()
      .where("conversation_id", "=", conversationId)
      .where("position", ">", last)
      .orderBy("position")
      .limit(MESSAGES_A_PAGE)
      .execute();
    let text = "";
    for (const row of rows) {
      text += separator + archivedMessage(await settledRow(store, row));
      separator = ",";
      last = row.position;
    }
    if (rows.length === 0) return;
    yield text;
  }
}

/** An answer under way goes out as it would be if it broke off now: what comes back in has ended. */
async function settledRow(store: Store, row: MessageRow): Promise<MessageRow> {
  if (row.role === "user" || row.outcome !== null) return row;
  const { content } = await readLoggedContent(store, row.id);
  return { ...row, content: JSON.stringify(settledContent(content)), outcome: '{"type":"interrupted"}' };
}

/** What is kept as JSON goes out byte for byte. */
function archivedMessage(row: MessageRow): string {
  const { id, parent_id: parentId, role, content, outcome, model, usage, created_at: createdAt } = row;
  const head = JSON.stringify({ id, parentId, role }).slice(0, -1);
  const optional =
    (outcome === null ? "" : `,"outcome":${outcome}`) +
    (model === null ? "" : `,"model":${JSON.stringify(model)}`) +
    (usage === null ? "" : `,"usage":${usage}`);
  return `${head},"content":${content}${optional},"createdAt":${JSON.stringify(createdAt)}}`;
}

/** "known": all of it was here already. "taken": one of its ids is in use elsewhere, and nothing was kept. */
export type Placed = "imported" | "known" | "taken";

export type Placement = {
  visitorId: string;
  conversation: ArchivedConversation;
  now: string;
  /** Told how many bytes were added; throws where there is no room for them, and then nothing is kept. */
  claimRoom(transaction: Transaction<Schema>, bytes: number): Promise<void>;
};

/** Keeps a conversation that comes in, in one transaction; of one that is here already, what it has more. */
export async function placeConversation(
  transaction: Transaction<Schema>,
  { visitorId, conversation, now, claimRoom }: Placement,
): Promise<Placed> {
  await lockKeys(transaction, [conversation.id]);
  const owner = await transaction
    .selectFrom("conversations")
    .select("visitor_id")
    .where("id", "=", conversation.id)
    .executeTakeFirst();
  if (owner !== undefined && owner.visitor_id !== visitorId) return "taken";
  const standing = await standingMessages(transaction, conversation.messages);
  const isTaken = conversation.messages.some(({ id, role }) => {
    const there = standing.get(id);
    return there !== undefined && (there.conversation_id !== conversation.id || there.role !== role);
  });
  if (isTaken) return "taken";
  const missing = conversation.messages.filter(({ id }) => !standing.has(id));
  // What an answer under way is followed by is decided when it has ended: the next import brings the rest.
  const isUnderWay = [...standing.values()].some(({ role, outcome }) => role === "assistant" && outcome === null);
  if (owner !== undefined && (missing.length === 0 || isUnderWay)) return "known";
  const bytesBefore = await roomOf(transaction, conversation.id);
  await saveConversation(transaction, { visitorId, conversation, now });
  const firstPosition = await saveMessages(transaction, conversation.id, missing);
  await claimRoom(transaction, (await roomOf(transaction, conversation.id)) - bytesBefore);
  await indexConversation(transaction, conversation.id, firstPosition);
  return "imported";
}

type StandingMessage = Pick<MessageRow, "conversation_id" | "role" | "outcome">;

const IDS_AT_ONCE = 500;

async function standingMessages(
  transaction: Transaction<Schema>,
  messages: readonly Message[],
): Promise<Map<string, StandingMessage>> {
  const standing = new Map<string, StandingMessage>();
  for (let from = 0; from < messages.length; from += IDS_AT_ONCE) {
    const ids = messages.slice(from, from + IDS_AT_ONCE).map(({ id }) => id);
    const rows = await transaction
      .selectFrom("messages")
      .select(["id", "conversation_id", "role", "outcome"])
      // One parameter, however many ids: the statement stays the same.
      .where(
        isPostgres(transaction)
          ? sql<boolean>`id = any(${ids}::text[])`
          : sql<boolean>`id in (select value from json_each(${JSON.stringify(ids)}))`,
      )
      .execute();
    for (const { id, ...row } of rows) standing.set(id, row);
  }
  return standing;
}

async function saveConversation(
  transaction: Transaction<Schema>,
  { visitorId, conversation, now }: Omit<Placement, "claimRoom">,
): Promise<void> {
  await transaction
    .insertInto("visitors")
    .values({ id: visitorId, created_at: now })
    .onConflict((conflict) => conflict.column("id").doNothing())
    .execute();
  const { id, title, pinned, leafId, createdAt, updatedAt, messages } = conversation;
  const firstText = textOf(messages.find(({ role }) => role === "user")?.content ?? []);
  await transaction
    .insertInto("conversations")
    .values({
      id,
      visitor_id: visitorId,
      title: title === "" ? titleFrom(firstText).toWellFormed() : title,
      pinned: pinned ? 1 : 0,
      leaf_id: leafId,
      created_at: createdAt,
      updated_at: updatedAt,
    })
    .onConflict((conflict) =>
      conflict.column("id").doUpdateSet({
        leaf_id: leafId,
        updated_at: sql<string>`case when conversations.updated_at < excluded.updated_at
          then excluded.updated_at else conversations.updated_at end`,
      }),
    )
    .execute();
}

/** Enough to be quick, little enough to be held twice. */
const CHARACTERS_AT_ONCE = 4_000_000;

/** Returns the position of the first of them. */
async function saveMessages(
  transaction: Transaction<Schema>,
  conversationId: string,
  messages: readonly Message[],
): Promise<number> {
  const { last } = await transaction
    .selectFrom("messages")
    .select((select) => select.fn.max("position").as("last"))
    .where("conversation_id", "=", conversationId)
    .executeTakeFirstOrThrow();
  let position = last ?? 0;
  let rows: MessageRow[] = [];
  let characters = 0;
  for (const message of messages) {
    position += 1;
    const row = rowOf(message, conversationId, position);
    rows.push(row);
    characters += row.content.length;
    if (characters < CHARACTERS_AT_ONCE && rows.length < IDS_AT_ONCE) continue;
    await insertMessages(transaction, rows);
    rows = [];
    characters = 0;
  }
  await insertMessages(transaction, rows);
  return (last ?? 0) + 1;
}

function rowOf(message: Message, conversationId: string, position: number): MessageRow {
  const { id, parentId, role, content, outcome, model, usage, createdAt } = message;
  return {
    id,
    conversation_id: conversationId,
    parent_id: parentId,
    position,
    role,
    content: JSON.stringify(content),
    outcome: outcome === undefined ? null : JSON.stringify(outcome),
    model: model ?? null,
    usage: usage === undefined ? null : JSON.stringify(usage),
    created_at: createdAt,
  };
}

/** One statement for any number of rows. */
async function insertMessages(transaction: Transaction<Schema>, rows: readonly MessageRow[]): Promise<void> {
  if (rows.length === 0) return;
  const columns = sql`id, conversation_id, parent_id, position, role, content, outcome, model, usage, created_at`;
  if (isPostgres(transaction)) {
    const column = <Key extends keyof MessageRow>(key: Key) => rows.map((row) => row[key]);
    await sql`insert into messages (${columns})
      select * from unnest(${column("id")}::text[], ${column("conversation_id")}::text[], ${column("parent_id")}::text[],
        ${column("position")}::int[], ${column("role")}::text[], ${column("content")}::text[],
        ${column("outcome")}::text[], ${column("model")}::text[], ${column("usage")}::text[],
        ${column("created_at")}::text[])`.execute(transaction);
    return;
  }
  const values = JSON.stringify(
    rows.map((row) => [
      row.id,
      row.conversation_id,
      row.parent_id,
      row.position,
      row.role,
      row.content,
      row.outcome,
      row.model,
      row.usage,
      row.created_at,
    ]),
  );
  await sql`insert into messages (${columns})
    select value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7,
      value ->> 8, value ->> 9 from json_each(${values})`.execute(transaction);
}
