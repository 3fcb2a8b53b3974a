import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { textOf } from "@/lib/chat/message";
import { contentOf, isUnbroken, outcomeOf } from "../routes/harness";
import { answer, everyMs } from "../upstream/scenario";
import { startUpstream } from "../upstream/server";
import type { Upstream } from "../upstream/upstream";
import { random, readAll, type Server, startServer, Visitor } from "./server";

const REQUESTS = 10_000;
const AT_ONCE = 100;
const ENDS_WITHIN_MS = 300_000;
const GIVE_UP_MS = 400;
/** Not implemented, at the limit, and no such version of HTTP. */
const ALLOWED = new Set([501, 503, 505]);
const LONG = "A stream beside a storm runs on as if there were none. ".repeat(160);

let upstream: Upstream;
let server: Server;

beforeAll(async () => {
  upstream = await startUpstream();
  server = await startServer({ ANTHROPIC_BASE_URL: upstream.url });
});

afterAll(async () => {
  await server.end("SIGKILL");
  await upstream.close();
});

test(
  `${REQUESTS} malformed requests get no 500, and disturb neither the process nor a stream beside them`,
  async () => {
    upstream.script(answer(LONG, { pace: everyMs(20) }));
    const visitor = new Visitor(server);
    const { response } = await visitor.ask("Hello");
    const beside = readAll(response);
    await beside.begun;

    const chance = random(2000);
    const faults = new Set<string>();
    for (let sent = 0; sent < REQUESTS; sent += AT_ONCE) {
      const requests = Array.from({ length: AT_ONCE }, () => malformed(chance));
      const statuses = await Promise.all(requests.map(sendRaw));
      statuses.forEach((status, index) => {
        const [line = ""] = requests[index]?.split("\r\n") ?? [];
        if (status >= 500 && !ALLOWED.has(status)) faults.add(`${status} for ${line.slice(0, 80)}`);
      });
    }
    expect([...faults]).toEqual([]);
    await beside.ended;
    expect(isUnbroken(beside.events)).toBe(true);
    expect(outcomeOf(beside.events)).toMatchObject({ type: "done" });
    expect(textOf(contentOf(beside.events))).toBe(LONG);
    expect((await visitor.request("/api/ready")).status).toBe(200);
    expect(upstream.requests).toHaveLength(1);
  },
  ENDS_WITHIN_MS,
);

/** The status of the answer; 0 when the connection ends without one. */
function sendRaw(bytes: string): Promise<number> {
  return new Promise((resolve) => {
    const socket = connect({ port: server.port, host: "127.0.0.1" });
    let answered = "";
    const finish = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(Number(/^HTTP\/1\.[01] (\d{3})/.exec(answered)?.[1] ?? 0));
    };
    // Half a request is never answered; that is the point of some.
    const timer = setTimeout(finish, GIVE_UP_MS);
    socket.on("data", (piece) => {
      answered += piece.toString("latin1");
      if (answered.includes("\r\n")) finish();
    });
    socket.on("error", finish);
    socket.on("close", finish);
    socket.write(bytes, "latin1");
  });
}

type Chance = () => number;

function pick<Choice>(chance: Chance, choices: readonly Choice[]): Choice {
  return choices[Math.floor(chance() * choices.length)] as Choice;
}

function noise(chance: Chance, length: number): string {
  return Array.from({ length }, () => String.fromCharCode(Math.floor(chance() * 256))).join("");
}

const BODIES: readonly ((chance: Chance) => string)[] = [
  () => "",
  () => "{",
  () => "null",
  () => "[]",
  () => '"text"',
  () => `${"[".repeat(20_000)}${"]".repeat(20_000)}`,
  () => '{"__proto__":{"conversationId":1},"constructor":{}}',
  () => JSON.stringify({ conversationId: randomUUID(), parentId: null }),
  () => JSON.stringify({ conversationId: "not-a-uuid", parentId: null, message: {} }),
  () => JSON.stringify({ conversationId: randomUUID(), parentId: null, message: { id: randomUUID(), content: [] } }),
  () =>
    JSON.stringify({
      conversationId: randomUUID(),
      parentId: randomUUID(),
      message: { id: randomUUID(), content: [{ type: "text", text: "Hi" }] },
    }),
  () =>
    JSON.stringify({
      conversationId: randomUUID(),
      parentId: null,
      message: { id: randomUUID(), content: [{ type: "image", attachmentId: randomUUID() }] },
    }),
  () => JSON.stringify({ title: "x".repeat(5000) }),
  () => "x".repeat(70_000),
  () => '{"title":"\\ud800\\u0000"}',
  (chance) => noise(chance, 200),
];

