import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Share, Snapshot } from "@/lib/chat/share";
import { replaceLog } from "@/lib/server/store/event-log";
import { answer, everyMs } from "../upstream/scenario";
import { type App, allEvents, Client, eventsOf, newIds, startApp } from "./harness";

let app: App;
let client: Client;
let routes: {
  create: typeof import("@/app/api/conversations/[id]/shares/route");
  list: typeof import("@/app/api/shares/route");
  one: typeof import("@/app/api/shares/[id]/route");
  copy: typeof import("@/app/api/shares/[id]/copy/route");
  server: typeof import("@/lib/server/shares");
};

beforeAll(async () => {
  app = await startApp();
  client = new Client(app);
  await client.meet();
  routes = {
    create: await import("@/app/api/conversations/[id]/shares/route"),
    list: await import("@/app/api/shares/route"),
    one: await import("@/app/api/shares/[id]/route"),
    copy: await import("@/app/api/shares/[id]/copy/route"),
    server: await import("@/lib/server/shares"),
  };
});

beforeEach(() => app.upstream.script(answer("Well, because.")));

afterAll(() => app?.upstream.close());

function at(id: string) {
  return { params: Promise.resolve({ id }) };
}

function posted(who: Client, path: string, body: unknown): Request {
  return who.request(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

function create(who: Client, conversationId: string, body: unknown): Promise<Response> {
  return routes.create.POST(posted(who, `/api/conversations/${conversationId}/shares`, body), at(conversationId));
}

async function share(who: Client, conversationId: string, body: unknown): Promise<Share> {
  const response = await create(who, conversationId, body);
  expect(response.status).toBe(200);
  return (await response.json()) as Share;
}

function revoke(who: Client, id: string): Promise<Response> {
  return routes.one.DELETE(who.request(`/api/shares/${id}`, { method: "DELETE" }), at(id));
}

function copy(who: Client, id: string, conversationId: string): Promise<Response> {
  return routes.copy.POST(posted(who, `/api/shares/${id}/copy`, { conversationId }), at(id));
}

async function listed(who: Client): Promise<Share[]> {
  const response = await routes.list.GET(who.request("/api/shares"));
  return ((await response.json()) as { shares: Share[] }).shares;
}

/** What the page of the share shows. */
function shown(id: string): Promise<Snapshot | undefined> {
  return routes.server.openShare(id);
}

async function words(id: string): Promise<string[] | undefined> {
  return (await shown(id))?.messages.map(({ text }) => text);
}

/** A conversation of so many turns: its id, and the ids of its questions and answers in reading order. */
async function talk(who: Client, turns: number) {
  const conversationId = randomUUID();
  const questions: string[] = [];
  const answers: string[] = [];
  for (let turn = 1; turn <= turns; turn++) {
    const { id, messageId } = await ask(who, conversationId, `Question ${turn}`, answers.at(-1) ?? null);
    questions.push(messageId);
    answers.push(id);
  }
  return { conversationId, questions, answers, leafId: answers.at(-1) ?? "" };
}

async function ask(who: Client, conversationId: string, text: string, parentId: string | null) {
  const { id, messageId } = newIds();
  const message = { id: messageId, content: [{ type: "text", text }] };
  await allEvents(await who.put(id, { conversationId, parentId, message }));
  return { id, messageId };
}

const FOUR = [1, 2, 3, 4].flatMap((turn) => [`Question ${turn}`, "Well, because."]);

test("a share of four turns shows those four after ten more, an edit, another version and a rename; revoked, nothing", async () => {
  const { conversationId, questions, leafId } = await talk(client, 4);
  const made = await share(client, conversationId, { leafId });
  expect(made).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{32}$/),
    conversationId,
    title: expect.any(String),
    createdAt: expect.stringMatching(/Z$/),
    expiresAt: null,
  });
  const before = await shown(made.id);
  let parentId = leafId;
  for (let turn = 5; turn <= 14; turn++) parentId = (await ask(client, conversationId, `Later ${turn}`, parentId)).id;
  await ask(client, conversationId, "Edited", null);
  await allEvents(await client.put(randomUUID(), { conversationId, parentId: questions[3] }));
  const rename = client.request(`/api/conversations/${conversationId}`, {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ title: "Renamed" }),
  });
  await app.conversation.PATCH(rename, at(conversationId));
  expect(await shown(made.id)).toEqual(before);
  expect(await words(made.id)).toEqual(FOUR);
  expect((await revoke(client, made.id)).status).toBe(200);
  expect(await shown(made.id)).toBeUndefined();
  expect((await revoke(client, made.id)).status).toBe(404);
});

test("a share holds words, models, endings and the rhythm of the answers, and no id, thought, usage or later turn", async () => {
  const { conversationId, questions, answers } = await talk(client, 3);
  const { id } = await share(client, conversationId, { leafId: answers[1] });
  const snapshot = await shown(id);
  expect(Object.keys(snapshot ?? {}).sort()).toEqual(["createdAt", "messages", "title"]);
  expect(snapshot?.messages[1]).toEqual({
    role: "assistant",
    text: "Well, because.",
    model: "claude-sonnet-5-5",
    ending: "done",
    arrivals: expect.any(Array),
  });
  const text = JSON.stringify(snapshot);
  expect(text).not.toMatch(/usage|token|thinking|signature|[0-9a-f]{8}-[0-9a-f]{4}-/);
  expect(text).not.toContain("Question 3");
  for (const secret of [conversationId, ...questions, ...answers]) expect(text).not.toContain(secret);
});

