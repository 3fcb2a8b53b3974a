import { sql } from "kysely";
import type { GenerationEvent } from "@/lib/chat/message";
import { isPostgres, type Queries, type Store } from "./database";

/** An event to be written: `n` counts from 1 in each answer, without holes; `at_ms` are milliseconds since that began. */
export type EventRow = { generation_id: string; n: number; at_ms: number; data: string };

export type LoggedEvent = { n: number; atMs: number; event: GenerationEvent };

/** Neighbouring events of one answer, as they lie in `generation_log`: `n` is the last one's number. */
type Stretch = { generation_id: string; n: number; events: string };

/** A follower of a stored log reads one at a time. */
const STRETCH_LENGTH = 32 * 1024;
/** Entries of the journal that are sorted in one transaction: some ten milliseconds of work. */
const ENTRIES_AT_ONCE = 16;

/** The channel on which PostgreSQL tells all instances that logs have grown, or that an answer is to stop. */
export const LOG_CHANNEL = "platen";
/** PostgreSQL takes less than 8,000 bytes at once. */
const MAX_ANNOUNCED = 150;
/** Stands for "many": look at all you follow. */
export const ALL_LOGS = "*";

/** Another instance has ended an answer that this one was still writing: it was thought to be dead. */
export class LostGeneration extends Error {}

/**
 * Adds to the logs of any number of answers, in one statement; `writer` is the instance that runs them. With PostgreSQL an
 * answer that has ended, or an event that is there already, fails the whole, unless this `isRepeat`, a try after one that
 * may have been carried out.
 */
export async function appendEvents(
  queries: Queries,
  rows: readonly EventRow[],
  writer: string,
  isRepeat: boolean,
): Promise<void> {
  if (rows.length === 0) return;
  if (!isPostgres(queries)) {
    // A row for each event would touch a page for each answer; this is one row, and what is in it is sorted later.
    await queries
      .insertInto("journal")
      .values({ writer, lines: rows.map(lineOf).join("\n") })
      .execute();
    return;
  }
  const stretches = stretchesOf(rows);
  const { numAffectedRows } = await sql`${announcedInsert(stretches)}
    where exists (select 1 from generations where id = logged.generation_id and settled_at is null)
    ${isRepeat ? sql`on conflict do nothing` : sql``}`.execute(queries);
  if (!isRepeat && numAffectedRows !== BigInt(stretches.length)) throw new LostGeneration();
}

/** Makes `rows` the whole log of the answer `id`. */
export async function replaceLog(queries: Queries, id: string, rows: readonly EventRow[]): Promise<void> {
  await queries.deleteFrom("generation_log").where("generation_id", "=", id).execute();
  const stretches = stretchesOf(rows);
  if (isPostgres(queries)) await announcedInsert(stretches).execute(queries);
  else await queries.insertInto("generation_log").values(stretches).execute();
}

/** The events of an answer after `after`, in order; of a long log those of the first `mostStretches` stretches. */
export async function readLog(
  queries: Queries,
  id: string,
  after = 0,
  mostStretches = Number.MAX_SAFE_INTEGER,
): Promise<LoggedEvent[]> {
  // First: what is sorted in between is then read twice, and not missed.
  const journaled = await readJournal(queries, id);
  const stretches = await queries
    .selectFrom("generation_log")
    .select("events")
    .where("generation_id", "=", id)
    .where("n", ">", after)
    .orderBy("n")
    .limit(mostStretches)
    .execute();
  const logged: LoggedEvent[] = [];
  // Stretches overlap where events were sorted in twice; those of an instance that has not heard of the end come behind it.
  const add = (n: number, atMs: number, event: GenerationEvent) => {
    const last = logged.at(-1);
    if (n > (last?.n ?? after) && last?.event.type !== "generation_end") logged.push({ n, atMs, event });
  };
  for (const { events } of stretches) {
    for (const [n, atMs, event] of JSON.parse(events) as [number, number, GenerationEvent][]) add(n, atMs, event);
  }
  if (stretches.length < mostStretches) {
    for (const { n, at_ms, data } of journaled) add(n, at_ms, JSON.parse(data) as GenerationEvent);
  }
  return logged;
}

/** What the journal has of an answer under way; one that has ended has its whole log. */
async function readJournal(queries: Queries, id: string): Promise<EventRow[]> {
  if (isPostgres(queries)) return [];
  const entries = await queries
    .selectFrom("journal")
    .select("lines")
    .where((where) =>
      where.exists(where.selectFrom("generations").select("id").where("id", "=", id).where("settled_at", "is", null)),
    )
    .where(sql<boolean>`instr(lines, ${`${id} `}) > 0`)
    .orderBy("id")
    .execute();
  const rows = entries.flatMap(({ lines }) => lines.split("\n").map(rowOf));
  return rows.filter(({ generation_id }) => generation_id === id);
}

