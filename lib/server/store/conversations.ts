import type { Selectable, Transaction } from "kysely";
import type { Conversation } from "@/lib/chat/conversation";
import { applyEvent, type ContentBlock, type Message } from "@/lib/chat/message";
import type { ConversationChange } from "@/lib/chat/request";
import { lockKeys, type Queries, type Store } from "./database";
import { readLog } from "./event-log";
import type { Schema } from "./schema";
import { scrubDeleted } from "./scrub";
import { indexConversation } from "./search-index";

const TITLE_LENGTH = 80;
const FIRST_TURN = 2;

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
    .select(["id", "title", "leaf_id", "temporary_until"])
    .where("id", "=", id)
    .where("visitor_id", "=", visitorId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const temporary = row.temporary_until === null ? {} : ({ temporary: true } as const);
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
  return { conversation: { id: row.id, title: row.title, leafId: row.leaf_id, messages, ...temporary }, lastEventId };
}

/** What the log holds of an answer, as content. */
export async function readLoggedContent(
  store: Store | Transaction<Schema>,
  id: string,
): Promise<{ content: ContentBlock[]; lastEventId: number }> {
  const logged = await readLog(store, id);
  let content: readonly ContentBlock[] = [];
  for (const { event } of logged) content = applyEvent(content, event);
  return { content: content as ContentBlock[], lastEventId: logged.at(-1)?.n ?? 0 };
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
  return store.transaction().execute(async (transaction) => {
    await lockKeys(transaction, [id]);
    const result = await transaction
      .updateTable("conversations")
      .set({
        ...(change.title === undefined ? {} : { title: change.title, title_by: "reader" as const }),
        ...(change.pinned === undefined ? {} : { pinned: change.pinned ? 1 : 0 }),
        ...(change.leafId === undefined ? {} : { leaf_id: change.leafId }),
      })
      .where("id", "=", id)
      .where("visitor_id", "=", visitorId)
      .executeTakeFirst();
    if (result.numUpdatedRows === 0n) return "not_found";
    if (change.title !== undefined) await indexConversation(transaction, id, 1);
    return "changed";
  });
}

/** Gives the conversation the model's title, unless the reader has given it one. */
export async function giveTitle(store: Store, id: string, title: string): Promise<void> {
  await store.transaction().execute(async (transaction) => {
    await lockKeys(transaction, [id]);
    const result = await transaction
      .updateTable("conversations")
      .set({ title, title_by: "model" })
      .where("id", "=", id)
      .where("title_by", "=", "words")
      .executeTakeFirst();
    if (result.numUpdatedRows > 0n) await indexConversation(transaction, id, 1);
  });
}

/** What the first answer of a conversation was about, while its title is still the first words of it. */
export async function readUntitled(store: Store, id: string): Promise<readonly Message[] | undefined> {
  const rows = await store
    .selectFrom("messages")
    .innerJoin("conversations", "conversations.id", "messages.conversation_id")
    .selectAll("messages")
    .where("conversation_id", "=", id)
    .where("title_by", "=", "words")
    .where("temporary_until", "is", null)
    .orderBy("position")
    .limit(FIRST_TURN + 1)
    .execute();
  return rows.length === FIRST_TURN ? rows.map(messageFromRow) : undefined;
}

export async function ownsConversation(queries: Queries, visitorId: string, id: string): Promise<boolean> {
  const row = await queries
    .selectFrom("conversations")
    .select("id")
    .where("id", "=", id)
    .where("visitor_id", "=", visitorId)
    .executeTakeFirst();
  return row !== undefined;
}

/** A step of a long deletion takes about so long; then others have their turn. */
const DELETE_STEP_MS = 10;

/** Deletes the visitor's conversation `id`, or all of them; returns how many there were. */
export async function deleteConversations(store: Store, visitorId: string, id?: string): Promise<number> {
  let deleted = 0;
  for (let count = 1, isMore = true; isMore; ) {
    const begunAt = performance.now();
    let doomed = store.selectFrom("conversations").select("id").where("visitor_id", "=", visitorId).limit(count);
    if (id !== undefined) doomed = doomed.where("id", "=", id);
    const { numDeletedRows } = await store.deleteFrom("conversations").where("id", "in", doomed).executeTakeFirst();
    deleted += Number(numDeletedRows);
    isMore = id === undefined && numDeletedRows > 0n;
    count = performance.now() - begunAt < DELETE_STEP_MS ? count * 2 : Math.ceil(count / 2);
    if (isMore) await new Promise((resolve) => setImmediate(resolve));
  }
  await scrubDeleted(store);
  return deleted;
}
