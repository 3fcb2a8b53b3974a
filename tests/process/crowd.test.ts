import { randomUUID } from "node:crypto";
import { Agent, type IncomingHttpHeaders, type RequestOptions, request } from "node:http";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { firstRequest, newIds } from "../routes/harness";
import { answer } from "../upstream/scenario";
import { startUpstream } from "../upstream/server";
import type { Upstream } from "../upstream/upstream";
import { type Server, startServer } from "./server";

const TOKEN = "a-token-for-the-scraper";
const CROWD = 300;
const ROUNDS = 3;
/** The crowd comes from 127.0.0.1. */
const ELSEWHERE = "127.0.0.2";

let upstream: Upstream;
let server: Server;

beforeAll(async () => {
  upstream = await startUpstream();
});

afterEach(async () => {
  await server?.end("SIGKILL");
});

afterAll(() => upstream.close());

type Answered = { status: number; headers: IncomingHttpHeaders; body: string };

function ask(path: string, options: RequestOptions = {}, body = ""): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const asking = request({ host: "127.0.0.1", port: server.port, path, agent: false, ...options }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (piece: string) => {
        text += piece;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    asking.on("error", reject);
    asking.end(body);
  });
}

function start(agent: Agent): Promise<Answered> {
  const ids = newIds();
  const options = { method: "PUT", agent, headers: { "content-type": "application/json" } };
  return ask(`/api/generations/${ids.id}`, options, JSON.stringify(firstRequest("Hello", ids)));
}

test("a crowd that is refused holds up neither probes nor another network, and each refusal is whole and counted", async () => {
  server = await startServer({
    APP_ORIGIN: "https://chat.example.org",
    ANTHROPIC_BASE_URL: upstream.url,
    DAILY_BUDGET_USD: "0.0001",
    METRICS_TOKEN: TOKEN,
    LOG_LEVEL: "info",
  });
  const agent = new Agent({ keepAlive: true, maxFreeSockets: CROWD });
  const comeAll = <Answer>(come: () => Promise<Answer>) => Promise.all(Array.from({ length: CROWD }, come));
  // Connections that are open already, so that they all ask at once.
  await comeAll(() => ask("/icon.svg", { agent }));
  const crowd = comeAll(async () => {
    const seen: Answered[] = [];
    for (let round = 0; round < ROUNDS; round++) seen.push(await start(agent));
    return seen;
  });
  const scrape = { headers: { authorization: `Bearer ${TOKEN}` } };
  const others = await Promise.all([
    ask("/api/health"),
    ask("/api/ready"),
    ask("/metrics", scrape),
    ask("/", { localAddress: ELSEWHERE }),
    ask("/api/conversations", { localAddress: ELSEWHERE }),
  ]);
  expect(others.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);

  const codes = new Set<string>();
  for (const { status, headers, body } of (await crowd).flat()) {
    const { error } = JSON.parse(body) as { error: { code: string; requestId: string; retryAfterSeconds: number } };
    codes.add(error.code);
    expect(status).toBe(429);
    expect(headers["retry-after"]).toBe(String(error.retryAfterSeconds));
    expect(headers["x-request-id"]).toBe(error.requestId);
    expect(headers["content-security-policy"]).toMatch(/^default-src 'none'/);
    expect(headers["strict-transport-security"]).toBeDefined();
    expect(headers["cache-control"]).toBe("no-store");
  }
  // The first are told by Next, the others at the door: what Next has found, while that is fresh.
  expect(codes).toContain("budget_spent");
  expect(["budget_spent", "rate_limited"]).toEqual(expect.arrayContaining([...codes]));
  expect(upstream.requests).toEqual([]);

  const { body: figures } = await ask("/metrics", scrape);
  const counted = [...figures.matchAll(/^platen_refusals_total\{code="\w+"\} (\d+)$/gm)];
  expect(counted.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(CROWD * ROUNDS);
  type Line = { event: string; route?: string; budget_spent?: number; rate_limited?: number };
  const lines = () => {
    const written = server.output().split("\n");
    return written.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as Line);
  };
  const ownLines = () => lines().filter(({ route }) => route === "/api/generations/[id]").length;
  const summedUp = () =>
    lines()
      .filter(({ event }) => event === "turned_away")
      .reduce((sum, { budget_spent: spent = 0, rate_limited: limited = 0 }) => sum + spent + limited, 0);
  await expect.poll(() => summedUp() + ownLines(), { timeout: 20_000 }).toBe(CROWD * ROUNDS);
  expect(summedUp()).toBeGreaterThan((CROWD * ROUNDS) / 2);
  agent.destroy();
});

test("without a public address nobody is refused for being many: 500 answers begin at once from one address", async () => {
  upstream.script(answer("Well."));
  server = await startServer({ ANTHROPIC_BASE_URL: upstream.url });
  const agent = new Agent({ keepAlive: true });
  const answered = await Promise.all(Array.from({ length: 500 }, () => start(agent)));
  expect(new Set(answered.map(({ status }) => status))).toEqual(new Set([200]));
  agent.destroy();
});

test("without a public address a name that a stranger can register is refused, and the answer is a page to a person", async () => {
  server = await startServer({});
  const under = (host: string, headers = {}) => ask("/api/conversations", { headers: { host, ...headers } });
  for (const host of [`localhost:${server.port}`, "127.0.0.1", "[::1]:3000", "desk", "desk.local", "platen.internal"]) {
    expect((await under(host)).status, host).toBe(200);
  }
  const refused = await under("rebound.example:3000", { "sec-fetch-site": "same-origin" });
  expect(refused.status).toBe(403);
  expect(JSON.parse(refused.body)).toMatchObject({ error: { code: "forbidden", requestId: expect.any(String) } });
  const page = await ask(`/c/${randomUUID()}`, {
    headers: { host: "rebound.example", "sec-fetch-mode": "navigate" },
  });
  expect(page).toMatchObject({ status: 403, headers: { "content-type": "text/html; charset=utf-8" } });
  expect(page.body).toContain("APP_ORIGIN");
  expect(page.headers["content-security-policy"]).toMatch(/^default-src 'none'; .*style-src 'sha256-/);
  expect(page.headers["set-cookie"]).toBeUndefined();
  // A platform's probes come under names of its own.
  expect((await ask("/api/health", { headers: { host: "probe.example" } })).status).toBe(200);
});

test("a wish for a WebSocket is a request like any other", async () => {
  server = await startServer({});
  // Next begins to listen for WebSockets with its first request, and is kept from it with the next.
  await ask("/api/health");
  const headers = { connection: "Upgrade", upgrade: "websocket" };
  expect((await ask("/api/health", { headers })).status).toBe(200);
  expect((await ask("/", { headers: { ...headers, host: "rebound.example" } })).status).toBe(403);
});

test("with a public address any name that leads here is served", async () => {
  server = await startServer({ APP_ORIGIN: "https://chat.example.org" });
  expect((await ask("/api/conversations", { headers: { host: "other.example" } })).status).toBe(200);
});
