import { afterAll, beforeAll, expect, test } from "vitest";
import { answer, everyMs, refuse, type Scenario } from "../upstream/scenario";
import { startUpstream } from "../upstream/server";
import type { Upstream } from "../upstream/upstream";
import { launch, readAll, type Server, startServer, Visitor } from "./server";

/** In all that is said, sent or set: none of it may be in what the server writes. */
const CANARY = "canary";
const CODE = `${CANARY}-access-code`;

let upstream: Upstream;
let server: Server;

beforeAll(async () => {
  upstream = await startUpstream();
  server = await startServer({
    LOG_LEVEL: "trace",
    ANTHROPIC_BASE_URL: upstream.url,
    ANTHROPIC_API_KEY: `sk-ant-${CANARY}-key`,
    SYSTEM_PROMPT: `You are a ${CANARY}.`,
    ACCESS_CODES: `friends:${CODE}`,
    SESSION_SECRET: `${CANARY}-session-secret`,
    METRICS_TOKEN: `${CANARY}-metrics-token`,
  });
});

afterAll(async () => {
  await server.end("SIGTERM");
  await upstream.close();
});

type Line = { event: string; level: string; requestId?: string; route?: string; [field: string]: unknown };

function lines(): Line[] {
  return server
    .output()
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Line);
}

async function letIn(): Promise<Visitor> {
  const visitor = new Visitor(server);
  const response = await visitor.request("/api/access", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ code: CODE }),
  });
  expect(response.status).toBe(200);
  return visitor;
}

/** The line of the request that was answered with `response`. It is written just after the connection's last byte. */
async function lineOf(response: Response): Promise<Line> {
  const requestId = response.headers.get("x-request-id");
  expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
  return expect
    .poll(() => lines().filter((line) => line.event === "request" && line.requestId === requestId), { timeout: 5_000 })
    .toHaveLength(1)
    .then(() => lines().find((line) => line.requestId === requestId) as Line);
}

test("an answer's request has one line, at its end, with the model's own request id and the tokens", async () => {
  const visitor = await letIn();
  upstream.script(answer("Six words are in this answer.", { pace: everyMs(5) }));
  const { id, response } = await visitor.ask("Hello?");
  await readAll(response).ended;
  expect(await lineOf(response)).toMatchObject({
    level: "info",
    method: "PUT",
    route: "/api/generations/[id]",
    status: 200,
    generationId: id,
    model: "claude-sonnet-5-5",
    outcome: "done",
    inputTokens: 12,
    tries: 1,
    upstreamRequestId: expect.stringMatching(/^req_/),
    ms: expect.any(Number),
    bytes: expect.any(Number),
  });
});

test("a refusal names the request id that is in the log, and not one that the client made up", async () => {
  const visitor = await letIn();
  const response = await visitor.request("/api/generations/nonsense", { headers: { "x-request-id": "made-up" } });
  const { error } = (await response.json()) as { error: { requestId: string } };
  expect(error.requestId).toBe(response.headers.get("x-request-id"));
  expect(error.requestId).not.toBe("made-up");
  expect(await lineOf(response)).toMatchObject({ route: "/api/generations/[id]", status: 400 });
});

test("pages and paths that do not exist have a line and an id too", async () => {
  expect(await lineOf(await fetch(`${server.url}/`))).toMatchObject({ route: "/", status: 200 });
  expect(await lineOf(await fetch(`${server.url}/no/such/page`))).toMatchObject({ route: "other", status: 404 });
});

test("a reader who leaves is told apart, and the line has the answer's end all the same", async () => {
  const visitor = await letIn();
  upstream.script(answer("One, two, three, and so on. ".repeat(10), { pace: everyMs(10) }));
  const { id, response } = await visitor.ask("Count.");
  await response.body?.cancel();
  await readAll(await visitor.follow(id)).ended;
  expect(await lineOf(response)).toMatchObject({ isCut: true, outcome: "done" });
});

