import { execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";

const DEBIAN = "/usr/lib/postgresql";

/** A PostgreSQL of our own on a free port, in a temporary folder. */
export type Postgres = {
  /** The URL of the database that every PostgreSQL has. */
  url: string;
  /** The URL of a new, empty database. */
  createDatabase(): Promise<string>;
  restart(): Promise<void>;
  stop(): Promise<void>;
};

/** Starts one, with what an earlier one has left in `keptIn`. Throws where PostgreSQL is not installed. */
export async function startPostgres(keptIn?: string): Promise<Postgres> {
  const bin = findBinaries();
  if (bin === undefined) throw new Error("PostgreSQL is not installed");
  const port = await freePort();
  const folder = keptIn ?? mkdtempSync(join(tmpdir(), "platen-pg-"));
  const account = serverAccount();
  if (account !== undefined) chownSync(folder, account.uid, account.gid);
  const data = join(folder, "data");
  if (!existsSync(data)) {
    execFileSync(join(bin, "initdb"), ["-D", data, "-U", "platen", "-A", "trust", "-E", "UTF8"], {
      stdio: "ignore",
      ...account,
    });
  }

  const url = (database: string) => `postgres://platen@127.0.0.1:${port}/${database}`;
  let server = await launch();

  async function launch() {
    const settings = [
      "-c",
      "listen_addresses=127.0.0.1",
      "-c",
      `unix_socket_directories=${folder}`,
      "-c",
      "max_connections=200",
    ];
    const child = spawn(join(bin as string, "postgres"), ["-D", data, "-p", String(port), ...settings], {
      stdio: "ignore",
      ...account,
    });
    while (!(await isUp(url("postgres")))) {
      if (child.exitCode !== null) throw new Error(`PostgreSQL ended with ${child.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return child;
  }

  async function end(): Promise<void> {
    const exited = new Promise((resolve) => server.once("exit", resolve));
    // SIGINT is PostgreSQL's fast shutdown: it cuts its clients off.
    server.kill("SIGINT");
    await exited;
  }

  let databases = 0;
  return {
    url: url("postgres"),
    createDatabase() {
      databases += 1;
      return createDatabase(url("postgres"), `platen_${process.pid}_${databases}`);
    },
    async restart() {
      await end();
      server = await launch();
    },
    stop: end,
  };
}

/** Makes the database `name`, made of letters, digits and underscores, beside the one at `serverUrl`; returns its URL. */
export async function createDatabase(serverUrl: string, name: string): Promise<string> {
  await query(serverUrl, `create database ${name}`);
  return new URL(`/${name}`, serverUrl).href;
}

/** Whether `startPostgres` would start one. */
export function isPostgresInstalled(): boolean {
  return findBinaries() !== undefined;
}

function findBinaries(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((left, right) => Number(right) - Number(left)) : [];
  return versions.map((version) => join(DEBIAN, version, "bin")).find((bin) => existsSync(join(bin, "postgres")));
}

/** PostgreSQL refuses to run as root: Debian's package made an account for it. */
function serverAccount(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

async function isUp(connectionString: string): Promise<boolean> {
  return query(connectionString, "select 1").then(
    () => true,
    () => false,
  );
}

async function query(connectionString: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  client.on("error", () => {}); // A server that goes down while we ask is what some tests are about.
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
