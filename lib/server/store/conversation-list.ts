import { type RawBuilder, type SelectQueryBuilder, sql } from "kysely";
import type { ListedConversation, Listing } from "@/lib/chat/listing";
import { isPostgres, type Store } from "./database";
import type { Schema } from "./schema";
import { type Search, type Spans, searchFor, searching } from "./search";

const PAGE_SIZE = 50;
const MOST_PINNED = 100;
/** A search reads what it shows, so its pages are shorter; it looks through at most so many candidates. */
const FOUND_PAGE_SIZE = 20;
const MOST_CANDIDATES = 30;

export type Page = { query?: string | undefined; cursor?: string | undefined };

/**
 * A page of the visitor's conversations, newest first. With `query` those that hold all its words in their title and one
 * message together. `cursor` is from the page before. Temporary conversations are never listed.
 */
export async function listConversations(store: Store, visitorId: string, page: Page): Promise<Listing> {
  const query = page.query?.trim() ?? "";
  if (query !== "") {
    return searching(store, async (queries) => {
      const search = await searchFor(queries, visitorId, query);
      if (search === undefined) return { conversations: [], cursor: null };
      return found(queries, visitorId, search, page.cursor);
    });
  }
  const { listed, cursor } = await read(store, visitorId, { after: page.cursor, limit: PAGE_SIZE });
  const pinned = page.cursor === undefined ? await readPinned(store, visitorId) : [];
  return { conversations: listed, cursor, ...(pinned.length === 0 ? {} : { pinned }) };
}

/**
 * Words that are everywhere are among the newest conversations, and those are asked first: to put all that hold them in
 * order would take longer.
 */
async function found(store: Store, visitorId: string, search: Search, after: string | undefined): Promise<Listing> {
  const { everywhere } = search;
  if (everywhere !== undefined) {
    const page = await read(store, visitorId, { after, limit: MOST_CANDIDATES, only: isAmong(store, everywhere) });
    return readThrough(search, page, everywhere);
  }
  const { listed, cursor } = await read(store, visitorId, { after, limit: search.soonAsked });
  const spans = await search.within(listed.map(({ id }) => id));
  const nearby = await readThrough(search, { listed: listed.filter(({ id }) => spans.has(id)), cursor }, spans);
  if (nearby.conversations.length > 0 || nearby.cursor === null) return nearby;
  const rest = await read(store, visitorId, { after: nearby.cursor, limit: MOST_CANDIDATES, only: search.mayHold });
  return readThrough(search, rest, await search.within(rest.listed.map(({ id }) => id)));
}

type Candidates = { listed: ListedConversation[]; cursor: string | null };

/** What the first of the candidates hold; the cursor is behind the last that was read, or theirs where all were. */
async function readThrough(search: Search, { listed, cursor }: Candidates, spans: Spans): Promise<Listing> {
  const found = await search.foundIn(listed.slice(0, MOST_CANDIDATES), spans, FOUND_PAGE_SIZE);
  const conversations = listed.flatMap((one, index) => {
    const inIt = found[index];
    return inIt === undefined ? [] : [{ ...one, found: inIt }];
  });
  const last = found.length < listed.length ? listed[found.length - 1] : undefined;
  return { conversations, cursor: last === undefined ? cursor : cursorAt(last) };
}

function isAmong(store: Store, spans: Spans): RawBuilder<boolean> {
  const ids = [...spans.keys()];
  return isPostgres(store)
    ? sql`id = any(${ids}::text[])`
    : sql`id in (select value from json_each(${JSON.stringify(ids)}))`;
}

type Reading = { after: string | undefined; limit: number; only?: RawBuilder<boolean> };

async function read(store: Store, visitorId: string, { after, limit, only }: Reading): Promise<Candidates> {
  let select = listed(store, visitorId).limit(limit + 1);
  if (only !== undefined) select = select.where(only);
  const place = after === undefined ? undefined : readCursor(after);
  if (place !== undefined) {
    select = select.where(({ eb, refTuple, tuple }) =>
      eb(refTuple("updated_at", "id"), "<", tuple(place.updatedAt, place.id)),
    );
  }
  const rows = await select.execute();
  const page = rows.slice(0, limit).map(listedFromRow);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return { listed: page, cursor: last === undefined ? null : cursorAt(last) };
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

function cursorAt({ updatedAt, id }: ListedConversation): string {
  return `${updatedAt}_${id}`;
}

/** As `cursorAt` makes it. Anything else, which PostgreSQL might not even take for a text, begins at the beginning. */
const CURSOR = /^([\dT:.Z-]{20,30})_([\da-f-]{36})$/;

function readCursor(cursor: string): { updatedAt: string; id: string } | undefined {
  const [, updatedAt, id] = CURSOR.exec(cursor) ?? [];
  return updatedAt === undefined || id === undefined ? undefined : { updatedAt, id };
}
