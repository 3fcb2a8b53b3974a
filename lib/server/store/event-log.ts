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
/** So many events are sorted without a pause: some milliseconds of work. */
const FOLD_STEP = 500;

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
 * that is there already, fails the whole; the latter not when this `isRepeat`, a try after one that may have been carried
 * out.
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
  const isWhole = isRepeat ? await areOpen(queries, stretches) : numAffectedRows === BigInt(stretches.length);
  if (!isWhole) throw new LostGeneration();
}

/** Whether nobody has ended one of these answers: only then is all that is in their logs of this instance. */
async function areOpen(queries: Queries, stretches: readonly Stretch[]): Promise<boolean> {
  const ids = [...new Set(stretches.map(({ generation_id }) => generation_id))];
  const open = await queries
    .selectFrom("generations")
    .select("id")
    .where("id", "in", ids)
    .where("settled_at", "is", null)
    .execute();
  return open.length === ids.length;
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
  const logged = await readSorted(queries, id, after, mostStretches);
  // To the log of an answer that has ended the journal adds nothing.
  if (logged.at(-1)?.event.type === "generation_end" || !(await foldJournal(queries))) return logged;
  return readSorted(queries, id, after, mostStretches);
}

async function readSorted(queries: Queries, id: string, after: number, mostStretches: number): Promise<LoggedEvent[]> {
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
 * Sorts what was appended on SQLite into the logs of its answers; false where there was nothing. An answer that has ended
 * has its whole log already. Whoever misses something in a log calls it; otherwise it is enough to call it now and then,
 * with a `pause` that lets the process do other work. The journal is emptied last, so what is broken off, or done by two
 * at once, is only done again: `readLog` knows stretches that overlap.
 */
export async function foldJournal(queries: Queries, pause?: () => Promise<void>): Promise<boolean> {
  if (isPostgres(queries)) return false;
  const entries = await queries.selectFrom("journal").selectAll().orderBy("id").execute();
  const last = entries.at(-1);
  if (last === undefined) return false;
  await pause?.();
  const lines = byAnswer(entries.flatMap((entry) => entry.lines.split("\n")));
  for (let at = 0; at < lines.length; at += FOLD_STEP) {
    await pause?.();
    const stretches = stretchesOf(lines.slice(at, at + FOLD_STEP).map(rowOf));
    const given = JSON.stringify(stretches.map(({ generation_id, n, events }) => [generation_id, n, events]));
    await sql`insert into generation_log (generation_id, n, events)
      select value ->> 0, value ->> 1, value ->> 2 from json_each(${given})
      where exists (select 1 from generations where id = value ->> 0 and settled_at is null)
      on conflict do nothing`.execute(queries);
  }
  await pause?.();
  await queries.deleteFrom("journal").where("id", "<=", last.id).execute();
  return true;
}

/** `lines` with those of one answer together, in order. */
function byAnswer(lines: readonly string[]): string[] {
  const answers = new Map<string, string[]>();
  for (const line of lines) {
    const id = line.slice(0, line.indexOf(" "));
    const answer = answers.get(id);
    if (answer === undefined) answers.set(id, [line]);
    else answer.push(line);
  }
  return [...answers.values()].flat();
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

/** Events of any answers, in order, as they are put together. */
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
  return stretches.map((stretch) => ({ ...stretch, events: `[${stretch.events}]` }));
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
