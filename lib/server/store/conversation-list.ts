import { type SelectQueryBuilder, sql } from "kysely";
import type { ListedConversation, Listing } from "@/lib/chat/listing";
import type { Store } from "./database";
import type { Schema } from "./schema";
import { type Search, searchFor, searching } from "./search";

const PAGE_SIZE = 50;
const MOST_PINNED = 100;
/** A search reads what it shows, so its pages are shorter; it looks through at most so many pages of candidates. */
const FOUND_PAGE_SIZE = 20;
const MOST_CANDIDATE_PAGES = 3;

export type Page = { query?: string | undefined; cursor?: string | undefined };

/**
 * A page of the visitor's conversations, newest first. With `query` those that hold all its words in their title and one
 * message together. `cursor` is from the page before. Temporary conversations are never listed.
 */
export async function listConversations(store: Store, visitorId: string, page: Page): Promise<Listing> {
  const query = page.query?.trim() ?? "";
  if (query !== "") {
    return searching(store, async (queries) => {
      const search = searchFor(queries, visitorId, query);
      if (search === undefined) return { conversations: [], cursor: null };
      return found(queries, visitorId, search, page.cursor);
    });
  }
  const { listed, cursor } = await read(store, visitorId, { after: page.cursor, limit: PAGE_SIZE });
  const pinned = page.cursor === undefined ? await readPinned(store, visitorId) : [];
  return { conversations: listed, cursor, ...(pinned.length === 0 ? {} : { pinned }) };
}

async function found(store: Store, visitorId: string, search: Search, first: string | undefined): Promise<Listing> {
  const conversations: ListedConversation[] = [];
  let after = first;
  for (let page = 0; page < MOST_CANDIDATE_PAGES; page++) {
    const { listed, cursor } = await read(store, visitorId, { after, limit: FOUND_PAGE_SIZE, search });
    const inThem = await search.foundIn(listed);
    for (const conversation of listed) {
      const one = inThem.get(conversation.id);
      if (one !== undefined) conversations.push({ ...conversation, found: one });
    }
    if (cursor === null) return { conversations, cursor };
    after = cursor;
    if (conversations.length >= FOUND_PAGE_SIZE) break;
  }
  return { conversations, cursor: after ?? null };
}

type Reading = { after: string | undefined; limit: number; search?: Search };

async function read(store: Store, visitorId: string, { after, limit, search }: Reading) {
  let select = listed(store, visitorId).limit(limit + 1);
  if (search !== undefined) select = select.where(search.mayHold("conversations.id"));
  const place = after === undefined ? undefined : readCursor(after);
  if (place !== undefined) {
    select = select.where(({ eb, refTuple, tuple }) =>
      eb(refTuple("updated_at", "id"), "<", tuple(place.updatedAt, place.id)),
    );
  }
  const rows = await select.execute();
  const page = rows.slice(0, limit).map(listedFromRow);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return { listed: page, cursor: last === undefined ? null : `${last.updatedAt}_${last.id}` };
}

async function readPinned(store: Store, visitorId: string): Promise<ListedConversation[]> {
  // Written out, so that the index of the pinned ones serves.
  const rows = await listed(store, visitorId).where(sql<boolean>`pinned = 1`).limit(MOST_PINNED).execute();
  return rows.map(listedFromRow);
}

type Row = { id: string; title: string; updated_at: string; pinned: number; is_answering: unknown };

function listed(store: Store, visitorId: string): SelectQueryBuilder<Schema, "conversations", Row> {
  return store
    .selectFrom("conversations")
    .select(({ eb, selectFrom }) => [
      "id",
      "title",
      "updated_at",
      "pinned",
      // Few answers are under way at any time, so they are looked at, and not the many of each conversation.
      eb(
        "id",
        "in",
        selectFrom("generations")
          .select("conversation_id")
          .where("settled_at", "is", null)
          .where("conversation_id", "is not", null)
          .$castTo<{ conversation_id: string }>(),
      ).as("is_answering"),
    ])
    .where("visitor_id", "=", visitorId)
    .where("temporary_until", "is", null)
    .orderBy("updated_at", "desc")
    .orderBy("id", "desc");
}

function listedFromRow(row: Row): ListedConversation {
  return {
    id: row.id,
    title: row.title,
    updatedAt: row.updated_at,
    pinned: row.pinned !== 0,
    ...(row.is_answering ? { isAnswering: true } : {}),
  };
}

/** As `read` makes it. Anything else, which PostgreSQL might not even take for a text, begins at the beginning. */
const CURSOR = /^([\dT:.Z-]{20,30})_([\da-f-]{36})$/;

function readCursor(cursor: string): { updatedAt: string; id: string } | undefined {
  const [, updatedAt, id] = CURSOR.exec(cursor) ?? [];
  return updatedAt === undefined || id === undefined ? undefined : { updatedAt, id };
}
