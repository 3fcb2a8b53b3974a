import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { observatoryScore } from "./observatory";
import { type Server, startServer } from "./server";

const CODE = "code-of-the-walls";
const ORIGIN = "https://chat.example.org";

let open: Server;
let gated: Server;

beforeAll(async () => {
  open = await startServer({ APP_ORIGIN: ORIGIN });
  gated = await startServer({ APP_ORIGIN: ORIGIN, ACCESS_CODES: `friends:${CODE}` });
});

afterAll(async () => {
  await Promise.all([open?.end("SIGKILL"), gated?.end("SIGKILL")]);
});

const PAGES = ["/", `/c/${randomUUID()}`, "/c/not-a-uuid", "/no/such/page", "/iconic", "/manifesto", "/diagrams"];
const OTHERS = [
  "/api/health",
  "/api/ready",
  "/api/conversations",
  `/api/conversations/${randomUUID()}`,
  `/api/generations/${randomUUID()}`,
  "/api/no/such/call",
  "/api",
  "/icon.svg",
  "/icon-192.png",
  "/apple-icon.png",
  "/manifest.webmanifest",
  "/_next/static/no-such-file.js",
  "/%ff",
  "/c/",
  "/diagram",
  "/diagram/script",
];

/** As they are on every response. `/diagram` and its script say for themselves who may show and load them. */
const WALLS: Record<string, RegExp> = {
  "content-security-policy": /^default-src 'none'/,
  "x-content-type-options": /^nosniff$/,
  "referrer-policy": /^no-referrer$/,
  "cross-origin-opener-policy": /^same-origin$/,
  "cross-origin-resource-policy": /^(same|cross)-origin$/,
  "cross-origin-embedder-policy": /^require-corp$/,
  "permissions-policy": /camera=\(\)/,
  "strict-transport-security": /^max-age=63072000; includeSubDomains$/,
};

function expectWalls(response: Response): void {
  for (const [name, value] of Object.entries(WALLS)) expect(response.headers.get(name), name).toMatch(value);
}

describe.each([
  ["open to all", () => open],
  ["behind a gate", () => gated],
])("a deployment %s", (_, server) => {
  test.each(PAGES)("page %s scores 155 with its cookie, and 150 without", async (path) => {
    const first = await fetch(server().url + path);
    expectWalls(first);
    expect(observatoryScore(first)).toEqual({ score: 155, verdicts: expect.anything() });
    const cookie = first.headers.getSetCookie()[0]?.split(";")[0] ?? "";
    expect(cookie).toMatch(/^__Host-platen=/);
    expect(observatoryScore(await fetch(server().url + path, { headers: { cookie } })).score).toBe(150);
  });

  test.each(PAGES)("page %s has a nonce of its own on each script, and no style attribute", async (path) => {
    const [first, second] = await Promise.all([fetch(server().url + path), fetch(server().url + path)]);
    const nonceOf = (response: Response) =>
      /'nonce-([^']+)'/.exec(response.headers.get("content-security-policy") ?? "")?.[1];
    expect(nonceOf(first)).not.toBe(nonceOf(second));
    const html = await first.text();
    const scripts = html.match(/<script\b[^>]*>/g) ?? [];
    expect(scripts.length).toBeGreaterThan(0);
    for (const script of scripts) expect(script).toContain(`nonce="${nonceOf(first)}"`);
    expect(html).not.toMatch(/<[a-z][^>]*\sstyle=/);
  });

  test.each(OTHERS)("%s stands behind the same walls", async (path) => {
    expectWalls(await fetch(server().url + path, { redirect: "manual" }));
  });

  test.each(["POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"])("so does what %s is answered", async (method) => {
    for (const path of ["/", "/api/health", "/icon.svg"]) {
      expectWalls(await fetch(server().url + path, { method }));
    }
  });
});

