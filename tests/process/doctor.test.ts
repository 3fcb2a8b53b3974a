import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer, type Server as HttpServer, request as httpRequest, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startUpstream } from "../upstream/server";
import type { Upstream } from "../upstream/upstream";
import { command } from "./command";
import { type Server, type Settings, startServer } from "./server";

const KEY = "sk-ant-the-secret-key";

let upstream: Upstream;
let server: Server;

beforeAll(async () => {
  upstream = await startUpstream();
  server = await startServer({ ANTHROPIC_BASE_URL: upstream.url });
});

afterAll(async () => {
  await server.end("SIGTERM");
  await upstream.close();
});

/** Of a deployment in which all is as it should be; the tests spoil one thing each. */
function settings(more: Settings = {}): Settings {
  return {
    ANTHROPIC_BASE_URL: upstream.url,
    ANTHROPIC_API_KEY: KEY,
    DATA_DIR: server.dataDir,
    PORT: String(server.port),
    APP_ORIGIN: server.url,
    ACCESS_CODES: "friends:a-secret-code",
    DAILY_BUDGET_USD: "5",
    ...more,
  };
}

async function doctor(more: Settings = {}) {
  const { code, output } = await command("doctor", settings(more));
  const found = (level: string) =>
    output
      .split("\n")
      .filter((line) => line.startsWith(level))
      .map((line) => line.slice(8));
  expect(output).not.toContain(KEY);
  expect(output).not.toContain("a-secret-code");
  return { code, output, changes: found("change"), notes: found("note"), oks: found("ok") };
}

type Proxy = { url: string; close(): void };

/** A proxy in front of the server; `headersOf` changes what it hands on. */
async function startProxy(isBuffering: boolean, headersOf: (given: IncomingHttpHeaders) => IncomingHttpHeaders) {
  const proxy: HttpServer = createServer((request, response) => {
    const onward = httpRequest(`${server.url}${request.url}`, { headers: headersOf(request.headers) }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, { ...answer.headers, server: "nginx" });
      const kept: Buffer[] = [];
      answer.on("data", (piece: Buffer) => (isBuffering ? kept.push(piece) : response.write(piece)));
      answer.on("end", () => response.end(Buffer.concat(kept)));
    });
    onward.end();
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    close: () => proxy.close(),
  } satisfies Proxy;
}

test("finds nothing to change where all is well, and ends with 0", async () => {
  const { code, changes, oks } = await doctor();
  expect(changes).toEqual([]);
  expect(code).toBe(0);
  expect(oks.join("\n")).toContain("offers claude-sonnet-5-5");
  expect(oks.join("\n")).toContain("streams");
  expect(oks.join("\n")).toContain("can be written");
});

test("asks the model's server for nothing that costs", async () => {
  upstream.reset();
  await doctor();
  expect(upstream.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
    "GET /v1/models/claude-sonnet-5-5",
  ]);
});

test("says when the proxy keeps the words back, and how to stop it", async () => {
  const proxy = await startProxy(true, (headers) => headers);
  const { code, changes } = await doctor({ APP_ORIGIN: proxy.url });
  proxy.close();
  expect(code).toBe(1);
  expect(changes).toEqual([expect.stringContaining("proxy_buffering off")]);
});

const adds = (headers: IncomingHttpHeaders) => ({
  ...headers,
  "x-forwarded-for": `${headers["x-forwarded-for"]}, 198.51.100.7`,
});
const replaces = (headers: IncomingHttpHeaders) => ({ ...headers, "x-forwarded-for": "198.51.100.7" });

test.each([
  ["a proxy that adds the address, trusted", adds, "1", 0],
  ["a proxy that adds the address, not trusted", adds, "0", 1],
  ["a proxy that replaces the address, trusted", replaces, "1", 0],
  ["a proxy that hands on what the client claims, trusted", (headers: IncomingHttpHeaders) => headers, "1", 1],
  ["one proxy where two are trusted", adds, "2", 1],
])("%s", async (_, headersOf, hops, changeCount) => {
  const proxy = await startProxy(false, headersOf);
  const { code, changes } = await doctor({ APP_ORIGIN: proxy.url, TRUSTED_PROXY_HOPS: hops });
  proxy.close();
  expect(changes).toHaveLength(changeCount);
  for (const change of changes) expect(change).toContain("TRUSTED_PROXY_HOPS");
  expect(code).toBe(changeCount);
});

test.each<[string, Settings, string]>([
  ["a public address that nothing answers", { APP_ORIGIN: "http://127.0.0.1:2" }, "nothing listens there"],
  ["a public address without https", { APP_ORIGIN: "http://chat.invalid" }, "without https"],
  ["a model that is not offered", { ANTHROPIC_MODEL: "claude-none-1" }, "Set ANTHROPIC_MODEL to one of"],
  ["a model's server that is away", { ANTHROPIC_BASE_URL: "http://127.0.0.1:2" }, "cannot be reached"],
  [
    "a database that is away",
    { DATABASE_URL: "postgres://u:hidden-word@127.0.0.1:2/x", SESSION_SECRET: "0123456789abcdef" },
    "nothing listens there",
  ],
  ["a database without a session secret", { DATABASE_URL: "postgres://u:hidden-word@127.0.0.1:2/x" }, "SESSION_SECRET"],
  ["a setting that is wrong", { MAX_STREAMS: "many" }, "MAX_STREAMS"],
])("finds %s", async (_, more, words) => {
  const { code, output, changes } = await doctor(more);
  expect(code).toBe(1);
  expect(changes.join("\n")).toContain(words);
  expect(output).not.toContain("hidden-word");
});

test("says that a public server without codes and budget can be spent empty", async () => {
  const { code, changes } = await doctor({
    ACCESS_CODES: "",
    DAILY_BUDGET_USD: "",
    APP_ORIGIN: "https://chat.invalid",
  });
  expect(code).toBe(1);
  expect(changes.join("\n")).toContain("DAILY_BUDGET_USD");
});

test("a key that is not taken is told apart from a server that is away", async () => {
  const refusing = createServer((_, response) => {
    response.writeHead(401, { "content-type": "application/json" });
    response.end(JSON.stringify({ error: { message: `bad key ${KEY}` } }));
  });
  await new Promise<void>((resolve) => refusing.listen(0, "127.0.0.1", resolve));
  const { port } = refusing.address() as AddressInfo;
  const { code, changes } = await doctor({ ANTHROPIC_BASE_URL: `http://127.0.0.1:${port}` });
  refusing.close();
  expect(code).toBe(1);
  expect(changes).toEqual([expect.stringContaining("does not take the key (401)")]);
});

test("a clock that is wrong is found by the model's", async () => {
  const early = createServer((_, response) => {
    response.writeHead(200, { date: new Date(Date.now() - 90_000).toUTCString() }).end("{}");
  });
  await new Promise<void>((resolve) => early.listen(0, "127.0.0.1", resolve));
  const { port } = early.address() as AddressInfo;
  const { changes } = await doctor({ ANTHROPIC_BASE_URL: `http://127.0.0.1:${port}` });
  early.close();
  expect(changes).toEqual([expect.stringContaining("clock")]);
});

test("a folder that cannot be written is named", async () => {
  // Below a file nobody can, not even root.
  const file = join(mkdtempSync(join(tmpdir(), "platen-process-")), "file");
  writeFileSync(file, "");
  const { code, changes } = await doctor({ DATA_DIR: join(file, "data") });
  expect(code).toBe(1);
  expect(changes).toEqual([expect.stringContaining("cannot be written")]);
});
