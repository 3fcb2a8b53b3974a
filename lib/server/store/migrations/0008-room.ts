import { type Kysely, sql } from "kysely";

/** What a row and its places in the indexes take beside the texts in it, about. */
const CONVERSATION_BYTES = 1_000;
const MESSAGE_BYTES = 500;

/**
 * Terms of the search that begin with their visitor's mark, so the index is filled anew; how much room each conversation
 * takes, which the store itself counts; and what each network has imported of late.
 */
export async function createRoom(db: Kysely<unknown>): Promise<void> {
  const isPostgres = db.getExecutor().adapter.supportsTransactionalDdl;
  await (isPostgres ? renewPostgresIndex(db) : renewSqliteIndex(db));
  await db.schema
    .alterTable("conversations")
    .addColumn("bytes", "bigint", (column) => column.notNull().defaultTo(CONVERSATION_BYTES))
    .execute();
  await sql`update conversations set bytes = bytes + (
    select coalesce(sum(${roomOf("messages")}), 0) from messages where conversation_id = conversations.id
  )`.execute(db);
  await db.schema.createIndex("conversations_by_room").on("conversations").columns(["visitor_id", "bytes"]).execute();
  await (isPostgres ? countOnPostgres(db) : countOnSqlite(db));
  await db.schema
    .createTable("imports")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("address_hash", "text", (column) => column.notNull())
    .addColumn("at", "text", (column) => column.notNull())
    .addColumn("bytes", "bigint", (column) => column.notNull())
    .execute();
  await db.schema.createIndex("imports_of_address").on("imports").columns(["address_hash", "at"]).execute();
}

function roomOf(row: string) {
  const text = (column: string) => `coalesce(octet_length(${row}.${column}), 0)`;
  return sql.raw(`${MESSAGE_BYTES} + ${text("content")} + ${text("outcome")} + ${text("usage")}`);
}

async function renewPostgresIndex(db: Kysely<unknown>): Promise<void> {
  await sql`truncate search_segments`.execute(db);
  // Who finds the list full sorts it in, while the reader of an answer waits: there are more terms now.
  await sql`alter index search_terms set (gin_pending_list_limit = 128)`.execute(db);
}

async function renewSqliteIndex(db: Kysely<unknown>): Promise<void> {
  await sql`drop trigger search_forgets`.execute(db);
  await sql`drop table search_index`.execute(db);
  await sql`delete from search_segments`.execute(db);
  await sql`delete from search_debts`.execute(db);
  await sql`create virtual table search_index using fts5 (
    terms, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
  )`.execute(db);
  await sql`create trigger search_forgets after delete on search_segments begin
    delete from search_index where rowid = old.id;
    insert into search_debts
      select null where not exists (select 1 from conversations where id = old.conversation_id);
  end`.execute(db);
}

async function countOnSqlite(db: Kysely<unknown>): Promise<void> {
  await sql`create trigger count_new_messages after insert on messages begin
    update conversations set bytes = bytes + (${roomOf("new")}) where id = new.conversation_id;
  end`.execute(db);
  await sql`create trigger count_changed_messages after update of content, outcome, usage on messages begin
    update conversations set bytes = bytes + (${roomOf("new")}) - (${roomOf("old")}) where id = new.conversation_id;
  end`.execute(db);
}

/** Once for a statement, however many messages it writes. */
async function countOnPostgres(db: Kysely<unknown>): Promise<void> {
  await sql`create function count_new_messages() returns trigger language plpgsql as $$ begin
    update conversations set bytes = conversations.bytes + more.bytes
      from (select conversation_id, sum(${roomOf("added")}) as bytes from added group by conversation_id) as more
      where conversations.id = more.conversation_id;
    return null;
  end $$`.execute(db);
  await sql`create trigger count_new_messages after insert on messages
    referencing new table as added for each statement execute function count_new_messages()`.execute(db);
  await sql`create function count_changed_messages() returns trigger language plpgsql as $$ begin
    update conversations set bytes = conversations.bytes + more.bytes
      from (
        select added.conversation_id, sum((${roomOf("added")}) - (${roomOf("removed")})) as bytes
        from added join removed using (id) group by added.conversation_id
      ) as more
      where conversations.id = more.conversation_id and more.bytes <> 0;
    return null;
  end $$`.execute(db);
  await sql`create trigger count_changed_messages after update on messages
    referencing old table as removed new table as added for each statement
    execute function count_changed_messages()`.execute(db);
}
