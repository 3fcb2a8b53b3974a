import { type Kysely, sql } from "kysely";

/** A log lies in stretches instead of a row for each event; on SQLite, what is written goes into a journal first. */
export async function createLog(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("generation_log")
    .addColumn("generation_id", "text", (column) => column.notNull().references("generations.id").onDelete("cascade"))
    .addColumn("n", "integer", (column) => column.notNull())
    .addColumn("events", "text", (column) => column.notNull())
    .addPrimaryKeyConstraint("generation_log_pk", ["generation_id", "n"])
    .execute();
  await sql`insert into generation_log (generation_id, n, events)
    select generation_id, max(n), '[' || string_agg('[' || n || ',' || at_ms || ',' || data || ']', ',' order by n) || ']'
    from generation_events group by generation_id`.execute(db);
  await db.schema.dropTable("generation_events").execute();
  if (db.getExecutor().adapter.supportsTransactionalDdl) return;
  await sql`create table journal (id integer primary key, lines text not null)`.execute(db);
}
