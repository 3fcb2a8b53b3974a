import { type Selectable, sql, type Transaction } from "kysely";
import type { Found } from "@/lib/chat/listing";
import { type ContentBlock, textOf } from "@/lib/chat/message";
import {
  addTerms,
  excerptOf,
  indexedTerms,
  joinedRanges,
  placesOf,
  type Range,
  type Wanted,
  wantedIn,
} from "@/lib/chat/search-words";
import { errorFields, log } from "../operating/log";
import { processWide } from "../process-wide";
import { isPostgres, lockKeys, type Queries, type Store } from "./database";
import type { Schema } from "./schema";

/**
 * The index knows segments: neighbouring messages of a conversation, with its title, that hold so many characters
 * together. So a word that is in a million messages is in some ten thousand segments, and what an answer adds is written
 * in a millisecond or two.
 */
const SEGMENT_CHARACTERS = 16_384;
/** The rest of a longer message is not searched: PostgreSQL takes no more than 1 MB of terms. */
const SEARCHED_CHARACTERS = 100_000;

type Titled = { id: string; visitor_id: string; title: string };

/**
 * Brings the index up to date from `position` on, within the transaction that saved, settled or deleted messages there;
 * from 1 for the whole conversation, after an import or a new title. Temporary conversations are not searched. The
 * caller holds the lock of the conversation (`lockKeys`).
 */
export async function indexConversation(queries: Queries, id: string, position: number): Promise<void> {
  const conversation = await queries
    .selectFrom("conversations")
    .select(["id", "visitor_id", "title"])
    .where("id", "=", id)
    .where("temporary_until", "is", null)
    .executeTakeFirst();
  if (conversation === undefined) return;
  const start = await startOfRewrite(queries, id, position);
  await queries
    .deleteFrom("search_segments")
    .where("conversation_id", "=", id)
    .where("first_position", ">=", start)
    .execute();
  const messages = await queries
    .selectFrom("messages")
    .select(["position", "content"])
    .where("conversation_id", "=", id)
    .where("position", ">=", start)
    .orderBy("position")
    .execute();
  for (const segment of segmentsOf(messages, start)) await saveSegment(queries, conversation, segment);
}

/** Where answers stand, by the id of their conversation: the first position of each. */
export type Places = ReadonlyMap<string, number>;

/** Locks the conversations of these answers, which are about to be settled, and returns where they stand. */
export async function lockAnswers(transaction: Transaction<Schema>, ids: readonly string[]): Promise<Places> {
  const rows = await transaction
    .selectFrom("messages")
    .select(({ fn }) => ["conversation_id", fn.min("position").as("position")])
    .where("id", "in", ids)
    .groupBy("conversation_id")
    .execute();
  await lockKeys(
    transaction,
    rows.map((row) => row.conversation_id),
  );
  return new Map(rows.map((row) => [row.conversation_id, row.position]));
}

/** Brings the index up to date with the answers at `places`, and with what was asked for them. */
export async function indexAnswers(transaction: Transaction<Schema>, places: Places): Promise<void> {
  for (const [conversationId, position] of places) await indexConversation(transaction, conversationId, position);
}

const UNINDEXED_A_STEP = 20;

/** Brings into the index what was there before it. */
export async function indexUnindexed(store: Store): Promise<void> {
  for (;;) {
    const rows = await store
      .selectFrom("conversations")
      .select("id")
      .where("temporary_until", "is", null)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom("search_segments")
              .select("search_segments.conversation_id")
              .whereRef("search_segments.conversation_id", "=", "conversations.id"),
          ),
        ),
      )
      .orderBy("updated_at", "desc")
      .limit(UNINDEXED_A_STEP)
      .execute();
    if (rows.length === 0) return;
    for (const { id } of rows) {
      await store.transaction().execute(async (transaction) => {
        await lockKeys(transaction, [id]);
        await indexConversation(transaction, id, 1);
      });
      await pause(0);
    }
  }
}

/** The first position of the segment that holds `position`, or of the one that it opens. */
async function startOfRewrite(queries: Queries, conversationId: string, position: number): Promise<number> {
  const segment = await queries
    .selectFrom("search_segments")
    .select(["first_position", "last_position", "characters"])
    .where("conversation_id", "=", conversationId)
    .where("first_position", "<=", position)
    .orderBy("first_position", "desc")
    .executeTakeFirst();
  if (segment === undefined) return 1;
  const isWithin = position <= segment.last_position || segment.characters < SEGMENT_CHARACTERS;
  return isWithin ? segment.first_position : segment.last_position + 1;
}

type Segment = { first: number; last: number; characters: number; terms: Set<string> };

