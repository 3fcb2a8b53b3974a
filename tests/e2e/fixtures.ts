import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test as base, expect, type Page } from "@playwright/test";
import { createDatabase } from "../postgres";
import { startUpstream } from "../upstream/server";
import type { Upstream } from "../upstream/upstream";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The built app in a process of its own; `restart` keeps its data, and may change its environment. */
export type Server = { url: string; restart(signal: NodeJS.Signals, changes?: Settings): Promise<void> };
type Settings = Readonly<Record<string, string>>;

/** Where the server of a project keeps what it has. */
export type StoreOption = { store: "sqlite" | "postgres" };

type Worker = StoreOption & { upstream: Upstream; server: Server; demo: Server };

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, () => {
      const address = probe.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

/** A server of a test's own, for settings that no other wants. Its test stops it. */
export async function startServer(settings: Settings): Promise<Server & { stop(): Promise<void> }> {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const dataDir = mkdtempSync(join(tmpdir(), "platen-e2e-"));
  const env = { PATH: process.env.PATH ?? "", PORT: String(port), DATA_DIR: dataDir, LOG_LEVEL: "warn", ...settings };
  let changed: Settings = {};
  let child = await launch();

  async function launch(): Promise<ChildProcess> {
    const started = spawn(process.execPath, ["scripts/serve.mjs"], {
      cwd: ROOT,
      env: { ...env, ...changed } as unknown as NodeJS.ProcessEnv,
      stdio: ["ignore", "ignore", "inherit"],
    });
    for (;;) {
      const ready = await fetch(`${url}/api/ready`).catch(() => undefined);
      if (ready?.ok) return started;
      if (started.exitCode !== null) throw new Error(`the server ended with ${started.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const exited = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await exited;
  }

  return {
    url,
    async restart(signal, changes = {}) {
      await end(signal);
      changed = changes;
      child = await launch();
    },
    stop: () => end("SIGKILL"),
  };
}

async function freshStore(store: StoreOption["store"]): Promise<Settings> {
  if (store === "sqlite") return {};
  const name = `e2e_${randomUUID().replaceAll("-", "")}`;
  return { DATABASE_URL: await createDatabase(process.env.E2E_POSTGRES_URL ?? "", name) };
}

export const test = base.extend<{ chat: Chat; demoChat: Chat }, Worker>({
  upstream: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameters to learn what a fixture needs.
    async ({}, use) => {
      const upstream = await startUpstream();
      await use(upstream);
      await upstream.close();
    },
    { scope: "worker" },
  ],
  store: ["sqlite", { scope: "worker", option: true }],
  server: [
    async ({ upstream, store }, use) => {
      const server = await startServer({ ANTHROPIC_BASE_URL: upstream.url, ...(await freshStore(store)) });
      await use(server);
      await server.stop();
    },
    { scope: "worker", timeout: 60_000 },
  ],
  demo: [
    // biome-ignore lint/correctness/noEmptyPattern: as above.
    async ({}, use) => {
      const server = await startServer({});
      await use(server);
      await server.stop();
    },
    { scope: "worker", timeout: 60_000 },
  ],
  chat: async ({ page, server, upstream }, use) => {
    upstream.reset();
    await use(new Chat(page, server.url));
  },
  demoChat: async ({ page, demo }, use) => {
    await use(new Chat(page, demo.url));
  },
});

/** The page as a person finds it: by role and name. */
export class Chat {
  readonly page: Page;
  readonly url: string;

  constructor(page: Page, url: string) {
    this.page = page;
    this.url = url;
  }

  get box() {
    return this.page.getByRole("textbox", { name: "Message", exact: true });
  }
  get send() {
    return this.page.getByRole("button", { name: "Send", exact: true });
  }
  get stop() {
    return this.page.getByRole("button", { name: "Stop", exact: true });
  }
  get log() {
    return this.page.getByRole("log", { name: "Conversation" });
  }
  get answers() {
    return this.log.getByRole("article", { name: "Answer" });
  }
  get messages() {
    return this.log.getByRole("article", { name: "Your message" });
  }
  get status() {
    return this.page.getByRole("status");
  }

  async open(path = "/"): Promise<void> {
    await this.page.goto(`${this.url}${path}`);
    await expect(this.box).toBeVisible();
  }

  async say(text: string): Promise<void> {
    await this.box.fill(text);
    await this.box.press("Enter");
  }

  /** The words of the last answer as they stand on the page, white space told as one space. */
  async lastAnswer(): Promise<string> {
    return plain(await this.answers.last().innerText());
  }

  async settled(outcome: RegExp | string = /Answer complete/): Promise<void> {
    await expect(this.status.filter({ hasText: outcome })).toHaveCount(1);
    await expect(this.answers.last()).not.toHaveAttribute("aria-busy", "true");
  }
}

export function plain(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

export { expect };
