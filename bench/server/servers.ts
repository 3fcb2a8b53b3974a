import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Stream } from "./load";

const here = dirname(fileURLToPath(import.meta.url));
const project = dirname(dirname(here));
const work = join(project, "bench", ".work");

/** A server that relays the upstream's answers. */
export type RelayServer = {
  name: string;
  port: number;
  /** The request that starts an answer; `name` is a UUID. */
  request(name: string, prompt: string): { method: string; path: string; body: unknown };
  /** What a reader's Stop is here. */
  stop(stream: Stream): void;
  /** Milliseconds of CPU its process has used, all threads; NaN where the system does not tell. */
  cpuMs(): number;
  /** Its resident memory, now and at most, in MB; NaN where the system does not tell. */
  memoryMb(): { now: number; most: number };
  /** Kills it, unless told to ask: a server under load would drain for half a minute. */
  close(signal?: "SIGKILL" | "SIGTERM"): Promise<void>;
};

export type Kind = "platen" | "pipe" | "sdk" | "next" | "ai";

export const NAMES: Record<Kind, string> = {
  pipe: "bare `node:http`, piped",
  sdk: "bare `node:http`, SDK `create`",
  next: "bare Next route, SDK `create`",
  platen: "Platen, durable",
  ai: "bare Next route, AI SDK",
};

export type Upstream = {
  url: string;
  /** When the answer's socket closed, epoch ms; waits for it. */
  closed(name: string): Promise<number>;
  close(): Promise<void>;
};

export async function startUpstream(): Promise<Upstream> {
  const child = spawn(process.execPath, ["--import", "tsx", join(here, "upstream.ts")], {
    cwd: project,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const closedAt = new Map<string, number>();
  const waiting = new Map<string, (atMs: number) => void>();
  const url = await new Promise<string>((resolve, reject) => {
    child.once("exit", () => reject(new Error("the upstream has ended")));
    createInterface({ input: child.stdout }).on("line", (line) => {
      const [word, subject = "", at] = line.split(" ");
      if (word === "listening") resolve(subject);
      if (word !== "closed") return;
      const waiter = waiting.get(subject);
      if (waiter === undefined) closedAt.set(subject, Number(at));
      else waiter(Number(at));
    });
  });
  return {
    url,
    closed: (name) =>
      new Promise((resolve) => {
        const known = closedAt.get(name);
        if (known === undefined) waiting.set(name, resolve);
        else resolve(known);
      }),
    close: () => ended(child),
  };
}

type Setup = {
  bareNextScript: string;
  nodeOptions?: readonly string[];
  /** Environment variables. */
  settings?: Readonly<Record<string, string>>;
};

export async function startServer(
  kind: Kind,
  upstreamUrl: string,
  { bareNextScript, nodeOptions = [], settings = {} }: Setup,
): Promise<RelayServer> {
  const port = await freePort();
  mkdirSync(work, { recursive: true });
  const dataDir = mkdtempSync(join(work, "data-"));
  const child = spawn(process.execPath, [...nodeOptions, ...argumentsOf(kind, bareNextScript)], {
    cwd: project,
    env: {
      ...process.env,
      NODE_ENV: "production",
      ANTHROPIC_BASE_URL: upstreamUrl,
      ANTHROPIC_API_KEY: "any",
      PORT: String(port),
      HOSTNAME: "127.0.0.1",
      DATA_DIR: dataDir,
      ...settings,
    },
    stdio: ["ignore", openSync(join(work, `${kind}.log`), "w"), openSync(join(work, `${kind}.log`), "a")],
  });
  await untilReady(port, { platen: "/api/ready", pipe: null, sdk: null, next: "/ready", ai: "/ready" }[kind], child);
  const pid = child.pid ?? 0;
  return {
    name: NAMES[kind],
    port,
    request: REQUESTS[kind],
    stop: kind === "platen" ? (stream) => stopAtPlaten(port, stream) : (stream) => void stream.socket.destroy(),
    cpuMs: () => cpuMsOf(pid),
    memoryMb: () => memoryMbOf(pid),
    async close(signal) {
      await ended(child, signal);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function argumentsOf(kind: Kind, bareNextScript: string): string[] {
  switch (kind) {
    case "platen":
      // As `npm start` does.
      return ["--max-semi-space-size=32", join(project, "scripts", "start.mjs")];
    case "pipe":
      return ["--import", "tsx", join(here, "bare-relay.ts")];
    case "sdk":
      return ["--import", "tsx", join(here, "bare-sdk.ts")];
    case "next":
    case "ai":
      return [bareNextScript];
  }
}

const bare = (path: string) => (_name: string, text: string) => ({ method: "POST", path, body: { text } });

const REQUESTS: Record<Kind, RelayServer["request"]> = {
  pipe: bare("/"),
  sdk: bare("/"),
  next: bare("/create"),
  ai: bare("/ai-sdk"),
  platen: (name, text) => ({
    method: "PUT",
    path: `/api/generations/${name}`,
    body: {
      conversationId: randomUUID(),
      parentId: null,
      message: { id: randomUUID(), content: [{ type: "text", text }] },
    },
  }),
};

function stopAtPlaten(port: number, { name, cookie }: Stream): void {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  socket.on("error", () => {});
  socket.write(
    `DELETE /api/generations/${name} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncookie: ${cookie}\r\n` +
      "connection: close\r\n\r\n",
  );
  socket.resume();
}

function cpuMsOf(pid: number): number {
  const fields = readProc(pid, "stat")
    ?.replace(/^.*\) /s, "")
    .split(" ");
  // utime and stime, fields 14 and 15 of proc(5), in ticks of 10 ms; two are gone with the name.
  return (Number(fields?.[11]) + Number(fields?.[12])) * 10;
}

function memoryMbOf(pid: number): { now: number; most: number } {
  const status = readProc(pid, "status") ?? "";
  const megabytes = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
  return { now: megabytes("VmRSS"), most: megabytes("VmHWM") };
}

function readProc(pid: number, name: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return undefined; // Not Linux, or the process has ended.
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function untilReady(port: number, path: string | null, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`a server ended with ${child.exitCode}; see bench/.work`);
    if (await isReady(port, path)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function isReady(port: number, path: string | null): Promise<boolean> {
  try {
    if (path !== null) return (await fetch(`http://127.0.0.1:${port}${path}`)).ok;
  } catch {
    return false; // It does not listen yet.
  }
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

async function ended(child: ChildProcess, signal: "SIGKILL" | "SIGTERM" = "SIGKILL"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once("exit", resolve));
  child.kill(signal);
  await exit;
}
