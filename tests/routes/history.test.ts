import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Listing } from "@/lib/chat/listing";
import { answer, everyMs } from "../upstream/scenario";
import { type App, allEvents, Client, startApp } from "./harness";

let app: App;
let client: Client;

beforeAll(async () => {
  app = await startApp();
  client = new Client(app);
  await client.meet();
});

afterAll(() => app?.upstream.close());

async function list(cursor?: string | null): Promise<Listing> {
  const query = cursor == null ? "" : `?cursor=${encodeURIComponent(cursor)}`;
  return (await (await app.conversations.GET(client.request(`/api/conversations${query}`))).json()) as Listing;
}

function patch(id: string, body: unknown) {
  const request = client.request(`/api/conversations/${id}`, {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return app.conversation.PATCH(request, { params: Promise.resolve({ id }) });
}

test("the first page brings all that is pinned, however old, and no page brings anything twice", async () => {
  const { store } = await app.instance();
  app.upstream.script(answer("Well."));
  const { conversationId: oldest, response } = await client.ask("The oldest");
  await allEvents(response);
  const { visitor_id } = await store
    .selectFrom("conversations")
    .select("visitor_id")
    .where("id", "=", oldest)
    .executeTakeFirstOrThrow();
  const newer = Array.from({ length: 120 }, (_, index) => ({
    id: randomUUID(),
    visitor_id,
    title: `Number ${index}`,
    leaf_id: null,
    created_at: "2126-01-01T00:00:00.000Z",
    updated_at: new Date(Date.UTC(2126, 0, 1, 0, 0, Math.floor(index / 2))).toISOString(),
  }));
  await store.insertInto("conversations").values(newer).execute();
  expect((await list()).pinned).toBeUndefined();
  expect((await patch(oldest, { pinned: true })).status).toBe(200);

  const pages = [await list()];
  while (pages.at(-1)?.cursor != null) pages.push(await list(pages.at(-1)?.cursor));
  expect(pages[0]?.pinned?.map(({ title }) => title)).toEqual(["The oldest"]);
  expect(pages.slice(1).every((page) => page.pinned === undefined)).toBe(true);
  const listed = pages.flatMap(({ conversations }) => conversations);
  expect(listed).toHaveLength(121);
  expect(new Set(listed.map(({ id }) => id)).size).toBe(121);
  expect(listed.map(({ updatedAt }) => updatedAt)).toEqual(
    listed.map(({ updatedAt }) => updatedAt).sort((left, right) => right.localeCompare(left)),
  );
  expect(listed.at(-1)).toMatchObject({ id: oldest, pinned: true });
});

test("an answer under way is seen in the list, and when it has ended no more", async () => {
  app.upstream.script(answer("Slowly. ".repeat(20), { pace: everyMs(10) }));
  const { conversationId, response } = await client.ask("Take your time");
  const under = async () => {
    const { conversations, cursor } = await list();
    const pages = [...conversations];
    for (let next = cursor; next !== null; ) {
      const page = await list(next);
      pages.push(...page.conversations);
      next = page.cursor;
    }
    return pages.find(({ id }) => id === conversationId);
  };
  expect(await under()).toMatchObject({ isAnswering: true });
  await allEvents(response);
  expect(await under()).not.toHaveProperty("isAnswering");
});

test("a temporary conversation is in no list", async () => {
  const { store } = await app.instance();
  app.upstream.script(answer("Between us."));
  const { conversationId, response } = await client.ask("A passing question");
  await allEvents(response);
  await store
    .updateTable("conversations")
    .set({ temporary_until: "2999-01-01T00:00:00.000Z" })
    .where("id", "=", conversationId)
    .execute();
  const found = await app.conversations.GET(client.request("/api/conversations?query=passing"));
  expect(((await found.json()) as Listing).conversations).toEqual([]);
  let page = await list();
  for (;;) {
    expect(page.conversations.some(({ id }) => id === conversationId)).toBe(false);
    if (page.cursor === null) break;
    page = await list(page.cursor);
  }
});
