import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { answer, everyMs } from "../upstream/scenario";
import { type App, allEvents, Client, eventsOf, firstRequest, newIds, startApp } from "./harness";

let app: App;
let client: Client;

beforeAll(async () => {
  app = await startApp();
  client = new Client(app);
  await client.meet();
});

afterAll(() => app?.upstream.close());
afterEach(() => vi.useRealTimers());

async function begin(text = "Between us: a secret") {
  app.upstream.script(answer("Well."));
  const ids = newIds();
  const body = { ...firstRequest(text, ids), settings: { temporary: true } };
  await allEvents(await client.put(ids.id, body));
  return ids;
}

async function listed(query = "") {
  const response = await app.conversations.GET(client.request(`/api/conversations${query}`));
  return ((await response.json()) as { conversations: { id: string }[] }).conversations.map(({ id }) => id);
}

function remove(id: string) {
  const request = client.request(`/api/conversations/${id}`, { method: "DELETE" });
  return app.conversation.DELETE(request, { params: Promise.resolve({ id }) });
}

function sign(id: string, leafId: string) {
  const request = client.request(`/api/conversations/${id}`, {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ leafId }),
  });
  return app.conversation.PATCH(request, { params: Promise.resolve({ id }) });
}

/** Deletes what nobody has given a sign of until `minutes` from now. */
async function sweep(minutes: number) {
  const { deleteForgotten } = await import("@/lib/server/store/temporary");
  const { store } = await app.instance();
  return deleteForgotten(store, new Date(Date.now() + minutes * 60_000).toISOString());
}

async function isStored(id: string) {
  return client.conversation(id).then(
    () => true,
    () => false,
  );
}

test("it is there for its page, and in no list, no search, no title, no export and no link", async () => {
  const { conversationId, id } = await begin();
  const asked = app.upstream.requests.filter(({ path }) => path.startsWith("/v1/messages")).length;
  const conversation = await client.conversation(conversationId);
  expect(conversation).toMatchObject({ temporary: true, leafId: id });
  expect(await listed()).not.toContain(conversationId);
  expect(await listed("?query=secret")).not.toContain(conversationId);
  const { GET: exportAll } = await import("@/app/api/export/route");
  expect(await (await exportAll(client.request("/api/export"))).text()).not.toContain("secret");
  const { POST: share } = await import("@/app/api/conversations/[id]/shares/route");
  const request = client.request(`/api/conversations/${conversationId}/shares`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ leafId: id }),
  });
  expect((await share(request, { params: Promise.resolve({ id: conversationId }) })).status).toBe(404);
  expect(app.upstream.requests.filter(({ path }) => path.startsWith("/v1/messages"))).toHaveLength(asked);
});

test("it goes on like any other, and stays temporary whatever later requests say", async () => {
  const { conversationId, id } = await begin();
  const message = { id: randomUUID(), content: [{ type: "text", text: "And then?" }] };
  await allEvents(await client.put(randomUUID(), { conversationId, parentId: id, message }));
  expect(await client.conversation(conversationId)).toMatchObject({ temporary: true });
  expect(await listed()).not.toContain(conversationId);
});

test("a conversation that is kept does not become temporary", async () => {
  app.upstream.script(answer("Well."));
  const { conversationId, id, response } = await client.ask("Hello");
  await allEvents(response);
  const message = { id: randomUUID(), content: [{ type: "text", text: "And then?" }] };
  const settings = { temporary: true };
  await allEvents(await client.put(randomUUID(), { conversationId, parentId: id, message, settings }));
  expect(await listed()).toContain(conversationId);
  await sweep(24 * 60);
  expect(await isStored(conversationId)).toBe(true);
});

test("closing deletes it, an answer under way included", async () => {
  app.upstream.script(answer("Slowly ".repeat(100), { pace: everyMs(20) }));
  const ids = newIds();
  const response = await client.put(ids.id, { ...firstRequest("A secret", ids), settings: { temporary: true } });
  for await (const { event } of eventsOf(response)) if (event.type === "content_block_delta") break;
  expect((await remove(ids.conversationId)).status).toBe(200);
  await app.upstream.waitFor((request) => request.closed !== null);
  expect(await isStored(ids.conversationId)).toBe(false);
});

test("without a sign of its page it is deleted after a quarter of an hour, and each sign begins that anew", async () => {
  const { conversationId, id } = await begin();
  await sweep(14);
  expect(await isStored(conversationId)).toBe(true);
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 10 * 60_000 });
  expect((await sign(conversationId, id)).status).toBe(200);
  await sweep(14);
  expect(await isStored(conversationId)).toBe(true);
  await sweep(16);
  expect(await isStored(conversationId)).toBe(false);
});

test("one whose answer is still under way waits for its end", async () => {
  app.upstream.script(answer("Slowly ".repeat(100), { pace: everyMs(20) }));
  const ids = newIds();
  const response = await client.put(ids.id, { ...firstRequest("A secret", ids), settings: { temporary: true } });
  for await (const { event } of eventsOf(response)) if (event.type === "content_block_delta") break;
  await sweep(60);
  expect(await isStored(ids.conversationId)).toBe(true);
  await client.stop(ids.id, 3);
  await sweep(60);
  expect(await isStored(ids.conversationId)).toBe(false);
});
