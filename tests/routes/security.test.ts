import { createServer } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { answer, refuse } from "../upstream/scenario";
import { type App, allEvents, Client, newClient, newIds, outcomeOf, startApp } from "./harness";

let app: App;

beforeAll(async () => {
  app = await startApp({ APP_ORIGIN: "https://chat.example.org" });
});

afterAll(() => app?.upstream.close());

function list(client: Client, query: string): Promise<Response> {
  return app.conversations.GET(client.request(`/api/conversations?${query}`));
}

test("the session cookie is for this host alone, over https, and out of every script's reach", async () => {
  const response = await app.conversations.GET(new Client(app).request("/api/conversations"));
  expect(response.headers.getSetCookie()).toEqual([
    expect.stringMatching(
      /^__Host-platen=1\.[\w-]{22}\.\d+\.[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=34560000; Secure$/,
    ),
  ]);
});

test("of a thousand visitors no two have the same id, and each has 128 bits of chance", async () => {
  const { newIdentity } = await import("@/lib/server/session");
  const ids = Array.from({ length: 1_000 }, () => newIdentity().id);
  expect(new Set(ids).size).toBe(1_000);
  for (const id of ids) expect(Buffer.from(id, "base64url")).toHaveLength(16);
});

test("no answer of the API may be read by another origin's page", async () => {
  const client = await newClient(app);
  for (const origin of ["https://elsewhere.example", "null", "https://chat.example.org"]) {
    const response = await app.conversations.GET(client.request("/api/conversations", { headers: { origin } }));
    expect([...response.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
  }
});

test("SQL in a title, a search or a cursor is only text", async () => {
  const client = await newClient(app);
  const { conversationId, response } = await client.ask("Hello");
  await allEvents(response);
  const title = `'; drop table conversations; --" or 1=1 \\`;
  const request = client.request(`/api/conversations/${conversationId}`, {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ title }),
  });
  const params = Promise.resolve({ id: conversationId });
  expect((await app.conversation.PATCH(request, { params })).status).toBe(200);
  expect((await client.conversation(conversationId)).title).toBe(title);
  for (const query of ["' or 1=1 --", "') union select id from visitors --", '"*" NEAR(drop)', "drop & table:*"]) {
    expect((await list(client, `query=${encodeURIComponent(query)}`)).status).toBe(200);
    expect((await list(client, `cursor=${encodeURIComponent(`${query}_${query}`)}`)).status).toBe(200);
  }
});

test("a NUL, which PostgreSQL keeps in no text, is refused or passed over, and is no fault", async () => {
  const client = await newClient(app);
  for (const query of ["cursor=%00_x", "cursor=2026-01-01T00:00:00.000Z_%00", "query=%00", "query=a&cursor=%00_%00"]) {
    expect((await list(client, query)).status).toBe(200);
  }
  const { id, conversationId, messageId } = newIds();
  const message = { id: messageId, content: [{ type: "text", text: "Hello" }] };
  const response = await client.put(id, { conversationId, parentId: null, message, settings: { model: "a\0b" } });
  expect(response.status).toBe(400);
});

test("of a parameter that is named twice the first one counts", async () => {
  const client = await newClient(app);
  const { GET } = await import("@/app/api/conversations/[id]/export/route");
  const { conversationId, response } = await client.ask("Hello");
  await allEvents(response);
  const path = `/api/conversations/${conversationId}/export?format=markdown&format=json`;
  const exported = await GET(client.request(path), { params: Promise.resolve({ id: conversationId }) });
  expect(exported.headers.get("content-type")).toContain("text/markdown");
});

test("a fault of ours says nothing of what it was", async () => {
  const { serve } = await import("@/lib/server/guard");
  const response = await serve(new Client(app).request("/api/conversations"), async () => {
    throw new TypeError("secret of the stack");
  });
  expect(response.status).toBe(500);
  expect(await response.json()).toEqual({
    error: {
      code: "internal",
      message: "Something went wrong here. Please try again.",
      requestId: expect.any(String),
    },
  });
});

test("the key goes to the model's server, and along with no redirect to another", async () => {
  let asked = 0;
  const elsewhere = createServer((_, response) => {
    asked += 1;
    response.end();
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => elsewhere.once("listening", resolve));
  const address = elsewhere.address();
  const location = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/v1/messages`;
  app.upstream.script(refuse(307, "redirect", { headers: { location } }));
  const { response } = await (await newClient(app)).ask("Hello");
  expect(outcomeOf(await allEvents(response))).toMatchObject({ type: "failed" });
  expect(asked).toBe(0);
  app.upstream.script(answer("Well."));
  elsewhere.close();
});
