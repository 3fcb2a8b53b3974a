import { type Selectable, sql, type Transaction } from "kysely";
import type { Conversation } from "@/lib/chat/conversation";
import { applyEvent, type ContentBlock, type GenerationEvent, type Message } from "@/lib/chat/message";
import type { ConversationChange } from "@/lib/chat/request";
import type { Store } from "./database";
import type { Schema } from "./schema";

const PAGE_SIZE = 50;
const TITLE_LENGTH = 80;

type MessageRow = Selectable<Schema["messages"]>;

/** Text that lists show for a conversation: the first line of what was asked, at most 80 characters, whole words. */
export function titleFrom(text: string): string {
  // PostgreSQL's text cannot hold a NUL.
  const line = text.replaceAll("\0", "").trim().split("\n", 1)[0]?.trimEnd() ?? "";
  if (line.length <= TITLE_LENGTH) return line === "" ? "New conversation" : line;
  const cut = line
    .slice(0, TITLE_LENGTH - 1)
    .toWellFormed()
    .replace(/\uFFFD$/, "");
  return `${cut.replace(/\s+\S*$/, "") || cut}…`;
}

export function messageFromRow(row: MessageRow): Message {
  return {
    id: row.id,
    parentId: row.parent_id,
    role: row.role,
    content: JSON.parse(row.content) as ContentBlock[],
    ...(row.outcome === null ? {} : { outcome: JSON.parse(row.outcome) }),
    ...(row.model === null ? {} : { model: row.model }),
    ...(row.usage === null ? {} : { usage: JSON.parse(row.usage) }),
    createdAt: row.created_at,
  };
}

/**
 * The whole tree of one of the visitor's conversations, with what has been logged of an answer under way.
 * `lastEventId` is the last event that is in the content of the answer at `leafId`. Another visitor's: undefined.
 */
export async function readConversation(
  store: Store,
  visitorId: string,
  id: string,
): Promise<{ conversation: Conversation; lastEventId: number } | undefined> {
  const row = await store
    .selectFrom("conversations")
    .select(["id", "title", "leaf_id"])
    .where("id", "=", id)
    .where("visitor_id", "=", visitorId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const rows = await store
    .selectFrom("messages")
    .selectAll()
    .where("conversation_id", "=", id)
    .orderBy("position")
    .execute();
  const messages = rows.map(messageFromRow);
  let lastEventId = 0;
  for (const message of messages) {
    if (message.role === "user" || message.outcome !== undefined) continue;
    const logged = await readLoggedContent(store, message.id);
    message.content = logged.content;
    if (message.id === row.leaf_id) lastEventId = logged.lastEventId;
  }
  return { conversation: { id: row.id, title: row.title, leafId: row.leaf_id, messages }, lastEventId };
}

/** What the log holds of an answer, as content. */
export async function readLoggedContent(
  store: Store | Transaction<Schema>,
  id: string,
): Promise<{ content: ContentBlock[]; lastEventId: number }> {
  const rows = await store
    .selectFrom("generation_events")
    .select(["n", "data"])
    .where("generation_id", "=", id)
    .orderBy("n")
    .execute();
  let content: readonly ContentBlock[] = [];
  for (const { data } of rows) content = applyEvent(content, JSON.parse(data) as GenerationEvent);
  return { content: content as ContentBlock[], lastEventId: rows.at(-1)?.n ?? 0 };
}

export type ConversationSummary = { id: string; title: string; updatedAt: string; pinned: boolean };

/** A page of the visitor's conversations, newest first; `query` is looked for in titles. `cursor` is from the last page. */
export async function listConversations(
  store: Store,
  visitorId: string,
  { query, cursor }: { query?: string | undefined; cursor?: string | undefined },
): Promise<{ conversations: ConversationSummary[]; cursor: string | null }> {
  let select = store
    .selectFrom("conversations")
    .select(["id", "title", "updated_at", "pinned"])
    .where("visitor_id", "=", visitorId)
    .orderBy("updated_at", "desc")
    .orderBy("id", "desc")
    .limit(PAGE_SIZE + 1);
  if (query !== undefined && query.trim() !== "") {
    const pattern = `%${query.trim().replace(/[\\%_]/g, "\\$&")}%`;
    select = select.where(sql<boolean>`lower(title) like lower(${pattern}) escape '\\'`);
  }
  const after = cursor === undefined ? undefined : readCursor(cursor);
  if (after !== undefined) {
    select = select.where(({ eb, and, or }) =>
      or([
        eb("updated_at", "<", after.updatedAt),
        and([eb("updated_at", "=", after.updatedAt), eb("id", "<", after.id)]),
      ]),
    );
  }
  const rows = await select.execute();
  const conversations = rows.slice(0, PAGE_SIZE).map((row) => ({
    id: row.id,
    title: row.title,
    updatedAt: row.updated_at,
    pinned: row.pinned !== 0,
  }));
  const last = rows.length > PAGE_SIZE ? conversations.at(-1) : undefined;
  return { conversations, cursor: last === undefined ? null : `${last.updatedAt}_${last.id}` };
}

function readCursor(cursor: string): { updatedAt: string; id: string } | undefined {
  const at = cursor.indexOf("_");
  return at === -1 ? undefined : { updatedAt: cursor.slice(0, at), id: cursor.slice(at + 1) };
}

/** Whether the visitor has that conversation, and so whether it was changed. `leafId` must be one of its messages. */
export async function changeConversation(
  store: Store,
  visitorId: string,
  id: string,
  change: ConversationChange,
): Promise<"changed" | "not_found" | "no_such_message"> {
  if (change.leafId !== undefined) {
    const leaf = await store
      .selectFrom("messages")
      .select("id")
      .where("id", "=", change.leafId)
      .where("conversation_id", "=", id)
      .executeTakeFirst();
    if (leaf === undefined) return (await ownsConversation(store, visitorId, id)) ? "no_such_message" : "not_found";
  }
  const result = await store
    .updateTable("conversations")
    .set({
      ...(change.title === undefined ? {} : { title: change.title }),
      ...(change.pinned === undefined ? {} : { pinned: change.pinned ? 1 : 0 }),
      ...(change.leafId === undefined ? {} : { leaf_id: change.leafId }),
    })
    .where("id", "=", id)
    .where("visitor_id", "=", visitorId)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n ? "changed" : "not_found";
}

async function ownsConversation(store: Store, visitorId: string, id: string): Promise<boolean> {
  const row = await store
    .selectFrom("conversations")
    .select("id")
    .where("id", "=", id)
    .where("visitor_id", "=", visitorId)
    .executeTakeFirst();
  return row !== undefined;
}

/** Deletes the visitor's conversation `id`, or all of them; returns how many there were. */
export async function deleteConversations(store: Store, visitorId: string, id?: string): Promise<number> {
  let deletion = store.deleteFrom("conversations").where("visitor_id", "=", visitorId);
  if (id !== undefined) deletion = deletion.where("id", "=", id);
  const { numDeletedRows } = await deletion.executeTakeFirst();
  return Number(numDeletedRows);
}
