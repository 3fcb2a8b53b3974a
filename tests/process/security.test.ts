import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readAll, type Server, startServer, Visitor } from "./server";

const CODE = "code-of-the-security-tests";

let server: Server;
let visitor: Visitor;
let conversationId: string;

beforeAll(async () => {
  server = await startServer({ ACCESS_CODES: `friends:${CODE}`, LOG_LEVEL: "info" });
  visitor = new Visitor(server);
  for (const code of ["a-wrong-code", CODE]) {
    const headers = { "content-type": "application/json" };
    await visitor.request("/api/access", { method: "POST", headers, body: JSON.stringify({ code }) });
  }
  const asked = await visitor.ask("Hello");
  conversationId = asked.conversationId;
  await readAll(asked.response).ended;
});

afterAll(async () => {
  await server?.end("SIGKILL");
});

/** What the server answers to these bytes, until it closes the connection. */
function raw(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answered = "";
    const socket = connect({ port: server.port, host: "127.0.0.1" }, () => socket.write(bytes));
    socket.on("data", (piece) => {
      answered += piece.toString("latin1");
    });
    socket.on("close", () => resolve(answered));
    socket.on("error", reject);
  });
}

test("nothing that is anybody's own is kept by a browser or a proxy: pages, their data, and the API", async () => {
  const path = `/c/${conversationId}`;
  const rsc = { headers: { rsc: "1" } };
  const responses = await Promise.all([
    visitor.request("/"),
    visitor.request(path),
    visitor.request(path, rsc),
    visitor.request("/owner"),
    visitor.request(`/share/${"0".repeat(32)}`),
    visitor.request("/api/conversations"),
    visitor.request(`/api/conversations/${conversationId}`),
    visitor.request(`/api/conversations/${conversationId}/export?format=json`),
    visitor.request("/api/export"),
    visitor.request(`/api/conversations/${randomUUID()}`),
  ]);
  for (const response of responses) expect(response.headers.get("cache-control"), response.url).toContain("no-store");
  expect(responses[2]?.headers.get("content-type")).toContain("text/x-component");
});

test("what is sent says what it is, texts their characters too", async () => {
  const types = {
    "/": "text/html; charset=utf-8",
    "/diagram": "text/html; charset=utf-8",
    "/api/health": "application/json",
  };
  for (const [path, type] of Object.entries(types)) {
    expect((await visitor.request(path)).headers.get("content-type")).toBe(type);
  }
});

test("no address leads to another host, and none to a file that is not the page's", async () => {
  for (const path of ["//elsewhere.example/", "/\\elsewhere.example/", "//elsewhere.example/c/", "/c/"]) {
    const answered = await raw(
      `GET ${path} HTTP/1.1\r\nhost: x\r\nx-forwarded-host: elsewhere.example\r\nconnection: close\r\n\r\n`,
    );
    expect(/^location: (.*)$/im.exec(answered)?.[1] ?? "/", path).toMatch(/^\/(?![/\\])/);
  }
  const files = ["/.git/config", "/.env", "/../package.json", "/..%2fpackage.json", "/_next/../../package.json"];
  const folders = [
    "/_next/static",
    "/_next/static/chunks",
    "/data/session-secret",
    "/_next/server/app/page.js",
    "/playground",
  ];
  for (const path of [...files, ...folders]) {
    const answered = await raw(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
    expect(answered, path).toMatch(/^HTTP\/1\.1 404 /);
  }
});

test("pages are only read: no server action is looked for in what is sent to one", async () => {
  for (const contentType of ["text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"]) {
    for (const path of ["/", `/c/${conversationId}`, "/owner", "/no/such/page"]) {
      const headers = { "content-type": contentType, "next-action": "canary-of-an-action" };
      const response = await visitor.request(path, { method: "POST", headers, body: "a=1" });
      expect(response.status).toBe(405);
    }
  }
  expect(server.output()).not.toMatch(/canary-of-an-action|Server Action/);
});

test("TRACE, and a request whose end could be read in two ways, are refused", async () => {
  expect(await raw("TRACE / HTTP/1.1\r\nhost: x\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
  const head = "POST /api/access HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";
  const framings = [
    "content-length: 4\r\ntransfer-encoding: chunked",
    "content-length: 4\r\ncontent-length: 5",
    "transfer-encoding: chunked, identity",
  ];
  for (const framing of framings) {
    expect(await raw(`${head}${framing}\r\n\r\n0\r\n\r\n`), framing).toMatch(/^HTTP\/1\.1 400 /);
  }
});

test("each try of a code, and each call that was not allowed, has its line in the log", async () => {
  await fetch(`${server.url}/api/conversations`);
  await new Visitor(server).request(`/api/conversations/${conversationId}`);
  await expect
    .poll(() =>
      server
        .output()
        .split("\n")
        .flatMap((line) => (line.startsWith("{") ? [JSON.parse(line)] : []))
        .map(({ method, route, status }) => `${method} ${route} ${status}`),
    )
    .toEqual(
      expect.arrayContaining([
        "POST /api/access 401",
        "POST /api/access 200",
        "GET /api/conversations 401",
        "GET /api/conversations/[id] 401",
      ]),
    );
});
