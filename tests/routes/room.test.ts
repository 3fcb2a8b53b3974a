import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Refusal } from "@/lib/chat/error";
import type { Imported } from "@/lib/chat/imported";
import { ADDRESS_HEADER, addressLine } from "@/lib/server/door/address";
import { answer } from "../upstream/scenario";
import { type Archive, openArchive } from "./archive";
import { type App, allEvents, type Client, firstRequest, newClient, newIds, startApp } from "./harness";

/** A megabyte a visitor, and so four a day of a network. */
const TIME = "2026-01-01T00:00:00.000Z";
const FULL =
  "Your conversations fill the 1 MB that are kept for a visitor here. Delete some to make room: you can export them first.";
const NETWORK_FULL = "Those who share your network have imported the 4 MB that may be imported in a day.";

let app: App;
let archive: Archive;
let lastAddress = 0;

beforeAll(async () => {
  app = await startApp({ MAX_STORED_MB_PER_VISITOR: "1" });
  archive = await openArchive(app);
  app.upstream.script(answer("Well."));
});

afterAll(() => app?.upstream.close());

function newAddress(): Record<string, string> {
  lastAddress += 1;
  return { [ADDRESS_HEADER]: addressLine(`198.51.100.${lastAddress}`) };
}

/** A conversation of one message that is so long. */
function conversation(title: string, kilobytes: number) {
  const id = randomUUID();
  const content = [{ type: "text", text: `${title} `.padEnd(kilobytes * 1000, "word ") }];
  const messages = [{ id, parentId: null, role: "user", content, createdAt: TIME }];
  return { id: randomUUID(), title, pinned: false, leafId: id, createdAt: TIME, updatedAt: TIME, messages };
}

async function bring(who: Client, conversations: readonly unknown[], address = newAddress()): Promise<Imported> {
  const file = JSON.stringify({ format: "platen", version: 1, conversations });
  const response = await archive.importBody(who, file, address);
  expect(response.status).toBe(200);
  return (await response.json()) as Imported;
}

async function refusal(response: Response): Promise<Pick<Refusal, "code" | "message"> & { status: number }> {
  const { error } = (await response.json()) as { error: Refusal };
  return { status: response.status, code: error.code, message: error.message };
}

async function titles(who: Client): Promise<string[]> {
  const response = await app.conversations.GET(who.request("/api/conversations"));
  const { conversations } = (await response.json()) as { conversations: { title: string }[] };
  return conversations.map(({ title }) => title).sort();
}

test("what a file holds beyond the limit is left out and named; what is here stays, and the same file again adds nothing", async () => {
  const client = await newClient(app);
  const file = [...["A", "B", "C", "D"].map((title) => conversation(title, 300)), conversation("E", 50)];
  const skipped = [{ title: "D", reason: FULL }];
  expect(await bring(client, file)).toEqual({ imported: 4, known: 0, skipped, unlisted: 0 });
  expect(await titles(client)).toEqual(["A", "B", "C", "E"]);
  const exported = await archive.exportAll(client);
  expect(await bring(client, file)).toEqual({ imported: 0, known: 4, skipped, unlisted: 0 });
  expect(await archive.exportAll(client)).toBe(exported);
  const { store } = await app.instance();
  const orphan = await store
    .selectFrom("messages")
    .select("id")
    .where("id", "=", file[3]?.leafId ?? "")
    .execute();
  expect(orphan).toEqual([]);
});

