import { type Kysely, sql } from "kysely";

export async function createArchive(db: Kysely<unknown>): Promise<void> {
  // An export goes through a visitor's conversations in the order they were begun, which nothing changes while it runs.
  await db.schema
    .createIndex("conversations_by_age")
    .on("conversations")
    .columns(["visitor_id", "created_at", "id"])
    .execute();
  const isPostgres = db.getExecutor().adapter.supportsTransactionalDdl;
  if (isPostgres) return;
  await sql`create table scrub_debts (id integer primary key autoincrement)`.execute(db);
  // Messages go with the one they follow, and SQLite takes no more than 1,000 such steps: here they all go at once.
  await sql`create trigger unchain_messages before delete on conversations begin
    update messages set parent_id = null where conversation_id = old.id;
  end`.execute(db);
  await sql`create trigger deleted_conversations after delete on conversations begin
    insert into scrub_debts select null;
  end`.execute(db);
}
