import { existsSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { appRequire, readSettings } from "./environment.mjs";
import { end, KEPT_FILES, runTool, SECRET_FILE, STORE_FILE, withoutPassword } from "./stored.mjs";

/**
 * `npm run backup -- <file>`: all that is stored, as it is at one moment, while the server goes on writing. The file
 * also has the session secret, without which visitors would not find their conversations again: keep it as one.
 */
export async function run() {
  const [, , given] = process.argv;
  if (given === undefined) end(64, "Say where to: npm run backup -- platen-backup.sqlite");
  const file = resolve(given);
  if (existsSync(file)) end(1, `${file} exists already.`);
  const read = await readSettings();
  if ("faults" in read) end(1, read.faults.join("\n"));
  const { dataDir, databaseUrl, sessionSecrets } = read.environment;
  // Whatever is written from here on, by another's tool too, is nobody else's to read.
  process.umask(0o077);
  if (databaseUrl !== undefined) {
    backUpPostgres(databaseUrl, file);
    if (sessionSecrets.length === 0) console.log(`Keep ${join(dataDir, SECRET_FILE)} with it: it signs the sessions.`);
  } else {
    backUpSqlite(dataDir, file, sessionSecrets.length === 0);
  }
  console.log(`Saved ${(statSync(file).size / 1024 / 1024).toFixed(1)} MB in ${file}.`);
}

function backUpSqlite(dataDir, file, isSecretKept) {
  const store = join(dataDir, STORE_FILE);
  if (!existsSync(store)) end(1, `There is nothing to save: ${store} does not exist.`);
  const Database = appRequire("libsql");
  const unfinished = `${file}.unfinished`;
  rmSync(unfinished, { force: true });
  const database = new Database(store);
  database.pragma("busy_timeout = 10000");
  // Reads one state of the store, and in WAL mode stands in nobody's way.
  database.exec(`vacuum into ${quoted(unfinished)}`);
  database.close();
  const copy = new Database(unfinished);
  copy.exec("create table platen_backup (name text primary key, value text not null)");
  const add = copy.prepare("insert into platen_backup (name, value) values (?, ?)");
  add.run("saved_at", new Date().toISOString());
  for (const name of KEPT_FILES) {
    const isKept = existsSync(join(dataDir, name)) && (isSecretKept || name !== SECRET_FILE);
    if (isKept) add.run(name, readFileSync(join(dataDir, name), "utf8"));
  }
  copy.close();
  renameSync(unfinished, file);
}

function backUpPostgres(databaseUrl, file) {
  const { url, password } = withoutPassword(databaseUrl);
  runTool(
    "pg_dump",
    ["--format=custom", "--no-owner", "--no-privileges", `--file=${file}`, `--dbname=${url}`],
    password,
  );
}

function quoted(text) {
  return `'${text.replaceAll("'", "''")}'`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await run();
