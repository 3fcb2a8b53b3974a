import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Kysely, Migrator, PostgresDialect, sql, type Transaction } from "kysely";
import Database from "libsql";
import pg from "pg";
import { errorFields, log } from "../operating/log";
import { OrderedSqliteDialect } from "./in-order";
import { migrations } from "./migrations";
import type { Schema } from "./schema";

export type Store = Kysely<Schema>;
export type Queries = Store | Transaction<Schema>;

/** SQLite waits for a lock by stopping the whole process, so it waits briefly; patience lies above (patience.ts). */
const LOCK_WAIT_MS = 20;
/** 16 MB: a checkpoint stops the process for some milliseconds. */
const CHECKPOINT_PAGES = 4_000;
const POOL_SIZE = 10;
const CONNECT_WAIT_MS = 5_000;

/** The store in the SQLite file of `dataDir`, or in PostgreSQL, its tables up to date. Throws when it cannot be used. */
export async function openStore(place: { dataDir: string; databaseUrl?: string | undefined }): Promise<Store> {
  const dialect =
    place.databaseUrl === undefined
      ? new OrderedSqliteDialect({ database: openSqlite(place.dataDir) })
      : new PostgresDialect({ pool: openPool(place.databaseUrl) });
  const store = new Kysely<Schema>({ dialect });
  try {
    await migrate(store);
  } catch (error) {
    await store.destroy();
    throw error;
  }
  return store;
}

/** Told by what the engine can do. */
export function isPostgres(queries: Queries): boolean {
  return queries.getExecutor().adapter.supportsTransactionalDdl;
}

/**
 * A transaction that outlives a power cut. For what a reader must never lose: their message, and an answer that has
 * ended. The events between are written without waiting for the disk, thousands a second; a power cut may take the last
 * of them, and the answer is interrupted then anyway.
 */
export async function durably<Result>(
  store: Store,
  work: (transaction: Transaction<Schema>) => Promise<Result>,
): Promise<Result> {
  // PostgreSQL waits for the disk at every commit.
  if (isPostgres(store)) return store.transaction().execute(work);
  return store.connection().execute(async (connection) => {
    await sql`pragma synchronous = full`.execute(connection);
    try {
      return await connection.transaction().execute(work);
    } finally {
      await sql`pragma synchronous = normal`.execute(connection);
    }
  });
}

/** Lets one transaction at a time work on each of `keys`. SQLite has only one writer anyway. */
export async function lockKeys(transaction: Transaction<Schema>, keys: readonly string[]): Promise<void> {
  if (!isPostgres(transaction)) return;
  // In order, so that two transactions with the same keys never wait for each other.
  for (const key of [...keys].sort()) {
    await sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`.execute(transaction);
  }
}

function openPool(databaseUrl: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: POOL_SIZE,
    connectionTimeoutMillis: CONNECT_WAIT_MS,
    keepAlive: true,
  });
  // An idle connection that dies is replaced by the pool; unheard, its error would end the process.
  pool.on("error", (error) => log("warn", "store_connection", errorFields(error)));
  return pool;
}

function openSqlite(dataDir: string) {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const database = new Database(join(dataDir, "platen.sqlite"));
  database.pragma(`busy_timeout = ${LOCK_WAIT_MS}`);
  database.pragma("journal_mode = WAL");
  // A commit outlives the process at once. It outlives a power cut too where that is asked for: see `durably`.
  database.pragma("synchronous = NORMAL");
  database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  database.pragma("foreign_keys = ON");
  database.pragma("secure_delete = ON");
  return { prepare: cachedPrepare(database), close: () => void database.close() };
}

/** The app has a few dozen statements and runs each of them often. */
function cachedPrepare(database: Database.Database) {
  const statements = new Map<string, Statement>();
  return (text: string) => {
    let statement = statements.get(text);
    if (statement === undefined) {
      statement = lockingStatement(database, text);
      if (statements.size >= 500) statements.clear();
      statements.set(text, statement);
    }
    return statement as never;
  };
}

type Statement = Pick<Database.Statement, "reader" | "all" | "iterate" | "run">;

/**
 * libsql 0.5 does not reset a statement that fails with SQLITE_BUSY. It then counts as a writer at work: SQLite commits
 * none of the following writes, reports success, and throws them away in the end. So the lock is taken by `exec`, which
 * leaves no statement behind, and a write never begins without it.
 */
function lockingStatement(database: Database.Database, text: string): Statement {
  const statement = database.prepare(text);
  const exec = (sql: string) => {
    // A full disk ends the transaction by itself; to end it again would hide that error behind another.
    if (sql !== "rollback" || database.inTransaction) database.exec(sql);
    return { changes: 0, lastInsertRowid: 0 };
  };
  if (text.startsWith("pragma wal_checkpoint")) return statement;
  // How safely it writes cannot be changed within a transaction.
  if (text.startsWith("pragma")) return { reader: false, all: () => [], iterate: noRows, run: () => exec(text) };
  const { all, iterate } = { all: statement.all.bind(statement), iterate: statement.iterate.bind(statement) };
  if (text === "begin") return { reader: false, all, iterate, run: () => exec("begin immediate") };
  if (text === "commit" || text === "rollback") return { reader: false, all, iterate, run: () => exec(text) };
  if (statement.reader) return statement;
  const run: Database.Statement["run"] = (...parameters) => {
    if (database.inTransaction) return statement.run(...parameters);
    exec("begin immediate");
    try {
      const result = statement.run(...parameters);
      exec("commit");
      return result;
    } catch (error) {
      exec("rollback");
      throw error;
    }
  };
  return { reader: false, all, iterate, run };
}

function* noRows(): IterableIterator<never> {}

async function migrate(store: Store): Promise<void> {
  const migrator = new Migrator({ db: store, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}
