import { type Kysely, sql } from "kysely";

/** On SQLite no row of the journal has the number of one before it: who has read it may empty it later. */
export async function numberJournal(db: Kysely<unknown>): Promise<void> {
  if (db.getExecutor().adapter.supportsTransactionalDdl) return;
  await db.transaction().execute(async (transaction) => {
    await sql`alter table journal rename to earlier_journal`.execute(transaction);
    await sql`create table journal (id integer primary key autoincrement, lines text not null)`.execute(transaction);
    await sql`insert into journal (lines) select lines from earlier_journal order by id`.execute(transaction);
    await sql`drop table earlier_journal`.execute(transaction);
  });
}
