import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signSession } from "@/lib/server/session";
import { answer } from "../upstream/scenario";
import { type App, allEvents, Client, startApp } from "./harness";

const SECRET = "the secret that signs today";
const OLD_SECRET = "the secret of some time ago";
const CODE = "code-of-the-refusals";
const OWNER_CODE = "code-of-the-owner-of-it-all";
const API = fileURLToPath(new URL("../../app/api", import.meta.url));
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
const MEGABYTES_12 = 12 * 1024 * 1024;

type Method = (typeof METHODS)[number];
type Handler = (
  request: Request,
  context: { params: Promise<Record<string, unknown>> },
) => Promise<Response> | Response;

/** Answered before the gate: what lets in, what says who is up, and what is unknown to everyone. */
const OPEN = new Set([
  "POST /api/access",
  "DELETE /api/session",
  "POST /api/device-links/redeem",
  "GET /api/health",
  "GET /api/ready",
]);
const UNKNOWN = "/api/[...path]";
/** Neither asks who it is nor where from: machines call them. */
const FOR_MACHINES = new Set(["/api/health", "/api/ready"]);
/** The owner's calls are unknown to everybody else, rather than closed. */
const OWNERS = /^\/api\/owner/;
/** What a call must be told in its address before it looks for anything. */
const QUERIES: Record<string, string> = { "GET /api/conversations/[id]/export": "?format=json" };
/** Files, in a form or as they are: their own tests say what is refused of them. */
const TAKES_OTHER_BODIES = new Set(["POST /api/import", "POST /api/attachments"]);

const routes = readdirSync(API, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith("route.ts"))
  .map((file) => `/api/${file.replaceAll("\\", "/").replace(/\/?route\.ts$/, "")}`);

const handlers: { route: string; method: Method; handle: Handler }[] = [];
for (const route of routes) {
  const exported = (await import(join(API, route.slice("/api/".length), "route.ts"))) as Partial<
    Record<Method, Handler>
  >;
  for (const method of METHODS) {
    const handle = exported[method];
    if (handle !== undefined) handlers.push({ route, method, handle });
  }
}

let app: App;
/** Somebody who may everything and has a conversation, and somebody else who was let in too. */
let owner: Client;
let other: Client;
let ids: { id: string; conversationId: string };

beforeAll(async () => {
  app = await startApp({ ACCESS_CODES: `owner:${OWNER_CODE},all:${CODE}`, SESSION_SECRET: `${SECRET},${OLD_SECRET}` });
  app.upstream.script(answer("Well."));
  [owner, other] = await Promise.all([letIn(OWNER_CODE), letIn(CODE)]);
  const { response, ...asked } = await owner.ask("Mine");
  await allEvents(response);
  ids = asked;
});

afterAll(() => app?.upstream.close());

async function letIn(code: string): Promise<Client> {
  const { POST } = await import("@/app/api/access/route");
  const client = new Client(app);
  const request = client.request("/api/access", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ code }),
  });
  client.keepCookie(await POST(request));
  return client;
}

type Sent = { cookie?: string; headers?: Record<string, string>; body?: BodyInit };

/** The call as its route would get it, about what `owner` has. */
function call({ route, method, handle }: (typeof handlers)[number], { cookie = owner.cookie, headers, body }: Sent) {
  const id = route.includes("/generations/") ? ids.id : ids.conversationId;
  const query = QUERIES[`${method} ${route}`] ?? "";
  const path = route.replace("[id]", id).replace("[...path]", "no/such/call") + query;
  const params = route === UNKNOWN ? { path: ["no", "such", "call"] } : { id };
  const request = new Request(`http://localhost:3000${path}`, {
    method,
    headers: { ...(cookie === "" ? {} : { cookie }), ...headers },
    ...(body === undefined ? {} : { body }),
  });
  return Promise.resolve(handle(request, { params: Promise.resolve(params) }));
}

async function expectRefusal(response: Response, ...statuses: number[]): Promise<void> {
  const text = await response.text();
  expect(statuses, text).toContain(response.status);
  const { error } = JSON.parse(text) as { error: { code: string; message: string; requestId: string } };
  expect(error).toEqual(
    expect.objectContaining({ code: expect.any(String), message: expect.any(String), requestId: expect.any(String) }),
  );
}

test("the routes are found", () => {
  expect(handlers.length).toBeGreaterThan(8);
  expect(routes).toContain("/api/generations/[id]");
});

const gated = handlers.filter(({ route, method }) => !OPEN.has(`${method} ${route}`) && route !== UNKNOWN);
const guarded = handlers.filter(({ route }) => !FOR_MACHINES.has(route));

const now = Math.floor(Date.now() / 1000);
const stranger = { id: "abcdefghijklmnopqrstuv", grant: undefined };

/** The cookie `value` with the grant that `owner` was given. */
function granted(issuedAt: number, secret: string): string {
  const grant = owner.cookie.split(".")[3] ?? "";
  return `platen=${signSession({ id: stranger.id, grant }, issuedAt, [secret])}`;
}

const COOKIES: Record<string, () => string> = {
  "no session": () => "",
  "a session that was never let in": () => `platen=${signSession(stranger, now, [SECRET])}`,
  "a forged signature": () => owner.cookie.replace(/.$/, (last) => (last === "A" ? "B" : "A")),
  "a changed visitor": () => owner.cookie.replace(/\.[\w-]{22}\./, `.${stranger.id}.`),
  "a cookie of an unknown key": () => granted(now, "somebody else's secret key"),
  "a cookie that is out of date": () => granted(now - 401 * 24 * 3600, SECRET),
  "no cookie at all in the header": () => ";;=;platen",
};