/** The number of the journal's last entry: whatever is written from now on gets a higher one. */
export async function endOfJournal(queries: Queries): Promise<number> {
  const { end } = await queries
    .selectFrom("journal")
    .select((select) => select.fn.max("id").as("end"))
    .executeTakeFirstOrThrow();
  return end ?? 0;
}

/** SQLite: puts events into the logs of answers under way. One that has ended has its whole log already. */
export async function sortIn(queries: Queries, rows: readonly EventRow[]): Promise<void> {
  const stretches = JSON.stringify(stretchesOf(rows).map(({ generation_id, n, events }) => [generation_id, n, events]));
  await sql`insert into generation_log (generation_id, n, events)
    select value ->> 0, value ->> 1, value ->> 2 from json_each(${stretches})
    where exists (select 1 from generations where id = value ->> 0 and settled_at is null)
    on conflict do nothing`.execute(queries);
}

/**
 * Empties the journal of what `writer` has sorted in up to the entry `end`, and of what was written by instances none of
 * whose answers is under way: the whole logs of those are in their places.
 */
export async function trimJournal(queries: Queries, writer: string, end: number): Promise<void> {
  await queries
    .deleteFrom("journal")
    .where((where) =>
      where.or([
        where.and([where("writer", "=", writer), where("id", "<=", end)]),
        where.not(
          where.exists(
            where
              .selectFrom("generations")
              .select("generations.id")
              .whereRef("instance_id", "=", "writer")
              .where("settled_at", "is", null),
          ),
        ),
      ]),
    )
    .execute();
}

/** Sorts in all that the journal has, whoever wrote it, so that what was deleted is nowhere in it any more. */
export async function foldJournal(store: Store): Promise<void> {
  if (isPostgres(store)) return;
  const end = await endOfJournal(store);
  while (await store.transaction().execute((transaction) => foldSome(transaction, end)));
}

/** Whether there may be more. */
async function foldSome(transaction: Queries, end: number): Promise<boolean> {
  const entries = await transaction
    .selectFrom("journal")
    .select(["id", "lines"])
    .where("id", "<=", end)
    .orderBy("id")
    .limit(ENTRIES_AT_ONCE)
    .execute();
  const last = entries.at(-1);
  if (last === undefined) return false;
  const rows = entries.flatMap(({ lines }) => lines.split("\n").map(rowOf));
  await sortIn(transaction, rows);
  await transaction.deleteFrom("journal").where("id", "<=", last.id).execute();
  return last.id < end;
}

/** JSON has no line breaks, and no id a space. */
function lineOf({ generation_id, n, at_ms, data }: EventRow): string {
  return `${generation_id} ${n} ${at_ms} ${data}`;
}

function rowOf(line: string): EventRow {
  const [, generation_id = "", n, at_ms, data = ""] = /^(\S+) (\d+) (\d+) (.*)$/.exec(line) ?? [];
  return { generation_id, n: Number(n), at_ms: Number(at_ms), data };
}

function stretchesOf(rows: readonly EventRow[]): Stretch[] {
  const stretches: Stretch[] = [];
  const open = new Map<string, Stretch>();
  for (const { generation_id, n, at_ms, data } of rows) {
    const event = `[${n},${at_ms},${data}]`;
    const last = open.get(generation_id);
    // A commit that was tried again may have been carried out twice.
    if (last !== undefined && n <= last.n) continue;
    if (last !== undefined && last.events.length < STRETCH_LENGTH) {
      last.n = n;
      last.events += `,${event}`;
    } else {
      const next = { generation_id, n, events: event };
      open.set(generation_id, next);
      stretches.push(next);
    }
  }
  for (const stretch of stretches) stretch.events = `[${stretch.events}]`;
  return stretches;
}

function announcedInsert(stretches: readonly Stretch[]) {
  const ids = [...new Set(stretches.map(({ generation_id }) => generation_id))];
  const announced = ids.length > MAX_ANNOUNCED ? ALL_LOGS : ids.join(" ");
  const column = <Key extends keyof Stretch>(key: Key) => stretches.map((stretch) => stretch[key]);
  return sql`with told as (select pg_notify(${LOG_CHANNEL}, ${announced}))
    insert into generation_log (generation_id, n, events)
    select logged.* from told, unnest(${column("generation_id")}::text[], ${column("n")}::int[],
      ${column("events")}::text[]) as logged (generation_id, n, events)`;
}