test("every file of the build stands behind them", async () => {
  const html = await (await fetch(open.url)).text();
  const files = [...html.matchAll(/(?:src|href)="(\/_next\/static\/[^"]+)"/g)].map(([, path]) => path ?? "");
  expect(files.length).toBeGreaterThan(2);
  for (const file of new Set(files)) {
    const response = await fetch(open.url + file);
    expect(response.status).toBe(200);
    expectWalls(response);
  }
});

test("the gate shows nothing but itself, and no code is in anything that is sent", async () => {
  for (const path of PAGES) {
    const html = await (await fetch(gated.url + path)).text();
    expect(html).not.toContain(CODE);
    if (path === "/" || path.startsWith("/c/")) {
      expect(html).toContain("Access code");
      expect(html).not.toContain("Write a message");
    }
  }
});

test("an open deployment that is reachable says so at boot, and what to do; a gated one and a local one do not", async () => {
  expect(open.output()).toContain("ACCESS_CODES is not set");
  expect(open.output()).toContain(`${ORIGIN}/#code=`);
  expect(gated.output()).not.toContain("ACCESS_CODES");
  const local = await startServer({ APP_ORIGIN: "http://localhost:3000" });
  expect(local.output()).not.toContain("ACCESS_CODES");
  await local.end("SIGKILL");
});

test("a code that is removed signs out whom it let in, and no other; nothing of it is written anywhere", async () => {
  const codes = `friends:${CODE},family:another-code-of-the-walls`;
  const first = await startServer({ ACCESS_CODES: codes, LOG_LEVEL: "trace" });
  const cookieFor = async (code: string) => {
    const response = await fetch(`${first.url}/api/access`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ code }),
    });
    return response.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  };
  const [friend, family] = [await cookieFor(CODE), await cookieFor("another-code-of-the-walls")];
  await cookieFor("a-wrong-code-canary");
  await first.end("SIGTERM");
  expect(first.output()).not.toMatch(/code-of-the-walls|canary/);

  const second = await startServer({
    ACCESS_CODES: `friends:changed-${CODE},family:another-code-of-the-walls`,
    DATA_DIR: first.dataDir,
  });
  const status = async (cookie: string) =>
    (await fetch(`${second.url}/api/conversations`, { headers: { cookie } })).status;
  expect([await status(friend), await status(family)]).toEqual([401, 200]);
  await second.end("SIGTERM");
});

test("the address is the socket's, whatever a client writes of it", async () => {
  const server = await startServer({ ACCESS_CODES: `friends:${CODE}` });
  const statuses: number[] = [];
  for (let tried = 0; tried < 15; tried++) {
    const response = await fetch(`${server.url}/api/access`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "x-forwarded-for": `203.0.113.${tried}`,
        "x-platen-address": `203.0.113.${tried}`,
        "x-real-ip": `203.0.113.${tried}`,
        forwarded: `for=203.0.113.${tried}`,
      },
      body: JSON.stringify({ code: `wrong-${tried}` }),
    });
    statuses.push(response.status);
  }
  expect(statuses).toEqual([...Array<number>(10).fill(401), ...Array<number>(5).fill(429)]);
  await server.end("SIGKILL");
});

test("behind a trusted proxy it is the one that the proxy heard from", async () => {
  const server = await startServer({ ACCESS_CODES: `friends:${CODE}`, TRUSTED_PROXY_HOPS: "1" });
  const tryFrom = async (forwarded: string) =>
    (
      await fetch(`${server.url}/api/access`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-forwarded-for": forwarded },
        body: JSON.stringify({ code: "a-wrong-code" }),
      })
    ).status;
  for (let tried = 0; tried < 10; tried++) await tryFrom(`192.0.2.${tried}, 198.51.100.1`);
  expect(await tryFrom("192.0.2.200, 198.51.100.1")).toBe(429);
  expect(await tryFrom("198.51.100.1, 198.51.100.2")).toBe(401);
  await server.end("SIGKILL");
});