test("the rhythm tells when each piece of the text came, as the log has it", async () => {
  const { conversationId, leafId } = await talk(client, 1);
  const { store } = await app.instance();
  const delta = (text: string) => ({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } });
  const begin = { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } };
  const rows = [begin, delta("Well,"), delta(""), delta(" because.")].map((event, index) => ({
    generation_id: leafId,
    n: index + 1,
    data: JSON.stringify(event),
    at_ms: index * 100,
  }));
  await replaceLog(store, leafId, rows);
  const timed = await share(client, conversationId, { leafId });
  expect((await shown(timed.id))?.messages[1]).toMatchObject({
    arrivals: [
      [100, 5],
      [300, 14],
    ],
  });
  await store.deleteFrom("generation_log").where("generation_id", "=", leafId).execute();
  const untimed = await share(client, conversationId, { leafId });
  expect((await shown(untimed.id))?.messages[1]).not.toHaveProperty("arrivals");
});

test("turns can be picked, and one that is named after a turn that is left out is not named after it", async () => {
  const { conversationId, questions, leafId } = await talk(client, 4);
  const turnIds = [questions[3], questions[1]];
  const made = await share(client, conversationId, { leafId, turnIds });
  expect(await words(made.id)).toEqual(["Question 2", "Well, because.", "Question 4", "Well, because."]);
  expect(made.title).toBe("A shared conversation");
  const named = await share(client, conversationId, { leafId, turnIds, title: " Two questions " });
  expect(named.title).toBe("Two questions");
  expect((await shown(named.id))?.title).toBe("Two questions");
});

test("what cannot be shared is refused", async () => {
  const { conversationId, questions, answers, leafId } = await talk(client, 2);
  const status = async (body: unknown, id = conversationId) => (await create(client, id, body)).status;
  expect(await status({ leafId: randomUUID() })).toBe(404);
  expect(await status({ leafId }, randomUUID())).toBe(404);
  expect(await status({ leafId, turnIds: [randomUUID()] })).toBe(404);
  expect(await status({ leafId, turnIds: [answers[0]] })).toBe(404);
  expect(await status({ leafId: answers[0], turnIds: [questions[1]] })).toBe(404);
  expect(await status({ leafId, turnIds: [] })).toBe(400);
  expect(await status({})).toBe(400);
  expect(await status({ leafId, title: " " })).toBe(400);
  expect(await status({ leafId, title: "\0" })).toBe(400);
  expect(await status({ leafId, expiresAt: "tomorrow" })).toBe(400);
  expect(await status({ leafId, expiresAt: "2020-01-01T00:00:00Z" })).toBe(400);
  expect(await status({ leafId, more: 1 })).toBe(400);
});

test("an answer that is being written cannot be shared yet", async () => {
  app.upstream.script(answer("Slowly. ".repeat(100), { deltaSize: 8, pace: everyMs(20) }));
  const { id, conversationId, response } = await client.ask("Go on");
  for await (const { event } of eventsOf(response)) if (event.type === "content_block_delta") break;
  expect((await create(client, conversationId, { leafId: id })).status).toBe(409);
  await client.stop(id, 7);
  const made = await share(client, conversationId, { leafId: id });
  expect(await words(made.id)).toEqual(["Go on", "Slowly."]);
  expect((await shown(made.id))?.messages[1]).toMatchObject({ ending: "stopped" });
});

test("a temporary conversation is kept nowhere, so it cannot be shared", async () => {
  const { conversationId, leafId } = await talk(client, 1);
  const { store } = await app.instance();
  const until = "9999-01-01T00:00:00.000Z";
  await store.updateTable("conversations").set({ temporary_until: until }).where("id", "=", conversationId).execute();
  expect((await create(client, conversationId, { leafId })).status).toBe(404);
});

test("a share that has expired shows nothing, is listed no more, and its text is deleted when the next is made", async () => {
  const { conversationId, leafId } = await talk(client, 1);
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  const made = await share(client, conversationId, { leafId, expiresAt: expiresAt.replace("Z", "+00:00") });
  expect(made.expiresAt).toBe(expiresAt);
  expect(await words(made.id)).toEqual(["Question 1", "Well, because."]);
  const { store } = await app.instance();
  const past = { expires_at: new Date(Date.now() - 1).toISOString() };
  await store.updateTable("shares").set(past).where("id", "=", made.id).execute();
  expect(await shown(made.id)).toBeUndefined();
  expect((await listed(client)).map(({ id }) => id)).not.toContain(made.id);
  expect((await copy(client, made.id, randomUUID())).status).toBe(404);
  const next = await share(client, conversationId, { leafId });
  const rows = await store.selectFrom("shares").select("id").where("conversation_id", "=", conversationId).execute();
  expect(rows).toEqual([{ id: next.id }]);
});

