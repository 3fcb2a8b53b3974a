import { type Kysely, sql } from "kysely";

/** SQLite's journal knows who wrote what, and gives no number twice: each instance empties it of its own. */
export async function renewJournal(db: Kysely<unknown>): Promise<void> {
  if (db.getExecutor().adapter.supportsTransactionalDdl) return;
  await sql`alter table journal rename to journal_before`.execute(db);
  await sql`create table journal (
    id integer primary key autoincrement, writer text not null default '', lines text not null)`.execute(db);
  await sql`insert into journal (id, lines) select id, lines from journal_before`.execute(db);
  await sql`drop table journal_before`.execute(db);
}
