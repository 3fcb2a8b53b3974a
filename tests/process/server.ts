import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Conversation } from "@/lib/chat/conversation";
import type { NumberedEvent } from "@/lib/chat/message";
import { eventsOf, firstRequest, newIds } from "../routes/harness";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const READY_WITHIN_MS = 60_000;

export type Settings = Readonly<Record<string, string>>;

/** The app in a process of its own. */
export type Server = {
  url: string;
  port: number;
  dataDir: string;
  /** What it has written to its standard output and error. */
  output(): string;
  /** Its exit code; null when a signal ended it. */
  exited: Promise<number | null>;
  end(signal: NodeJS.Signals): Promise<number | null>;
  /** Nobody reads its output any more. */
  closeOutput(): void;
};

/** The app, ready to answer. `settings` are environment variables, and nothing else of ours is handed down. */
export async function startServer(settings: Settings): Promise<Server> {
  const server = await launch(settings, "serve.mjs");
  const deadline = Date.now() + READY_WITHIN_MS;
  let exitCode: number | null | undefined;
  void server.exited.then((code) => {
    exitCode = code;
  });
  for (;;) {
    const ready = await fetch(`${server.url}/api/ready`).catch(() => undefined);
    if (ready?.ok) return server;
    if (exitCode !== undefined) throw new Error(`the server ended with ${exitCode}: ${server.output()}`);
    if (Date.now() > deadline) throw new Error(`the server is not ready: ${server.output()}`);
    await sleep(25);
  }
}

/** The same without waiting: it may also end at once. `serve.mjs` is `npm start` without its look at the build. */
export async function launch(settings: Settings, script: "start.mjs" | "serve.mjs"): Promise<Server> {
  const port = await freePort();
  const dataDir = settings.DATA_DIR ?? mkdtempSync(join(tmpdir(), "platen-process-"));
  const env = { PATH: process.env.PATH ?? "", LOG_LEVEL: "warn", PORT: String(port), ...settings, DATA_DIR: dataDir };
  const child: ChildProcess = spawn(process.execPath, [join("scripts", script)], {
    cwd: ROOT,
    env: env as unknown as NodeJS.ProcessEnv,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (bytes: Buffer) => {
      output += bytes;
    });
  }
  const exited = new Promise<number | null>((resolve) => child.once("close", resolve));
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    dataDir,
    output: () => output,
    exited,
    closeOutput() {
      child.stdout?.destroy();
      child.stderr?.destroy();
    },
    end(signal) {
      child.kill(signal);
      return exited;
    },
  };
}

/** Somebody's browser; it keeps its cookie when the server is another. */
export class Visitor {
  server: Server;
  private cookie = "";

  constructor(server: Server) {
    this.server = server;
  }

  async request(path: string, init: RequestInit & { headers?: Record<string, string> } = {}): Promise<Response> {
    const response = await fetch(`${this.server.url}${path}`, {
      ...init,
      headers: { ...(this.cookie === "" ? {} : { cookie: this.cookie }), ...init.headers },
    });
    const [pair] = (response.headers.get("set-cookie") ?? "").split(";");
    if (pair) this.cookie = pair;
    return response;
  }

  /** Gets a cookie, as opening the page does. */
  async meet(): Promise<void> {
    await this.request("/api/conversations");
  }

  /** A first message of a new conversation. */
  async ask(text: string) {
    const ids = newIds();
    const response = await this.request(`/api/generations/${ids.id}`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(firstRequest(text, ids)),
    });
    return { ...ids, response };
  }

  follow(id: string): Promise<Response> {
    return this.request(`/api/generations/${id}`);
  }

  stop(id: string): Promise<Response> {
    return this.request(`/api/generations/${id}`, { method: "DELETE" });
  }

  async conversation(id: string): Promise<Conversation> {
    const response = await this.request(`/api/conversations/${id}`);
    if (!response.ok) throw new Error(`status ${response.status}`);
    return (await response.json()) as Conversation;
  }
}

/** Reads a stream until it ends or its connection is lost. */
export function readAll(response: Response) {
  const events: NumberedEvent[] = [];
  let hasBegun = () => {};
  const begun = new Promise<void>((resolve) => {
    hasBegun = resolve;
  });
  const ended = read();
  return { events, ended, begun };

  async function read(): Promise<void> {
    try {
      for await (const event of eventsOf(response)) {
        events.push(event);
        if (event.event.type === "content_block_delta") hasBegun();
      }
    } catch {
      // The connection was lost, which is what some tests are about.
    } finally {
      hasBegun();
    }
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
