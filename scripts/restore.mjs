import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { appRequire, readSettings } from "./environment.mjs";
import { end, KEPT_FILES, runTool, SECRET_FILE, STORE_FILE, withoutPassword } from "./stored.mjs";

/**
 * `npm run restore -- <file> [--force]`: puts a backup in the place of what is stored. Refuses while a server uses the
 * store, and, without `--force`, when there are conversations in it, or it is damaged. A SQLite store that was there is
 * put aside, with the secret that opens it; a PostgreSQL database is replaced.
 */
export async function run() {
  const parameters = process.argv.slice(2);
  const isForced = parameters.includes("--force");
  const given = parameters.find((parameter) => !parameter.startsWith("--"));
  if (given === undefined) end(64, "Say where from: npm run restore -- platen-backup.sqlite");
  const file = resolve(given);
  if (!existsSync(file)) end(66, `${file} does not exist.`);
  const read = await readSettings();
  if ("faults" in read) end(1, read.faults.join("\n"));
  const { dataDir, databaseUrl, sessionSecrets } = read.environment;
  if (databaseUrl === undefined)
    restoreSqlite(dataDir, file, { isForced, isSecretRestored: sessionSecrets.length === 0 });
  else await restorePostgres(databaseUrl, file, isForced);
}

function restoreSqlite(dataDir, file, { isForced, isSecretRestored }) {
  if (!isSqlite(file)) end(65, `${file} is not a backup of a SQLite store.`);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const store = join(dataDir, STORE_FILE);
  const { isUsed, conversations } = standingOf(store);
  if (isUsed) end(1, "A server is using the store. Stop it first.");
  if (conversations !== 0 && !isForced) {
    const there =
      conversations === undefined ? "The store is damaged." : `There are ${conversations} conversations already.`;
    end(1, `${there} With --force what is there is put aside for the backup.`);
  }
  const incoming = `${store}.restoring`;
  copyFileSync(file, incoming);
  chmodSync(incoming, 0o600);
  const files = openBackup(incoming);
  if (existsSync(store)) console.log(`What was there is now in ${putAside(dataDir)}.`);
  for (const suffix of ["-wal", "-shm"]) rmSync(store + suffix, { force: true });
  renameSync(incoming, store);
  for (const { name, value } of files) {
    if (isSecretRestored || name !== SECRET_FILE) writeFileSync(join(dataDir, name), value, { mode: 0o600 });
  }
  console.log(`Restored: ${standingOf(store).conversations} conversations in ${store}.`);
}

/** Moves the store into a folder of its own, with a copy of what belongs to it. Returns the folder. */
function putAside(dataDir) {
  const folder = join(dataDir, `before-restore-${Date.now()}`);
  mkdirSync(folder, { mode: 0o700 });
  for (const name of KEPT_FILES) {
    if (existsSync(join(dataDir, name))) copyFileSync(join(dataDir, name), join(folder, name));
  }
  // Of a store that is damaged the log is still there, and may hold most of it.
  for (const name of [STORE_FILE, `${STORE_FILE}-wal`]) {
    if (existsSync(join(dataDir, name))) renameSync(join(dataDir, name), join(folder, name));
  }
  return folder;
}

function isSqlite(file) {
  const descriptor = openSync(file, "r");
  const head = Buffer.alloc(15);
  readSync(descriptor, head);
  closeSync(descriptor);
  return head.toString("latin1") === "SQLite format 3";
}

/** Whether somebody else has the store open, and how much is in it, unless it is too damaged to tell. */
function standingOf(store) {
  if (!existsSync(store)) return { isUsed: false, conversations: 0 };
  const Database = appRequire("libsql");
  const database = new Database(store);
  try {
    database.pragma("busy_timeout = 500");
    // Leaving WAL mode takes the file for oneself, which nobody can while another connection is open.
    database.pragma("journal_mode = delete");
    return { isUsed: false, conversations: countConversations(database) };
  } catch (error) {
    return { isUsed: String(error.code).startsWith("SQLITE_BUSY") };
  } finally {
    database.close();
  }
}

function countConversations(database) {
  const table = database.prepare("select 1 from sqlite_master where name = 'conversations'").get();
  return table === undefined ? 0 : database.prepare("select count(*) as count from conversations").get().count;
}

/** Looks whether the copy is whole and a backup of ours, and takes out of it what is no part of the store. */
function openBackup(incoming) {
  const Database = appRequire("libsql");
  const database = new Database(incoming);
  try {
    if (database.prepare("select 1 from sqlite_master where name = 'platen_backup'").get() === undefined) {
      refuseBackup(incoming, "That is not a backup made by npm run backup.");
    }
    const [check] = database.pragma("integrity_check");
    if (check?.integrity_check !== "ok") refuseBackup(incoming, "The backup is damaged.");
    const rows = database.prepare("select name, value from platen_backup").all();
    database.exec("drop table platen_backup");
    return rows.filter(({ name }) => KEPT_FILES.includes(name));
  } catch {
    return refuseBackup(incoming, "The backup is damaged."); // So much that it cannot even be read.
  } finally {
    database.close();
  }
}

function refuseBackup(incoming, sentence) {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(incoming + suffix, { force: true });
  end(65, `${sentence} Nothing was changed.`);
}

async function restorePostgres(databaseUrl, file, isForced) {
  const pg = appRequire("pg");
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows: others } = await client.query(
    "select 1 from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'",
  );
  const { rows: tables } = await client.query("select to_regclass('conversations') is not null as exists");
  const { rows: counted } = tables[0].exists
    ? await client.query("select count(*)::int as count from conversations")
    : { rows: [{ count: 0 }] };
  await client.end();
  if (others.length > 0) end(1, "The database is in use. Stop all instances first.");
  if (counted[0].count > 0 && !isForced) {
    end(1, `There are ${counted[0].count} conversations already. With --force those of the backup replace them.`);
  }
  const { url, password } = withoutPassword(databaseUrl);
  runTool(
    "pg_restore",
    ["--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction", `--dbname=${url}`, file],
    password,
  );
  console.log("Restored.");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await run();
