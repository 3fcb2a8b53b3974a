import { createHash } from "node:crypto";
import { sql, type Transaction } from "kysely";
import { type ContentBlock, textOf } from "@/lib/chat/message";
import { addTerms } from "@/lib/chat/search-words";
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
/** The rest of a longer message is not searched. */
const SEARCHED_CHARACTERS = 100_000;
/** PostgreSQL takes no more than 1 MB in a `tsvector`. */
const MOST_TERM_BYTES = 1_000_000;
const MARK_LENGTH = 4;

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

/** The text of a message as far as it is searched. */
export function searchedText(content: string): string {
  return textOf(JSON.parse(content) as ContentBlock[]).slice(0, SEARCHED_CHARACTERS);
}

async function saveSegment(queries: Queries, conversation: Titled, segment: Segment): Promise<void> {
  addTerms(segment.terms, conversation.title);
  const mark = markOf(conversation.visitor_id);
  const terms = atMost(
    MOST_TERM_BYTES,
    Array.from(segment.terms, (term) => mark + term),
  );
  const row = {
    conversation_id: conversation.id,
    first_position: segment.first,
    last_position: segment.last,
    characters: segment.characters,
  };
  if (isPostgres(queries)) {
    const vector = sql<string>`array_to_tsvector(${terms}::text[])`;
    await queries
      .insertInto("search_segments")
      .values({ ...row, terms: vector })
      .execute();
    return;
  }
  const { id } = await queries.insertInto("search_segments").values(row).returning("id").executeTakeFirstOrThrow();
  await sql`insert into search_index (rowid, terms) values (${id}, ${terms.join(" ")})`.execute(queries);
}

/** As many of `terms` as have so many bytes together: all of them, unless somebody has made it their aim. */
function atMost(bytes: number, terms: readonly string[]): readonly string[] {
  let length = 0;
  const over = terms.findIndex((term) => {
    length += Buffer.byteLength(term);
    return length > bytes;
  });
  return over === -1 ? terms : terms.slice(0, over);
}

/**
 * What each term of the visitor begins with: the terms of others lie elsewhere in the index, and cost nothing. Two
 * visitors may have the same mark; what may be shown is decided by the conversation's visitor alone.
 */
export function markOf(visitorId: string): string {
  return createHash("sha256").update(visitorId).digest("hex").slice(0, MARK_LENGTH);
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
  const debt = await newestDebt(store, "search_debts");
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

/** SQLite: the newest of what is still to be done for the conversations that were deleted. */
export async function newestDebt(store: Store, table: "scrub_debts" | "search_debts"): Promise<number | null> {
  const { newest } = await store
    .selectFrom(table)
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