function segmentsOf(messages: readonly { position: number; content: string }[], start: number): Segment[] {
  const open = (first: number): Segment => ({ first, last: first - 1, characters: 0, terms: new Set() });
  // One without messages still has a title.
  const segments = [open(start)];
  for (const { position, content } of messages) {
    let segment = segments.at(-1) as Segment;
    if (segment.characters >= SEGMENT_CHARACTERS) {
      segment = open(position);
      segments.push(segment);
    }
    const text = searchedText(content);
    addTerms(segment.terms, text);
    segment.characters += text.length;
    segment.last = position;
  }
  return segments;
}

function searchedText(content: string): string {
  return textOf(JSON.parse(content) as ContentBlock[]).slice(0, SEARCHED_CHARACTERS);
}

async function saveSegment(queries: Queries, conversation: Titled, segment: Segment): Promise<void> {
  const terms = new Set(segment.terms).add(visitorTerm(conversation.visitor_id));
  addTerms(terms, conversation.title);
  const row = {
    conversation_id: conversation.id,
    first_position: segment.first,
    last_position: segment.last,
    characters: segment.characters,
  };
  if (isPostgres(queries)) {
    const vector = sql<string>`array_to_tsvector(${[...terms]}::text[])`;
    await queries
      .insertInto("search_segments")
      .values({ ...row, terms: vector })
      .execute();
    return;
  }
  const { id } = await queries.insertInto("search_segments").values(row).returning("id").executeTakeFirstOrThrow();
  await sql`insert into search_index (rowid, terms) values (${id}, ${[...terms].join(" ")})`.execute(queries);
}

/** Keeps the words of others out of the way. What may be shown is decided by the conversation's visitor alone. */
function visitorTerm(visitorId: string): string {
  return `0v${visitorId.replace(/[^0-9a-z]/gi, "").toLowerCase()}`;
}

/** The segments that hold all of `wanted`, as a condition on `search_segments`. */
function holdsAll(queries: Queries, visitorId: string, wanted: readonly Wanted[]) {
  const visitor = visitorTerm(visitorId);
  const terms = [{ term: visitor, isBeginning: false }, ...indexedTerms(wanted)];
  if (isPostgres(queries)) {
    const query = terms.map(({ term, isBeginning }) => `'${term}'${isBeginning ? ":*" : ""}`).join(" & ");
    return sql<boolean>`search_segments.terms @@ ${query}::tsquery`;
  }
  const query = terms.map(({ term, isBeginning }) => `"${term}"${isBeginning ? "*" : ""}`).join(" AND ");
  return sql<boolean>`search_segments.id in (select rowid from search_index where search_index match ${query})`;
}

type Candidate = Pick<Selectable<Schema["conversations"]>, "id" | "title">;

export type Search = {
  /** As a condition on a query of conversations: those that may hold what is looked for. */
  mayHold(conversationId: string): ReturnType<typeof sql<boolean>>;
  /** What each of the candidates holds of it; those that do not hold all of it in one message and the title are left out. */
  foundIn(candidates: readonly Candidate[]): Promise<Map<string, Found>>;
};

/**
 * Runs the queries of a search. PostgreSQL takes the rows of segments for small, because their terms lie elsewhere, and
 * would rather read the terms of all of them than the index.
 */
export async function searching<Result>(store: Store, work: (queries: Store) => Promise<Result>): Promise<Result> {
  if (!isPostgres(store)) return work(store);
  return store.transaction().execute(async (transaction) => {
    await sql`set local enable_seqscan = off`.execute(transaction);
    return work(transaction);
  });
}

/** A search in the visitor's conversations; undefined when `query` asks for nothing that could be found. */
export function searchFor(store: Store, visitorId: string, query: string): Search | undefined {
  const wanted = wantedIn(query);
  if (wanted.length === 0) return undefined;
  const condition = holdsAll(store, visitorId, wanted);
  const holders = sql`select conversation_id from search_segments where ${condition}`;
  // By itself: joined to the conversations, PostgreSQL would try the terms of one conversation after the other.
  const all = isPostgres(store) ? sql`with found as materialized (${holders}) select * from found` : holders;
  return {
    mayHold: (column) => sql<boolean>`${sql.ref(column)} in (${all})`,
    async foundIn(candidates) {
      const found = new Map<string, Found>();
      const ids = candidates.map(({ id }) => id);
      const segments = ids.length === 0 ? new Map<string, Span[]>() : await segmentsThatHold(store, ids, condition);
      // Most have it in the newest segment: the others are read where they have not.
      for (let nth = 0; nth < SEGMENTS_READ; nth++) {
        const open = candidates.filter(({ id }) => !found.has(id) && segments.get(id)?.[nth] !== undefined);
        const messages = await messagesOf(
          store,
          open.flatMap(({ id }) => segments.get(id)?.[nth] ?? []),
        );
        for (const { id, title } of open) {
          const one = findIn(title, messages.get(id) ?? [], wanted);
          if (one !== undefined) found.set(id, one);
        }
      }
      return found;
    },
  };
}