test("who has no room left cannot send, share or copy, even what is stopped before it begins; what is deleted makes room", async () => {
  const client = await newClient(app);
  const { conversation: route } = app;
  const shares = await import("@/app/api/conversations/[id]/shares/route");
  const copies = await import("@/app/api/shares/[id]/copy/route");
  const filling = [conversation("A", 300), conversation("B", 300), conversation("C", 300), conversation("D", 92)];
  expect(await bring(client, filling)).toMatchObject({ imported: 4 });
  const share = async (who: Client, { id, leafId }: { id: string; leafId: string }) => {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ leafId });
    const request = who.request(`/api/conversations/${id}/shares`, { method: "POST", headers, body });
    return shares.POST(request, { params: Promise.resolve({ id }) });
  };
  const friend = await newClient(app);
  const shared = conversation("Shared", 200);
  await bring(friend, [shared]);
  const { id: shareId } = (await (await share(friend, shared)).json()) as { id: string };
  const copy = (who: Client) => {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ conversationId: randomUUID() });
    const request = who.request(`/api/shares/${shareId}/copy`, { method: "POST", headers, body });
    return copies.POST(request, { params: Promise.resolve({ id: shareId }) });
  };

  const ids = newIds();
  expect(await refusal(await client.put(ids.id, firstRequest("x".repeat(5_000), ids)))).toEqual({
    status: 413,
    code: "too_large",
    message: FULL,
  });
  expect((await client.stop(ids.id)).status).toBe(200);
  expect((await client.put(ids.id, firstRequest("x".repeat(5_000), ids))).status).toBe(413);
  expect((await copy(client)).status).toBe(413);
  expect(await titles(client)).toEqual(["A", "B", "C", "D"]);
  // It is full only when it is over: the copy behind a link is one of those that go over.
  expect((await share(client, filling[0] as { id: string; leafId: string })).status).toBe(200);
  expect((await share(client, filling[0] as { id: string; leafId: string })).status).toBe(413);

  const doomed = filling[0]?.id ?? "";
  const request = client.request(`/api/conversations/${doomed}`, { method: "DELETE" });
  expect((await route.DELETE(request, { params: Promise.resolve({ id: doomed }) })).status).toBe(200);
  const { response } = await client.ask("Is there room now?");
  expect((await allEvents(response)).at(-1)?.event).toMatchObject({ outcome: { type: "done" } });
  expect((await copy(client)).status).toBe(200);
});

test("copies that come at the same moment do not go over the limit together", async () => {
  const friend = await newClient(app);
  const shared = conversation("Shared", 300);
  await bring(friend, [shared]);
  const shares = await import("@/app/api/conversations/[id]/shares/route");
  const copies = await import("@/app/api/shares/[id]/copy/route");
  const headers = { "content-type": "application/json" };
  const asking = friend.request(`/api/conversations/${shared.id}/shares`, {
    method: "POST",
    headers,
    body: JSON.stringify({ leafId: shared.leafId }),
  });
  const { id } = (await (await shares.POST(asking, { params: Promise.resolve({ id: shared.id }) })).json()) as {
    id: string;
  };
  const client = await newClient(app);
  const statuses = await Promise.all(
    Array.from({ length: 8 }, async () => {
      const body = JSON.stringify({ conversationId: randomUUID() });
      const request = client.request(`/api/shares/${id}/copy`, { method: "POST", headers, body });
      return (await copies.POST(request, { params: Promise.resolve({ id }) })).status;
    }),
  );
  expect(statuses.sort()).toEqual([200, 200, 200, 413, 413, 413, 413, 413]);
});

test("a network that comes as another visitor each time imports no more in a day than four visitors may keep", async () => {
  const address = newAddress();
  for (let visitor = 0; visitor < 4; visitor++) {
    const client = await newClient(app);
    expect(await bring(client, [conversation("A", 900)], address)).toMatchObject({ imported: 1 });
    await archive.deleteAll(client);
  }
  const fifth = await newClient(app);
  const file = [conversation("Large", 600), conversation("Small", 10)];
  expect(await bring(fifth, file, address)).toEqual({
    imported: 1,
    known: 0,
    skipped: [{ title: "Large", reason: NETWORK_FULL }],
    unlisted: 0,
  });
  expect(await bring(fifth, file)).toMatchObject({ imported: 1, known: 1 });
});

test("what a conversation takes is counted as it is written, answered and changed", async () => {
  const client = await newClient(app);
  app.upstream.script(answer("An answer of some length, with an é and a 字 in it."));
  const { conversationId, response } = await client.ask("How much room does this take?");
  await allEvents(response);
  const { store } = await app.instance();
  const rows = await store
    .selectFrom("messages")
    .select(["content", "outcome", "usage"])
    .where("conversation_id", "=", conversationId)
    .execute();
  const texts = rows.flatMap(({ content, outcome, usage }) => [content, outcome ?? "", usage ?? ""]);
  const { bytes } = await store
    .selectFrom("conversations")
    .select("bytes")
    .where("id", "=", conversationId)
    .executeTakeFirstOrThrow();
  expect(rows).toHaveLength(2);
  expect(Number(bytes)).toBe(1_000 + 500 * rows.length + Buffer.byteLength(texts.join("")));
});
