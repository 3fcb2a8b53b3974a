import type { Selectable } from "kysely";
import { addedTexts } from "@/lib/chat/message";
import type { Arrival, Share, SharedMessage, Snapshot } from "@/lib/chat/share";
import { type Placement, placeConversation } from "./archive";
import { durably, lockKeys, type Store } from "./database";
import { readLog } from "./event-log";
import type { Schema } from "./schema";

export type NewShare = Share & { visitorId: string; messages: readonly SharedMessage[] };

export async function insertShare(store: Store, share: NewShare): Promise<void> {
  await store
    .insertInto("shares")
    .values({
      id: share.id,
      visitor_id: share.visitorId,
      conversation_id: share.conversationId,
      title: share.title,
      messages: JSON.stringify(share.messages),
      created_at: share.createdAt,
      expires_at: share.expiresAt,
    })
    .execute();
}

/** What the link shows at `now`; undefined when it shows nothing, for whatever reason. */
export async function readShare(store: Store, id: string, now: string): Promise<Snapshot | undefined> {
  const row = await store
    .selectFrom("shares")
    .select(["title", "messages", "created_at"])
    .where("id", "=", id)
    .where((where) => where.or([where("expires_at", "is", null), where("expires_at", ">", now)]))
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return { title: row.title, createdAt: row.created_at, messages: JSON.parse(row.messages) as SharedMessage[] };
}

/** The visitor's links that still show something, newest first. */
export async function listShares(store: Store, visitorId: string, now: string): Promise<Share[]> {
  const rows = await store
    .selectFrom("shares")
    .select(LISTED)
    .where("visitor_id", "=", visitorId)
    .where((where) => where.or([where("expires_at", "is", null), where("expires_at", ">", now)]))
    .orderBy("created_at", "desc")
    .orderBy("id")
    .execute();
  return rows.map(shareFromRow);
}

/** Everybody's links, newest first, with the hashed id of whose they are. Some may have expired a moment ago. */
export async function listAllShares(store: Store): Promise<(Share & { visitorId: string })[]> {
  const rows = await store
    .selectFrom("shares")
    .select([...LISTED, "visitor_id"])
    .orderBy("created_at", "desc")
    .orderBy("id")
    .execute();
  return rows.map((row) => ({ ...shareFromRow(row), visitorId: row.visitor_id }));
}

const LISTED = ["id", "conversation_id", "title", "created_at", "expires_at"] as const;

function shareFromRow(row: Pick<Selectable<Schema["shares"]>, (typeof LISTED)[number]>): Share {
  return {
    id: row.id,
    conversationId: row.conversation_id,
    title: row.title,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}

export async function countShares(store: Store, visitorId: string): Promise<number> {
  const { count } = await store
    .selectFrom("shares")
    .select((select) => select.fn.countAll<number>().as("count"))
    .where("visitor_id", "=", visitorId)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Ends a link, whoever's it is, or only if it is `visitorId`'s. Whether there was one. */
export async function revokeShare(store: Store, id: string, visitorId?: string): Promise<boolean> {
  let deletion = store.deleteFrom("shares").where("id", "=", id);
  if (visitorId !== undefined) deletion = deletion.where("visitor_id", "=", visitorId);
  const { numDeletedRows } = await deletion.executeTakeFirst();
  return numDeletedRows > 0n;
}

/** Deletes what links showed that have expired. */
export async function deleteExpiredShares(store: Store, now: string): Promise<void> {
  await store.deleteFrom("shares").where("expires_at", "<=", now).execute();
}

/** How the text of an answer came, as far as its log is still there. */
export async function readArrivals(store: Store, answerId: string): Promise<Arrival[]> {
  const logged = await readLog(store, answerId);
  const added = addedTexts(logged.map(({ event }) => event));
  let length = 0;
  return logged.map(({ atMs }, index) => {
    length += added[index]?.length ?? 0;
    return [atMs, length];
  });
}

/**
 * Saves a copy as a conversation of the visitor's own. One that is there under that id already stays as it is; "taken":
 * that one is somebody else's.
 */
export async function saveCopy(store: Store, copy: Placement): Promise<"saved" | "taken"> {
  const { visitorId, conversation } = copy;
  return durably(store, async (transaction) => {
    await lockKeys(transaction, [conversation.id]);
    const existing = await transaction
      .selectFrom("conversations")
      .select("visitor_id")
      .where("id", "=", conversation.id)
      .executeTakeFirst();
    if (existing !== undefined) return existing.visitor_id === visitorId ? "saved" : "taken";
    const placed = await placeConversation(transaction, copy);
    return placed === "taken" ? "taken" : "saved";
  });
}
