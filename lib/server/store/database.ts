import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Kysely, Migrator, SqliteDialect } from "kysely";
import Database from "libsql";
import { migrations } from "./migrations";
import type { Schema } from "./schema";

export type Store = Kysely<Schema>;

const LOCK_WAIT_MS = 5_000;

/** The store in `dataDir`, its tables up to date. Throws when the folder or the file cannot be written. */
export async function openStore(dataDir: string): Promise<Store> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const database = openSqlite(join(dataDir, "platen.sqlite"));
  const store = new Kysely<Schema>({ dialect: new SqliteDialect({ database }) });
  await migrate(store);
  return store;
}

function openSqlite(file: string) {
  const database = new Database(file);
  database.pragma("journal_mode = WAL");
  // An event is sent only once it is on the disk: FULL survives a power cut, NORMAL would lose the last commits.
  database.pragma("synchronous = FULL");
  database.pragma(`busy_timeout = ${LOCK_WAIT_MS}`);
  database.pragma("foreign_keys = ON");
  database.pragma("secure_delete = ON");
  return { prepare: cachedPrepare(database), close: () => void database.close() };
}

/** The app has a few dozen statements and runs each of them often. */
function cachedPrepare(database: Database.Database) {
  const statements = new Map<string, Database.Statement>();
  return (sql: string) => {
    let statement = statements.get(sql);
    if (statement === undefined) {
      statement = database.prepare(sql);
      if (statements.size >= 500) statements.clear();
      statements.set(sql, statement);
    }
    return statement as never;
  };
}

async function migrate(store: Store): Promise<void> {
  const migrator = new Migrator({ db: store, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}