type LookedAt = Pick<Selectable<Schema["messages"]>, "id" | "conversation_id" | "role" | "content">;

/** A segment, by its conversation and the positions of its first and last message. */
type Span = Pick<Selectable<Schema["search_segments"]>, "conversation_id" | "first_position" | "last_position">;

/** How many of a conversation's segments are read through, at most: the newest that hold the words. */
const SEGMENTS_READ = 3;

/** By conversation, the segments that hold the words, newest first. */
async function segmentsThatHold(
  store: Store,
  conversationIds: readonly string[],
  condition: ReturnType<typeof holdsAll>,
): Promise<Map<string, Span[]>> {
  const rows = await store
    .selectFrom("search_segments")
    .select(["conversation_id", "first_position", "last_position"])
    .where("conversation_id", "in", conversationIds)
    .where(condition)
    .orderBy("first_position", "desc")
    .execute();
  return byConversation(rows);
}

/** By conversation, the messages of these segments, newest first. */
async function messagesOf(store: Store, spans: readonly Span[]): Promise<Map<string, LookedAt[]>> {
  if (spans.length === 0) return new Map();
  const rows = await store
    .selectFrom("messages")
    .select(["id", "conversation_id", "role", "content"])
    .where(({ eb, and, or }) =>
      or(
        spans.map((span) =>
          and([
            eb("conversation_id", "=", span.conversation_id),
            eb("position", ">=", span.first_position),
            eb("position", "<=", span.last_position),
          ]),
        ),
      ),
    )
    .orderBy("position", "desc")
    .execute();
  return byConversation(rows);
}

function byConversation<Row extends { conversation_id: string }>(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const known = groups.get(row.conversation_id);
    if (known === undefined) groups.set(row.conversation_id, [row]);
    else known.push(row);
  }
  return groups;
}

function findIn(title: string, messages: readonly LookedAt[], wanted: readonly Wanted[]): Found | undefined {
  const inTitle = placesOf(title, wanted);
  for (const { id, role, content } of messages) {
    const text = searchedText(content);
    const inText = placesOf(text, wanted);
    const isHere = inText.some(isSome) && wanted.every((_, index) => isSome(inText[index]) || isSome(inTitle[index]));
    if (!isHere) continue;
    const { text: excerpt, ranges } = excerptOf(text, joinedRanges(inText.flat()));
    return { title: joinedRanges(inTitle.flat()), message: { id, role, excerpt, ranges } };
  }
  return inTitle.every(isSome) ? { title: joinedRanges(inTitle.flat()), message: null } : undefined;
}

function isSome(ranges: readonly Range[] | undefined): boolean {
  return ranges !== undefined && ranges.length > 0;
}

const PAGES_A_STEP = 16;
/** A small index is rid of the words at once; a big one soon after, a little at a time. */
const AT_ONCE_MS = 200;
const REST_MS = 20;

/**
 * Removes from SQLite's index the words of conversations that are deleted: until its parts are written anew they stand
 * in it, though no search finds them. Resolves when they are gone, or sooner where that takes long; it then goes on by
 * itself, and after a restart with the next call. PostgreSQL needs none of this.
 */
export async function forgetDeleted(store: Store): Promise<void> {
  const forgetting = processWide<{ isUnderWay: boolean }>("forgetting", () => ({ isUnderWay: false }));
  if (isPostgres(store) || forgetting.isUnderWay) return;
  const debt = await newestDebt(store);
  if (debt === null) return;
  forgetting.isUnderWay = true;
  const paid = (async () => {
    await mergeStep(store, -PAGES_A_STEP);
    const restFrom = Date.now() + AT_ONCE_MS;
    // Others get their turn between two steps.
    while (await mergeStep(store, PAGES_A_STEP)) await pause(Date.now() > restFrom ? REST_MS : 0);
    await store.deleteFrom("search_debts").where("id", "<=", debt).execute();
  })();
  const isOver = paid
    .catch((error: unknown) => log("warn", "forget_deleted", errorFields(error)))
    .finally(() => {
      forgetting.isUnderWay = false;
    });
  await Promise.race([isOver, pause(AT_ONCE_MS)]);
}

async function newestDebt(store: Store): Promise<number | null> {
  const { newest } = await store
    .selectFrom("search_debts")
    .select((select) => select.fn.max("id").as("newest"))
    .executeTakeFirstOrThrow();
  return newest;
}

/** Whether there is more to do: https://sqlite.org/fts5.html, "The 'merge' command". */
async function mergeStep(store: Store, pages: number): Promise<boolean> {
  return store.connection().execute(async (connection) => {
    const changes = async () => {
      const { rows } = await sql<{ changes: number }>`select total_changes() as changes`.execute(connection);
      return rows[0]?.changes ?? 0;
    };
    const before = await changes();
    await sql`insert into search_index (search_index, rank) values ('merge', ${pages})`.execute(connection);
    return (await changes()) - before >= 2;
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
