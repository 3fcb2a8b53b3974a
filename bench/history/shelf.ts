import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { sql } from "kysely";
import { isPostgres, lockKeys, openStore, type Store } from "@/lib/server/store/database";
import { migrations } from "@/lib/server/store/migrations";
import { indexConversation } from "@/lib/server/store/search-index";
import { startPostgres } from "@/tests/postgres";
import { fill, inTransactions, type Library } from "./library";

const here = dirname(fileURLToPath(import.meta.url));
/** Filling takes minutes, so a store is kept for the next run, and indexed anew when what makes the index has changed. */
const SHELF = join(here, "..", ".work", "history");
const MADE_BY = ["library.ts"];
const INDEXED_BY = ["../../lib/chat/search-words.ts", "../../lib/server/store/search-index.ts"];

export type Engine = "SQLite" | "PostgreSQL";

export type Shelved = { store: Store; library: Library; close(): Promise<void> };

type Note = Library & { indexedBy?: string };

/** The store with the visitor's `conversations`, filled and indexed if it is not yet. `say` is told how long that took. */
export async function openShelf(engine: Engine, conversations: number, say: (line: string) => void): Promise<Shelved> {
  const folder = join(SHELF, `${engine.toLowerCase()}-${conversations}-${hashOf(MADE_BY)}`);
  mkdirSync(folder, { recursive: true });
  const { store, close } = engine === "SQLite" ? await openSqlite(folder) : await openPostgres(folder);
  try {
    const library = await filled(store, { folder, conversations, say });
    return { store, library, close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Filling = { folder: string; conversations: number; say: (line: string) => void };

async function filled(store: Store, { folder, conversations, say }: Filling): Promise<Library> {
  const noteFile = join(folder, "library.json");
  const note = existsSync(noteFile) ? (JSON.parse(readFileSync(noteFile, "utf8")) as Note) : undefined;
  // A migration may have emptied it.
  const indexedBy = `${hashOf(INDEXED_BY)} ${Object.keys(migrations).length}`;
  if (note?.indexedBy === indexedBy) return note;
  let library: Library | undefined = note;
  if (library === undefined) {
    // What an earlier run may have left unfinished.
    await store.deleteFrom("visitors").execute();
    library = await timed("written", () => fill(store, conversations));
    writeFileSync(noteFile, JSON.stringify(library));
  }
  await timed("indexed", () => index(store));
  writeFileSync(noteFile, JSON.stringify({ ...library, indexedBy }));
  return library;

  async function timed<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    const startedAt = performance.now();
    const result = await work();
    say(`${what} in ${Math.round((performance.now() - startedAt) / 1000)} s`);
    return result;
  }
}

/** Indexes all conversations as the app does it, the oldest first. */
async function index(store: Store): Promise<void> {
  const finish = isPostgres(store) ? await emptyOnPostgres(store) : await emptyOnSqlite(store);
  const rows = await store.selectFrom("conversations").select("id").orderBy("updated_at").execute();
  await inTransactions(store, rows, async (transaction, { id }) => {
    await lockKeys(transaction, [id]);
    await indexConversation(transaction, id, 1);
  });
  await finish();
}

async function emptyOnSqlite(store: Store) {
  await store.deleteFrom("search_segments").execute();
  return () => sql`pragma optimize`.execute(store);
}

/** The index is made when its rows are there, as after a restored backup: row by row it takes twice the time. */
async function emptyOnPostgres(store: Store) {
  const { rows } = await sql<{ indexdef: string }>`select indexdef from pg_indexes
    where indexname = 'search_terms'`.execute(store);
  await sql`truncate search_segments`.execute(store);
  await sql`drop index search_terms`.execute(store);
  return async () => {
    await sql.raw(rows[0]?.indexdef ?? "").execute(store);
    await sql`vacuum analyze`.execute(store);
  };
}

async function openSqlite(folder: string) {
  const store = await openStore({ dataDir: folder });
  return { store, close: () => store.destroy() };
}

async function openPostgres(folder: string) {
  const server = await startPostgres(folder);
  const store = await openStore({ dataDir: folder, databaseUrl: server.url });
  async function close() {
    await store.destroy();
    await server.stop();
  }
  return { store, close };
}

function hashOf(files: readonly string[]): string {
  const hash = createHash("sha256");
  for (const file of files) hash.update(readFileSync(join(here, file)));
  return hash.digest("hex").slice(0, 12);
}