test("nothing that anybody says, sends or sets is ever written", async () => {
  const visitor = await letIn();
  const scenarios: Scenario[] = [
    answer(`The ${CANARY} answers.`),
    refuse(400, "invalid_request_error", {
      message: `messages.0: ${CANARY} in the prompt`,
      details: { [CANARY]: CANARY },
    }),
    refuse(401, "authentication_error", { message: `invalid key ${CANARY}` }),
    refuse(404, "not_found_error", { message: `model: ${CANARY}` }),
    refuse(413, "request_too_large", { message: CANARY, headers: { [`x-${CANARY}`]: CANARY } }),
    { ...answer(`The ${CANARY} is cut. `.repeat(20)), ending: { type: "cut", afterBytes: 900, reset: true } },
    { ...answer(`The ${CANARY} ends early. `.repeat(20)), ending: { type: "cut", afterBytes: 900, reset: false } },
  ];
  for (const scenario of scenarios) {
    upstream.script(scenario);
    const { id, conversationId, response } = await visitor.ask(`Tell me of the ${CANARY}.`);
    await readAll(response).ended;
    await visitor.stop(id);
    await visitor.request(`/api/conversations/${conversationId}`, {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ title: `A ${CANARY} title` }),
    });
  }
  const json = { "content-type": "application/json" };
  const odd: [string, RequestInit & { headers?: Record<string, string> }][] = [
    [`/?code=${CANARY}`, {}],
    [`/${CANARY}?${CANARY}=${CANARY}`, {}],
    [`/c/${CANARY}`, {}],
    [`/share/${CANARY}`, {}],
    [`/api/${CANARY}`, {}],
    [`/api/conversations?query=${CANARY}&cursor=${CANARY}`, {}],
    [`/api/generations/${CANARY}`, { headers: { "last-event-id": CANARY } }],
    [
      "/api/conversations",
      { headers: { [`x-${CANARY}`]: CANARY, "user-agent": CANARY, referer: `http://${CANARY}/` } },
    ],
    ["/api/conversations", { headers: { cookie: `platen=${CANARY}; ${CANARY}=1`, authorization: `Bearer ${CANARY}` } }],
    ["/api/conversations", { headers: { "x-forwarded-for": CANARY, "x-request-id": CANARY } }],
    [`/api/generations/${crypto.randomUUID()}`, { method: "PUT", headers: json, body: `{"${CANARY}":` }],
    [`/api/generations/${crypto.randomUUID()}`, { method: "PUT", headers: json, body: `{"${CANARY}":"${CANARY}"}` }],
    [`/api/generations/${crypto.randomUUID()}`, { method: "PUT", headers: { "content-type": CANARY }, body: CANARY }],
    ["/api/access", { method: "POST", headers: json, body: JSON.stringify({ code: `wrong-${CANARY}` }) }],
    ["/api/conversations", { method: "DELETE", headers: { origin: `http://${CANARY}.example` } }],
    ["/metrics", { headers: { authorization: `Bearer ${CANARY}` } }],
    ["/metrics", { headers: { authorization: `Bearer ${CANARY}-metrics-token` } }],
  ];
  for (const [path, init] of odd) await visitor.request(path, init).then((response) => response.text());
  await visitor.request(`/${CANARY}`, { method: "POST", body: CANARY }).then((response) => response.text());
  await lineOf(await fetch(`${server.url}/`));
  expect(lines().filter(({ event }) => event === "request").length).toBeGreaterThan(30);
  expect(server.output().toLowerCase()).not.toContain(CANARY);
});

test("a server whose output nobody reads any more goes on, and ends when told", async () => {
  const unread = await startServer({ LOG_LEVEL: "trace", ANTHROPIC_BASE_URL: upstream.url });
  unread.closeOutput();
  upstream.script(answer("Still here."));
  for (let round = 0; round < 3; round++) {
    const reader = readAll((await new Visitor(unread).ask("Are you there?")).response);
    await reader.ended;
    expect(reader.events.at(-1)?.event).toMatchObject({ outcome: { type: "done" } });
  }
  expect(await unread.end("SIGTERM")).toBe(0);
});

test("a database that cannot be reached is named without its password", async () => {
  const broken = await launch(
    { LOG_LEVEL: "trace", DATABASE_URL: `postgres://platen:${CANARY}@127.0.0.1:1/platen` },
    "serve.mjs",
  );
  // It does not exit by itself everywhere: a store may come later.
  await Promise.race([
    broken.exited,
    expect.poll(() => broken.output().length, { timeout: 10_000 }).toBeGreaterThan(0),
  ]);
  await fetch(`${broken.url}/api/ready`).catch(() => {}); // It may have ended.
  await broken.end("SIGKILL");
  expect(broken.output()).not.toBe("");
  expect(broken.output()).not.toContain(CANARY);
});