test("the links are listed for their visitor alone, newest first", async () => {
  const mine = new Client(app);
  await mine.meet();
  const { conversationId, leafId } = await talk(mine, 1);
  const first = await share(mine, conversationId, { leafId, title: "First" });
  const second = await share(mine, conversationId, { leafId, title: "Second" });
  expect(await listed(mine)).toEqual(first.createdAt === second.createdAt ? expect.any(Array) : [second, first]);
  expect(await listed(new Client(app))).toEqual([]);
  expect((await revoke(client, first.id)).status).toBe(404);
  expect(await words(first.id)).toEqual(["Question 1", "Well, because."]);
});

test.each(["the conversation", "everything"])("deleting %s ends its shares", async (what) => {
  const mine = new Client(app);
  await mine.meet();
  const { conversationId, leafId } = await talk(mine, 1);
  const { id } = await share(mine, conversationId, { leafId });
  const request = { method: "DELETE" };
  const gone =
    what === "everything"
      ? await app.conversations.DELETE(mine.request("/api/conversations", request))
      : await app.conversation.DELETE(
          mine.request(`/api/conversations/${conversationId}`, request),
          at(conversationId),
        );
  expect(gone.status).toBe(200);
  expect(await shown(id)).toBeUndefined();
  expect(await listed(mine)).toEqual([]);
});

test("a visitor keeps a bounded number of links", async () => {
  const mine = new Client(app);
  await mine.meet();
  const { conversationId, leafId } = await talk(mine, 1);
  const made = await share(mine, conversationId, { leafId });
  const { store } = await app.instance();
  const row = await store.selectFrom("shares").selectAll().where("id", "=", made.id).executeTakeFirstOrThrow();
  const rows = Array.from({ length: 499 }, (_, index) => ({ ...row, id: `${index}`.padEnd(32, "a") }));
  for (let from = 0; from < rows.length; from += 100) {
    await store
      .insertInto("shares")
      .values(rows.slice(from, from + 100))
      .execute();
  }
  expect((await create(mine, conversationId, { leafId })).status).toBe(409);
  await revoke(mine, made.id);
  await share(mine, conversationId, { leafId });
});

test("a copy is the reader's own: fresh ids, the same words, once however often it is asked for", async () => {
  const { conversationId, leafId, questions, answers } = await talk(client, 2);
  const { id } = await share(client, conversationId, { leafId, title: "Taken along" });
  const reader = new Client(app);
  await reader.meet();
  const copyId = randomUUID();
  const copied = await copy(reader, id, copyId);
  expect(await copied.json()).toEqual({ conversationId: copyId });
  expect((await copy(reader, id, copyId)).status).toBe(200);
  const conversation = await reader.conversation(copyId);
  expect(conversation.title).toBe("Taken along");
  expect(conversation.messages.map(({ role, content, model }) => [role, content, model])).toEqual([
    ["user", [{ type: "text", text: "Question 1" }], undefined],
    ["assistant", [{ type: "text", text: "Well, because." }], "claude-sonnet-5-5"],
    ["user", [{ type: "text", text: "Question 2" }], undefined],
    ["assistant", [{ type: "text", text: "Well, because." }], "claude-sonnet-5-5"],
  ]);
  expect(conversation.leafId).toBe(conversation.messages.at(-1)?.id);
  const ids = [...questions, ...answers];
  for (const message of conversation.messages) expect(ids).not.toContain(message.id);
  // It goes on like any other, and outlives the share.
  await revoke(client, id);
  await ask(reader, copyId, "And then?", conversation.leafId);
  expect((await reader.conversation(copyId)).messages).toHaveLength(6);
  expect((await client.conversation(conversationId)).messages).toHaveLength(4);
});

test("nothing is copied into a conversation of somebody else's, or from a link that shows nothing", async () => {
  const { conversationId, leafId } = await talk(client, 1);
  const { id } = await share(client, conversationId, { leafId });
  const reader = new Client(app);
  await reader.meet();
  expect((await copy(reader, id, conversationId)).status).toBe(404);
  expect((await client.conversation(conversationId)).messages).toHaveLength(2);
  for (const unknown of ["0".repeat(32), "nonsense", "\0", randomUUID()]) {
    expect((await copy(reader, unknown, randomUUID())).status).toBe(404);
    expect((await revoke(reader, unknown)).status).toBe(404);
    expect(await shown(unknown)).toBeUndefined();
  }
});

test("the owner sees everybody's links, and can end them", async () => {
  const { listAllShares, revokeShare } = await import("@/lib/server/store/shares");
  const { conversationId, leafId } = await talk(client, 1);
  const made = await share(client, conversationId, { leafId });
  const { store } = await app.instance();
  const all = await listAllShares(store);
  expect(all.find(({ id }) => id === made.id)).toEqual({ ...made, visitorId: expect.any(String) });
  expect(await revokeShare(store, made.id)).toBe(true);
  expect(await revokeShare(store, made.id)).toBe(false);
  expect(await shown(made.id)).toBeUndefined();
});
