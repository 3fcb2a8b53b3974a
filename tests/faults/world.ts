import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import pg from "pg";
import { type Postgres, startPostgres } from "../postgres";
import { type Model, startModel } from "./model";
import { Person, sleep } from "./person";
import { type LoadBalancer, startProxy } from "./proxy";
import { type Server, startServer } from "./server";

export const STALL_SECONDS = 5;
export const UNATTENDED_SECONDS = 6;
export const DRAIN_SECONDS = 1;

const PROBE_TRIES = 40;

export type Row = Record<string, unknown>;

/** The app's store, looked into from outside. */
export type Probe = {
  /** `sql` with `?` for each of `values`. */
  query(sql: string, values: readonly (string | number)[]): Promise<Row[]>;
  close(): void;
};

/** Servers on one store behind a load balancer, and the fake model that answers them. */
export type World = {
  store: "sqlite" | "postgres";
  servers: readonly Server[];
  proxy: LoadBalancer;
  model: Model;
  probe: Probe;
  /** Where the SQLite file is. */
  dataDir: string;
  postgres: Postgres | undefined;
  databaseUrl: string | undefined;
  /** Somebody new who comes through the load balancer. */
  person(): Promise<Person>;
  /** The number of the server that runs, or ran, this answer. */
  runnerOf(id: string): Promise<number>;
  close(): Promise<void>;
};

export type WorldOptions = {
  store: "sqlite" | "postgres";
  instances: number;
  dataDir?: string;
  settings?: Record<string, string>;
  /** Without it, one in this process. */
  model?: Model;
};

/** Starts them; the store is new and empty. */
export async function startWorld({ store, instances, settings, ...options }: WorldOptions): Promise<World> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), "platen-faults-"));
  const model = options.model ?? (await startModel());
  const postgres = store === "postgres" ? await startPostgres() : undefined;
  const databaseUrl = await postgres?.createDatabase();
  const environment = {
    ANTHROPIC_BASE_URL: model.url,
    ANTHROPIC_MODEL: "claude-sonnet-5-5",
    DATA_DIR: dataDir,
    SESSION_SECRET: "the same secret for every instance",
    STALL_SECONDS: String(STALL_SECONDS),
    UNATTENDED_SECONDS: String(UNATTENDED_SECONDS),
    DRAIN_SECONDS: String(DRAIN_SECONDS),
    LOG_LEVEL: "info",
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
    ...settings,
  };
  // The first makes the tables; the others then find them.
  const servers = [await startServer(environment)];
  const others = Array.from({ length: instances - 1 }, () => startServer(environment));
  servers.push(...(await Promise.all(others)));
  const proxy = await startProxy(servers);
  const probe = databaseUrl === undefined ? sqliteProbe(dataDir) : postgresProbe(databaseUrl);
  if (databaseUrl === undefined) model.probeWith(countInSqlite(dataDir));
  else {
    model.probeWith(
      async (messageId) => (await probe.query("select id from messages where id = ?", [messageId])).length,
    );
  }

  return {
    store,
    servers,
    proxy,
    model,
    probe,
    dataDir,
    postgres,
    databaseUrl,
    person: () => new Person(proxy.url).meet(),
    async runnerOf(id) {
      const [row] = await probe.query("select instance_id from generations where id = ?", [id]);
      const pid = Number(String(row?.instance_id).split(":")[1]);
      return servers.findIndex((server) => server.pid === pid);
    },
    async close() {
      probe.close();
      await proxy.close();
      for (const server of servers) server.kill("SIGKILL");
      await Promise.all(servers.map((server) => server.exited()));
      await model.close();
      await postgres?.stop();
    },
  };
}

/** Reads at the very moment of the call, before anything else of this process can happen. */
function countInSqlite(dataDir: string): (messageId: string) => number {
  const database = openReadOnly(dataDir);
  const statement = database.prepare("select id from messages where id = ?");
  return (messageId) => statement.all(messageId).length;
}

function openReadOnly(dataDir: string): Database.Database {
  const database = new Database(join(dataDir, "platen.sqlite"), { readonly: true } as Database.Options);
  database.pragma("busy_timeout = 5000");
  return database;
}

function sqliteProbe(dataDir: string): Probe {
  const database = openReadOnly(dataDir);
  return {
    query: async (sql, values) => database.prepare(sql).all(...values) as Row[],
    close: () => void database.close(),
  };
}

/** PostgreSQL is restarted under us, so a question whose connection was lost is asked again. */
function postgresProbe(connectionString: string): Probe {
  const pool = new pg.Pool({ connectionString, max: 4 });
  pool.on("error", () => {}); // The pool replaces a connection that dies.
  return {
    async query(sql, values) {
      let number = 0;
      const text = sql.replace(/\?/g, () => `$${++number}`);
      for (let tries = 1; ; tries++) {
        try {
          return (await pool.query(text, [...values])).rows as Row[];
        } catch (error) {
          if (tries === PROBE_TRIES) throw error;
          await sleep(500);
        }
      }
    },
    close: () => void pool.end().catch(() => {}), // The server may have gone before.
  };
}
