import { sql } from "kysely";
import type { GenerationEvent } from "@/lib/chat/message";
import { isPostgres, type Queries } from "./database";

/** An event to be written: `n` counts from 1 in each answer, without holes; `at_ms` are milliseconds since that began. */
export type EventRow = { generation_id: string; n: number; at_ms: number; data: string };

export type LoggedEvent = { n: number; atMs: number; event: GenerationEvent };

/** Neighbouring events of one answer, as they lie in `generation_log`: `n` is the last one's number. */
type Stretch = { generation_id: string; n: number; events: string };

/** A follower of a stored log reads one at a time. */
const STRETCH_LENGTH = 32 * 1024;

/** The channel on which PostgreSQL tells all instances that logs have grown, or that an answer is to stop. */
export const LOG_CHANNEL = "platen";
/** PostgreSQL takes less than 8,000 bytes at once. */
const MAX_ANNOUNCED = 150;
/** Stands for "many": look at all you follow. */
export const ALL_LOGS = "*";

/** Another instance has ended an answer that this one was still writing: it was thought to be dead. */
export class LostGeneration extends Error {}

/**
 * Adds to the logs of any number of answers, in one statement. With PostgreSQL an answer that has ended, or an event
 * that is there already, fails the whole, unless this `isRepeat`, a try after one that may have been carried out.
 */
export async function appendEvents(queries: Queries, rows: readonly EventRow[], isRepeat: boolean): Promise<void> {
  if (rows.length === 0) return;
  if (!isPostgres(queries)) {
    // A row for each event would touch a page for each answer; this is one row, and `foldJournal` sorts it later.
    await queries
      .insertInto("journal")
      .values({ lines: rows.map(lineOf).join("\n") })
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
  await foldJournal(queries);
  const stretches = await queries
    .selectFrom("generation_log")
    .select("events")
    .where("generation_id", "=", id)
    .where("n", ">", after)
    .orderBy("n")
    .limit(mostStretches)
    .execute();
  const logged: LoggedEvent[] = [];
  for (const { events } of stretches) {
    for (const [n, atMs, event] of JSON.parse(events) as [number, number, GenerationEvent][]) {
      // A stretch that was written again after it had been folded begins before the end of the last; one of an
      // instance that has not heard of the end comes behind it.
      const last = logged.at(-1);
      if (n > (last?.n ?? after) && last?.event.type !== "generation_end") logged.push({ n, atMs, event });
    }
  }
  return logged;
}

/**
 * Sorts what was appended on SQLite into the logs of its answers. An answer that has ended has its whole log already.
 * Whoever reads a log calls it first; otherwise it is enough to call it now and then.
 */
export async function foldJournal(queries: Queries): Promise<void> {
  if (isPostgres(queries)) return;
  const waiting = await queries.selectFrom("journal").select("id").limit(1).executeTakeFirst();
  if (waiting === undefined) return;
  await (queries.isTransaction ? fold(queries) : queries.transaction().execute(fold));
}

async function fold(transaction: Queries): Promise<void> {
  const entries = await transaction.selectFrom("journal").select("lines").orderBy("id").execute();
  const rows = entries.flatMap(({ lines }) => lines.split("\n").map(rowOf));
  const stretches = JSON.stringify(stretchesOf(rows).map(({ generation_id, n, events }) => [generation_id, n, events]));
  await sql`insert into generation_log (generation_id, n, events)
    select value ->> 0, value ->> 1, value ->> 2 from json_each(${stretches})
    where exists (select 1 from generations where id = value ->> 0 and settled_at is null)
    on conflict do nothing`.execute(transaction);
  await transaction.deleteFrom("journal").execute();
}

/** JSON has no \n, and no id a space. */
function lineOf({ generation_id, n, at_ms, data }: EventRow): string {
  return `${generation_id} ${n} ${at_ms} ${data}`;
}

/** The inverse, whatever the text has in it: for a pattern's `.` a line ends at U+2028. */
function rowOf(line: string): EventRow {
  const [generation_id = "", n = "", at_ms = ""] = line.split(" ", 3);
  const data = line.slice(generation_id.length + n.length + at_ms.length + 3);
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