describe.each(gated)("$method $route", (one) => {
  test.each(Object.entries(COOKIES))("with %s asks for a code", async (_, cookie) => {
    const response = await call(one, { cookie: cookie() });
    await expectRefusal(response, OWNERS.test(one.route) ? 404 : 401);
  });

  test("takes a cookie that an old key has signed, and renews it", async () => {
    const response = await call(one, { cookie: granted(now, OLD_SECRET) });
    expect(response.status).not.toBe(401);
    expect(response.status).toBeLessThan(500);
    if (response.ok) expect(response.headers.get("set-cookie")).toContain("platen=1.");
    await response.body?.cancel();
  });

  test.runIf(one.route.includes("[id]"))("of somebody else's is as unknown as one that does not exist", async () => {
    const hasBody = one.method !== "GET" && one.method !== "DELETE";
    const body = FOREIGN_BODIES[`${one.method} ${one.route}`]?.();
    // A route whose body is not in the list above refuses an empty one before it looks for anything.
    const statuses = hasBody && body === undefined ? [400, 404, 415] : [404];
    const sent = { cookie: other.cookie, headers: { "content-type": "application/json" } };
    const response = await call(one, hasBody ? { ...sent, body: JSON.stringify(body ?? {}) } : sent);
    await expectRefusal(response, ...statuses);
  });
});

/** Bodies that would be right, were the id not somebody else's. Without one, only the refusal of an empty one is shown. */
const FOREIGN_BODIES: Record<string, () => unknown> = {
  "PUT /api/generations/[id]": () => ({
    conversationId: ids.conversationId,
    parentId: null,
    message: { id: crypto.randomUUID(), content: [{ type: "text", text: "Mine?" }] },
  }),
  "PATCH /api/conversations/[id]": () => ({ title: "Mine now" }),
  "POST /api/conversations/[id]/shares": () => ({ leafId: ids.id }),
};

describe.each(guarded)("$method $route", (one) => {
  test.each([
    ["cross-site", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors" }],
    ["from a sister site", { "sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors" }],
    ["from another origin", { origin: "https://elsewhere.example" }],
    ["from no origin", { origin: "null" }],
    ["from another port", { origin: "http://localhost:3001", host: "localhost:3000" }],
  ])("%s is forbidden", async (_, headers) => {
    await expectRefusal(await call(one, { headers: headers as Record<string, string> }), 403);
  });

  test.runIf(one.method === "GET")("can be followed as a link", async () => {
    const headers = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
    const response = await call(one, { headers });
    expect(response.status).not.toBe(403);
    expect(response.status).toBeLessThan(500);
    await response.body?.cancel();
  });
});

const json = { "content-type": "application/json" };
const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
const BODIES: Record<string, { sent: Sent; statuses: number[] }> = {
  "no body": { sent: { headers: json }, statuses: [400] },
  null: { sent: { headers: json, body: "null" }, statuses: [400] },
  "an array": { sent: { headers: json, body: "[]" }, statuses: [400] },
  "a number": { sent: { headers: json, body: "1e999" }, statuses: [400] },
  "unknown keys": { sent: { headers: json, body: '{"__proto__":{},"constructor":1}' }, statuses: [400] },
  "half of it": { sent: { headers: json, body: '{"code":' }, statuses: [400] },
  "deep JSON": { sent: { headers: json, body: deep }, statuses: [400, 413] },
  "deep JSON within the limit": { sent: { headers: json, body: deep.slice(80_000, 120_000) }, statuses: [400] },
  "12 MB": { sent: { headers: json, body: "x".repeat(MEGABYTES_12) }, statuses: [413] },
  "bad UTF-8": { sent: { headers: json, body: new Uint8Array([0x22, 0xc3, 0x28, 0x22]) }, statuses: [400] },
  "a lone surrogate": { sent: { headers: json, body: '{"\\ud800":"\\udfff"}' }, statuses: [400] },
  "text for a type": { sent: { headers: { "content-type": "text/plain" }, body: "{}" }, statuses: [415] },
  "a form": { sent: { body: new URLSearchParams("code=x") }, statuses: [415] },
  "no type": { sent: { body: new Uint8Array([0x7b, 0x7d]) }, statuses: [415] },
};

const reading = guarded.filter(
  ({ route, method }) =>
    ["POST", "PUT", "PATCH"].includes(method) && route !== UNKNOWN && !TAKES_OTHER_BODIES.has(`${method} ${route}`),
);

describe.each(reading)("$method $route", (one) => {
  test.each(Object.entries(BODIES))("with %s is refused", async (_, { sent, statuses }) => {
    const response = await call(one, sent);
    await expectRefusal(response, ...statuses);
  });
});

test("a claim of more than any call takes is refused before anything is asked", async () => {
  for (const one of guarded) {
    const headers = { "content-length": "200000001", "sec-fetch-site": "cross-site" };
    await expectRefusal(await call(one, { cookie: "", headers }), 413);
  }
});

test("nothing of all that has reached the model, and what there was is as it was", async () => {
  expect(app.upstream.requests.filter(({ path }) => path.includes("/messages"))).toHaveLength(1);
  expect((await owner.conversation(ids.conversationId)).messages).toHaveLength(2);
});
