import { type Kysely, sql } from "kysely";

/** Who wrote a title; an index of the pinned conversations; and what a search looks at, which search.ts fills. */
export async function createHistory(db: Kysely<unknown>): Promise<void> {
  // Nobody knows who wrote the titles there are, so they are nobody's to change.
  await db.schema
    .alterTable("conversations")
    .addColumn("title_by", "text", (column) => column.notNull().defaultTo("reader"))
    .execute();
  await db.schema
    .createIndex("pinned_conversations")
    .on("conversations")
    .columns(["visitor_id", "updated_at"])
    .where(sql.ref("pinned"), "=", sql.lit(1))
    .execute();
  const isPostgres = db.getExecutor().adapter.supportsTransactionalDdl;
  await (isPostgres ? createPostgresIndex(db) : createSqliteIndex(db));
}

async function createPostgresIndex(db: Kysely<unknown>): Promise<void> {
  await sql`create table search_segments (
    id bigint generated always as identity,
    conversation_id text not null references conversations (id) on delete cascade,
    first_position integer not null,
    last_position integer not null,
    characters integer not null,
    terms tsvector not null,
    primary key (conversation_id, first_position)
  )`.execute(db);
  // A short list of what is not sorted in yet: each search reads all of it.
  await sql`create index search_terms on search_segments using gin (terms)
    with (fastupdate = on, gin_pending_list_limit = 512)`.execute(db);
}

async function createSqliteIndex(db: Kysely<unknown>): Promise<void> {
  await sql`create table search_segments (
    id integer primary key autoincrement,
    conversation_id text not null references conversations (id) on delete cascade,
    first_position integer not null,
    last_position integer not null,
    characters integer not null,
    unique (conversation_id, first_position)
  )`.execute(db);
  await sql`create virtual table search_index using fts5 (
    terms, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii', prefix = '3 4'
  )`.execute(db);
  await sql`create table search_debts (id integer primary key autoincrement)`.execute(db);
  await sql`create trigger search_forgets after delete on search_segments begin
    delete from search_index where rowid = old.id;
    insert into search_debts
      select null where not exists (select 1 from conversations where id = old.conversation_id);
  end`.execute(db);
}
