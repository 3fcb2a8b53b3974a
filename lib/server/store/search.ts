import { type RawBuilder, type Selectable, sql } from "kysely";
import type { Found } from "@/lib/chat/listing";
import {
  couldHold,
  excerptOf,
  type IndexedTerm,
  indexedTerms,
  joinedRanges,
  placesOf,
  type Range,
  type Wanted,
  wantedIn,
} from "@/lib/chat/search-words";
import { isPostgres, type Store } from "./database";
import type { Schema } from "./schema";
import { markOf, searchedText } from "./search-index";

type Candidate = Pick<Selectable<Schema["conversations"]>, "id" | "title">;

/** A segment, by its conversation and the positions of its first and last message. */
type Span = Pick<Selectable<Schema["search_segments"]>, "conversation_id" | "first_position" | "last_position">;

/** The segments that hold what is looked for, newest first, by their conversation. */
export type Spans = ReadonlyMap<string, readonly Span[]>;

export type Search = {
  /** Of all conversations; undefined where there are too many to be listed. */
  everywhere: Spans | undefined;
  /** Of these conversations. */
  within(conversationIds: readonly string[]): Promise<Spans>;
  /** How many conversations are soon asked that way. */
  soonAsked: number;
  /** As a condition on a query of conversations: whether one has such a segment. */
  mayHold: RawBuilder<boolean>;
  /**
   * What each of the first candidates holds of it, in their order, until `enough` hold all of it in one message and the
   * title; the others do not.
   */
  foundIn(candidates: readonly Candidate[], spans: Spans, enough: number): Promise<(Found | undefined)[]>;
};

/** More are not listed. A word in so many is so common that it will be among the newest conversations, too. */
const MOST_LISTED = 1_500;

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
export async function searchFor(store: Store, visitorId: string, query: string): Promise<Search | undefined> {
  const wanted = wantedIn(query);
  if (wanted.length === 0) return undefined;
  const asked = isPostgres(store) ? askPostgres(visitorId, wanted) : askSqlite(visitorId, wanted);
  const { rows: first } = await asked.everywhere.execute(store);
  return {
    everywhere: first.length < MOST_LISTED ? byConversation(newestFirst(first)) : undefined,
    within: async (ids) => byConversation(newestFirst((await asked.within(ids).execute(store)).rows)),
    soonAsked: asked.soonAsked,
    mayHold: asked.mayHold,
    foundIn: (candidates, spans, enough) => foundIn(store, { candidates, spans, enough, wanted }),
  };
}

/** What is asked of an engine's index. */
type Asked = Pick<Search, "soonAsked" | "mayHold"> & {
  /** The segments that hold all that is wanted, at most `MOST_LISTED`. */
  everywhere: RawBuilder<Span>;
  /** The same, of these conversations. */
  within(conversationIds: readonly string[]): RawBuilder<Span>;
};

const SPAN = sql`conversation_id, first_position, last_position`;

function askSqlite(visitorId: string, wanted: readonly Wanted[]): Asked {
  const question = termsOf(visitorId, wanted)
    .map(({ term, isBeginning }) => `"${term}"${isBeginning ? "*" : ""}`)
    .join(" AND ");
  const holders = sql`search_index cross join search_segments on search_segments.id = search_index.rowid
    where search_index match ${question}`;
  return {
    everywhere: sql`select ${SPAN} from ${holders} limit ${MOST_LISTED}`,
    within(ids) {
      const segments = sql`from search_segments
        where conversation_id in (select value from json_each(${JSON.stringify(ids)}))`;
      return sql`select ${SPAN} ${segments} and id in (
        select rowid from search_index where search_index match ${question}
          and rowid between (select min(id) ${segments}) and (select max(id) ${segments})
      )`;
    },
    // Once the index has been asked, it costs next to nothing.
    soonAsked: 150,
    mayHold: sql`conversations.id in (select conversation_id from ${holders})`,
  };
}

function askPostgres(visitorId: string, wanted: readonly Wanted[]): Asked {
  const question = termsOf(visitorId, wanted)
    .map(({ term, isBeginning }) => `'${term}'${isBeginning ? ":*" : ""}`)
    .join(" & ");
  const holders = sql`select ${SPAN} from search_segments where terms @@ ${question}::tsquery`;
  return {
    everywhere: sql`${holders} limit ${MOST_LISTED}`,
    // Written so that it does not turn to the index of all of them.
    within: (ids) => sql`select ${SPAN} from (
        select *, terms @@ ${question}::tsquery as holds from search_segments
        where conversation_id = any(${ids}::text[]) offset 0
      ) as segments
      where holds`,
    // The terms of each are unpacked.
    soonAsked: 60,
    // By itself: joined to the conversations, it would try the terms of one conversation after the other.
    mayHold: sql`conversations.id in (
      with holders as materialized (${holders}) select conversation_id from holders
    )`,
  };
}

function newestFirst(spans: readonly Span[]): Span[] {
  return spans.toSorted((left, right) => right.first_position - left.first_position);
}

/** The terms of the index that every segment has which holds all of `wanted`. */
function termsOf(visitorId: string, wanted: readonly Wanted[]): IndexedTerm[] {
  const mark = markOf(visitorId);
  return indexedTerms(wanted).map(({ term, isBeginning }) => ({ term: mark + term, isBeginning }));
}

type Looking = { candidates: readonly Candidate[]; spans: Spans; enough: number; wanted: readonly Wanted[] };

async function foundIn(store: Store, { candidates, spans, enough, wanted }: Looking): Promise<(Found | undefined)[]> {
  const found: (Found | undefined)[] = [];
  for (let from = 0; from < candidates.length && found.filter(Boolean).length < enough; from += enough) {
    found.push(...(await foundAmong(store, candidates.slice(from, from + enough), { spans, wanted })));
  }
  return found;
}

async function foundAmong(
  store: Store,
  candidates: readonly Candidate[],
  { spans, wanted }: Pick<Looking, "spans" | "wanted">,
): Promise<(Found | undefined)[]> {
  const found = new Map<string, Found>();
  // Most have it in the newest segment: the others are read where they have not.
  for (let nth = 0; nth < SEGMENTS_READ; nth++) {
    const open = candidates.filter(({ id }) => !found.has(id) && spans.get(id)?.[nth] !== undefined);
    const messages = await messagesOf(
      store,
      open.flatMap(({ id }) => spans.get(id)?.[nth] ?? []),
    );
    for (const { id, title } of open) {
      const one = findIn(title, messages.get(id) ?? [], wanted);
      if (one !== undefined) found.set(id, one);
    }
  }
  return candidates.map(({ id }) => found.get(id));
}

type LookedAt = Pick<Selectable<Schema["messages"]>, "id" | "conversation_id" | "role" | "content">;

/** How many of a conversation's segments are read through, at most: the newest that hold the words. */
const SEGMENTS_READ = 3;

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
  const missing = wanted.filter((_, index) => !isSome(inTitle[index]));
  for (const { id, role, content } of messages) {
    // What stands in a text stands in its JSON as well, and most texts are not worth being read out of it.
    if (!couldHold(content, missing)) continue;
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