const PATHS: readonly ((chance: Chance) => string)[] = [
  () => `/api/generations/${randomUUID()}`,
  () => `/api/generations/${randomUUID()}?after=-1`,
  () => `/api/generations/${randomUUID()}?shown=1e9`,
  () => "/api/generations/..%2f..%2fetc%2fpasswd",
  () => "/api/generations/%",
  () => "/api/generations/%ff%fe",
  () => `/api/generations/${"a".repeat(5000)}`,
  () => "/api/generations/",
  () => "/api/conversations?cursor=%00&query=%25%5F%5C",
  () => "/api/conversations?cursor=%0d%0aset-cookie:%20evil=1",
  () => "/api/generations/%0d%0a%0d%0aevil?after=%0d%0aevil:%201",
  () => "/api/access",
  () => "/api/device-links/redeem",
  () => "/share/%0d%0aevil:%201",
  () => "/c//elsewhere.example/%0d%0aevil:%201",
  () => `/api/conversations?query=${"%F0%9F%91%8D".repeat(500)}`,
  () => `/api/conversations/${randomUUID()}`,
  () => "/api/conversations/undefined",
  () => "/api/no-such-call",
  () => "//api//conversations",
  () => "/c/not-a-uuid",
  () => `/c/${randomUUID()}`,
  () => "/_next/static/..%2f..%2fserver.js",
  () => "http://[::1/",
  () => "*",
  (chance) => `/${encodeURIComponent(noise(chance, 30))}`,
];

const HEADERS = [
  "content-type: application/json",
  "content-type: text/plain",
  "content-type: application/json; charset=utf-16",
  "content-type: multipart/form-data; boundary=",
  "sec-fetch-site: cross-site",
  "origin: null",
  "origin: https://elsewhere.example",
  "cookie: platen=1.aaaaaaaaaaaaaaaaaaaaaa.1.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
  `cookie: ${"platen=; ".repeat(300)}`,
  "last-event-id: -1",
  "last-event-id: 99999999999999999999",
  "x-forwarded-for: , , ,",
  "x-forwarded-host: elsewhere.example",
  "content-encoding: gzip",
  "expect: 100-continue",
  "range: bytes=0-0,5-1",
  "last-event-id: 1\r\n evil: folded",
  "cookie: platen=1\nevil: 1",
  "x-request-id: a\rb",
  "x-platen-address: ::::",
  'forwarded: for="[::1]\\"',
  "content-length: 5",
  "transfer-encoding: identity, chunked",
  "accept-encoding: gzip, gzip, gzip",
  "next-action: 0000000000000000000000000000000000000000",
  "rsc: 1",
  "next-router-state-tree: %5B%22",
];

const METHODS = ["GET", "PUT", "DELETE", "PATCH", "POST", "HEAD", "OPTIONS", "TRACE", "BREW", "PROPFIND"];

/** Bytes that are no valid call of the API, from well-formed HTTP with a wrong body to no HTTP at all. */
function malformed(chance: Chance): string {
  if (chance() < 0.1) return noise(chance, 1 + Math.floor(chance() * 300));
  const method = pick(chance, METHODS);
  const path = pick(chance, PATHS)(chance);
  const body = pick(chance, BODIES)(chance);
  const headers = Array.from({ length: Math.floor(chance() * 4) }, () => pick(chance, HEADERS));
  const length = chance() < 0.8 ? body.length : Math.floor(chance() * 100_000);
  const framing = chance() < 0.9 ? `content-length: ${length}` : "transfer-encoding: chunked";
  const version = chance() < 0.95 ? "HTTP/1.1" : pick(chance, ["HTTP/1.0", "HTTP/2.0", "HTTP/9", ""]);
  const head = [`${method} ${path} ${version}`, `host: 127.0.0.1:${server.port}`, framing, ...headers].join("\r\n");
  const whole = `${head}\r\n\r\n${body}`;
  return chance() < 0.9 ? whole : whole.slice(0, Math.floor(chance() * whole.length));
}
