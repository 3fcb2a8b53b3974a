import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

const SERVE = fileURLToPath(new URL("../../scripts/serve.mjs", import.meta.url));
const READY_WITHIN_MS = 120_000;

/** One Platen, serving the build that is there, on a port that stays the same when it is started again. */
export type Server = {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly isUp: boolean;
  /** What it has written to its output since the first start. */
  readonly output: string;
  kill(signal: NodeJS.Signals): void;
  /** Resolves with the exit code, null after a signal, when the process has gone. */
  exited(): Promise<number | null>;
  /** Starts it, and resolves when it takes requests. */
  start(): Promise<void>;
  /** Resident memory in bytes. */
  residentBytes(): number;
};

/** Starts a Platen whose environment is exactly the machine's and `settings`. */
export async function startServer(settings: Record<string, string>): Promise<Server> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;
  let exit: Promise<number | null> = Promise.resolve(null);
  let output = "";

  async function start(): Promise<void> {
    const born = spawn(process.execPath, [SERVE], {
      env: { ...bareEnvironment(), PORT: String(port), ...settings },
      stdio: ["ignore", "pipe", "pipe"],
    });
    child = born;
    for (const stream of [born.stdout, born.stderr]) {
      stream?.on("data", (bytes) => {
        output = (output + bytes).slice(-200_000);
      });
    }
    exit = new Promise((resolve) => born.once("exit", (code) => resolve(code)));
    const deadline = Date.now() + READY_WITHIN_MS;
    while (!(await isReady(url))) {
      if (isGone(born)) throw new Error(`the server ended with ${born.exitCode}:\n${output}`);
      if (Date.now() > deadline) throw new Error(`the server did not get ready:\n${output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  await start();
  // Whatever ends this process early must not leave servers behind.
  process.once("exit", () => child?.kill("SIGKILL"));
  return {
    url,
    port,
    get pid() {
      return child?.pid ?? 0;
    },
    get isUp() {
      return child !== undefined && !isGone(child);
    },
    get output() {
      return output;
    },
    kill: (signal) => void child?.kill(signal),
    exited: () => exit,
    start,
    residentBytes() {
      const pages = Number(readFileSync(`/proc/${child?.pid}/statm`, "utf8").split(" ")[1]);
      return pages * 4096;
    },
  };
}

function isGone(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Without the settings of whoever runs the tests. */
function bareEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, LANG, TMPDIR } = process.env;
  const kept = Object.entries({ PATH, HOME, LANG, TMPDIR }).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(kept), NODE_ENV: "production" };
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/api/ready`)).ok;
  } catch {
    return false; // Not listening yet.
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
