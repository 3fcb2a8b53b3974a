import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { answer, everyMs } from "../upstream/scenario";
import { type App, allEvents, Client, startApp } from "./harness";

let app: App;
let client: Client;

beforeAll(async () => {
  app = await startApp();
  app.upstream.script(answer("Well."));
  client = new Client(app);
  await client.meet();
});

afterAll(() => app?.upstream.close());

async function list(who: Client, query = "") {
  const response = await app.conversations.GET(who.request(`/api/conversations${query}`));
  return (await response.json()) as { conversations: { id: string; title: string }[]; cursor: string | null };
}

function patch(id: string, body: unknown) {
  const request = client.request(`/api/conversations/${id}`, {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return app.conversation.PATCH(request, { params: Promise.resolve({ id }) });
}

test("conversations are listed newest first, by page, titled by what was asked, for their visitor alone", async () => {
  const ids: string[] = [];
  for (let number = 1; number <= 52; number++) {
    const { conversationId, response } = await client.ask(`Question ${number}\nand more`);
    await allEvents(response);
    ids.unshift(conversationId);
  }
  const first = await list(client);
  const second = await list(client, `?cursor=${encodeURIComponent(first.cursor ?? "")}`);
  expect([...first.conversations, ...second.conversations].map(({ id }) => id)).toEqual(ids);
  expect(second.cursor).toBeNull();
  expect(first.conversations[0]).toEqual({
    id: ids[0],
    title: "Question 52",
    updatedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    pinned: false,
  });
  const found = await list(client, "?query=question%2051");
  expect(found.conversations.map(({ title }) => title)).toEqual(["Question 51"]);
  expect((await list(client, "?query=%25")).conversations).toEqual([]);
  const other = new Client(app);
  expect((await list(other)).conversations).toEqual([]);
});

test("a conversation can be renamed, pinned and turned to another branch; not to a message that is not in it", async () => {
  const { conversationId, id, messageId, response } = await client.ask("One");
  await allEvents(response);
  const again = randomUUID();
  await allEvents(await client.put(again, { conversationId, parentId: messageId }));
  expect((await client.conversation(conversationId)).leafId).toBe(again);
  expect((await patch(conversationId, { title: " Mine ", pinned: true, leafId: id })).status).toBe(200);
  const conversation = await client.conversation(conversationId);
  expect(conversation).toMatchObject({ title: "Mine", leafId: id });
  expect(conversation.messages.map((message) => [message.id, message.parentId])).toEqual([
    [messageId, null],
    [id, messageId],
    [again, messageId],
  ]);
  expect((await patch(conversationId, { leafId: randomUUID() })).status).toBe(404);
  expect((await patch(randomUUID(), { title: "x" })).status).toBe(404);
  expect((await patch(conversationId, {})).status).toBe(400);
});

test("a deleted conversation is gone, and its running answer with it", async () => {
  app.upstream.script(answer("Slowly. ".repeat(100), { pace: everyMs(20) }));
  const { conversationId, id, response } = await client.ask("Two");
  const request = client.request(`/api/conversations/${conversationId}`, { method: "DELETE" });
  const gone = await app.conversation.DELETE(request, { params: Promise.resolve({ id: conversationId }) });
  expect(gone.status).toBe(200);
  await allEvents(response);
  await expect(client.conversation(conversationId)).rejects.toThrow("404");
  expect((await client.follow(id)).status).toBe(404);
  expect((await app.conversations.DELETE(client.request("/api/conversations", { method: "DELETE" }))).status).toBe(200);
  expect((await list(client)).conversations).toEqual([]);
});
