import { accessSync, constants, existsSync, mkdirSync, statfsSync, statSync } from "node:fs";
import { join } from "node:path";
import { appRequire } from "../environment.mjs";
import { change, clockFinding, note, ok, whyUnreachable } from "./findings.mjs";

const MEGABYTE = 1024 * 1024;
/** statfs(2): NFS, CIFS, SMB2. SQLite's locks do not hold there. */
const NETWORK_FILE_SYSTEMS = new Set([0x6969, 0xff534d42, 0xfe534d42]);
const OLDEST_POSTGRES = 15;
const WITHIN_MS = 5_000;

/** Whether what is said can be saved, and how much there is. */
export function checkStore({ dataDir, databaseUrl }) {
  return databaseUrl === undefined ? checkSqlite(dataDir) : checkPostgres(databaseUrl);
}

function checkSqlite(dataDir) {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    accessSync(dataDir, constants.W_OK);
  } catch (error) {
    return [
      change(`DATA_DIR (${dataDir}) cannot be written (${error.code}). Give it to the user that runs Platen: chown.`),
    ];
  }
  return [checkFile(join(dataDir, "platen.sqlite")), ...checkDisk(dataDir)];
}

function checkFile(file) {
  if (!existsSync(file)) return ok(`${file} does not exist yet and can be made.`);
  const Database = appRequire("libsql");
  let database;
  try {
    database = new Database(file);
    database.pragma("busy_timeout = 5000");
    // Takes the lock that a message would need, and writes nothing.
    database.exec("begin immediate");
    database.exec("rollback");
    const { count } = database.prepare("select count(*) as count from conversations").get();
    const log = existsSync(`${file}-wal`) ? statSync(`${file}-wal`).size : 0;
    const megabytes = ((statSync(file).size + log) / MEGABYTE).toFixed(1);
    return ok(`${file} can be written: ${megabytes} MB, ${count} conversations.`);
  } catch (error) {
    return change(
      `${file} cannot be used (${error.code ?? error.name}). Restore a backup (npm run restore), or move the file away.`,
    );
  } finally {
    database?.close();
  }
}

function checkDisk(dataDir) {
  const { bavail, bsize, type } = statfsSync(dataDir);
  const freeMegabytes = Math.floor((bavail * bsize) / MEGABYTE);
  return [
    ...(NETWORK_FILE_SYSTEMS.has(type)
      ? [change("DATA_DIR is on a network disk, where SQLite's locks do not hold. Use a local one, or DATABASE_URL.")]
      : []),
    freeMegabytes < 200
      ? change(`Only ${freeMegabytes} MB are free on the disk of DATA_DIR. Make room.`)
      : ok(`The disk of DATA_DIR has ${freeMegabytes} MB free.`),
  ];
}

async function checkPostgres(databaseUrl) {
  const { host } = new URL(databaseUrl);
  const pg = appRequire("pg");
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: WITHIN_MS });
  client.on("error", () => {}); // Told by the query that fails.
  try {
    await client.connect();
    return await askPostgres(client, host);
  } catch (error) {
    return [change(`PostgreSQL at ${host} cannot be used: ${whyUnusable(error)}. Check DATABASE_URL.`)];
  } finally {
    await client.end().catch(() => {}); // It may never have been connected.
  }
}

async function askPostgres(client, host) {
  const { rows } = await client.query(`select current_setting('server_version_num')::int / 10000 as version,
    has_schema_privilege(current_schema(), 'create') as may_create,
    pg_is_in_recovery() as is_standby, current_setting('max_connections')::int as connections,
    pg_database_size(current_database()) / 1048576 as megabytes, extract(epoch from clock_timestamp()) * 1000 as now`);
  const [{ version, may_create, is_standby, connections, megabytes, now }] = rows;
  const findings = [clockFinding(Number(now), Date.now(), "PostgreSQL")];
  if (version < OLDEST_POSTGRES)
    findings.push(change(`PostgreSQL ${version} is too old: use ${OLDEST_POSTGRES} or newer.`));
  if (is_standby)
    findings.push(change(`PostgreSQL at ${host} is a standby and takes no writes. Name the primary in DATABASE_URL.`));
  if (!may_create) {
    findings.push(
      change("The user of DATABASE_URL may not make tables. As its owner: grant create on schema public to …;"),
    );
  }
  if (connections < 30) {
    findings.push(note(`PostgreSQL takes ${connections} connections, and each instance uses up to 11.`));
  }
  return [ok(`PostgreSQL ${version} at ${host} answers: ${megabytes} MB.`), ...findings];
}

/** By SQLSTATE or system code. */
function whyUnusable(error) {
  if (error.code === "28P01" || error.code === "28000") return "it does not accept the user or the password";
  if (error.code === "3D000") return "there is no such database";
  if (error.code === "53300") return "it has no connection left";
  return whyUnreachable(error);
}
