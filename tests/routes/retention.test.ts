import { afterAll, beforeAll, expect, test } from "vitest";
import { deleteOutdated } from "@/lib/server/operating/retention";
import { answer } from "../upstream/scenario";
import { type App, allEvents, Client, newIds, startApp } from "./harness";

const DAY_MS = 24 * 60 * 60 * 1000;
const NOW = new Date();

let app: App;

beforeAll(async () => {
  app = await startApp();
  app.upstream.script(answer("Yes."));
});

afterAll(async () => {
  await app.upstream.close();
});

function daysAgo(days: number): string {
  return new Date(NOW.getTime() - days * DAY_MS).toISOString();
}

/** A conversation in which nobody has written for so many days. */
async function conversationOf(client: Client, days: number): Promise<string> {
  const { response, conversationId } = await client.ask("Remember?");
  await allEvents(response);
  const { store } = await app.instance();
  await store
    .updateTable("conversations")
    .set({ updated_at: daysAgo(days) })
    .where("id", "=", conversationId)
    .execute();
  return conversationId;
}

async function isThere(client: Client, id: string): Promise<boolean> {
  return client.conversation(id).then(
    () => true,
    () => false,
  );
}

test("conversations older than they may become go, pinned or not, however many; the others stay", async () => {
  const client = new Client(app);
  const { store } = await app.instance();
  const old: string[] = [];
  for (let n = 0; n < 23; n++) old.push(await conversationOf(client, 31));
  const young = await conversationOf(client, 29);
  await store
    .updateTable("conversations")
    .set({ pinned: 1 })
    .where("id", "=", old[0] ?? "")
    .execute();
  expect(await deleteOutdated(store, 30, NOW)).toBe(23);
  for (const id of old) expect(await isThere(client, id)).toBe(false);
  expect(await isThere(client, young)).toBe(true);
  const left = await store
    .selectFrom("generation_log")
    .innerJoin("generations", "generations.id", "generation_log.generation_id")
    .select("generations.conversation_id")
    .distinct()
    .execute();
  expect(left.map((row) => row.conversation_id).filter((id) => id !== null && old.includes(id))).toEqual([]);
});

test("a share goes with its conversation", async () => {
  const client = new Client(app);
  const { store } = await app.instance();
  const conversationId = await conversationOf(client, 31);
  const { leafId } = await client.conversation(conversationId);
  const shares = await import("@/app/api/conversations/[id]/shares/route");
  const shared = await shares.POST(
    client.request(`/api/conversations/${conversationId}/shares`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ leafId }),
    }),
    { params: Promise.resolve({ id: conversationId }) },
  );
  expect(shared.ok).toBe(true);
  await deleteOutdated(store, 30, NOW);
  const left = await store.selectFrom("shares").select("id").where("conversation_id", "=", conversationId).execute();
  expect(left).toEqual([]);
});

test("without RETENTION_DAYS no conversation goes", async () => {
  const client = new Client(app);
  const id = await conversationOf(client, 4000);
  const { store } = await app.instance();
  expect(await deleteOutdated(store, undefined, NOW)).toBe(0);
  expect(await isThere(client, id)).toBe(true);
});

test("a Stop for an answer that never came is forgotten after a day, a fresh one is not", async () => {
  const client = new Client(app);
  await client.meet();
  const { store } = await app.instance();
  const [old, fresh] = [newIds().id, newIds().id];
  for (const id of [old, fresh]) expect((await client.stop(id)).status).toBe(200);
  await store
    .updateTable("generations")
    .set({ created_at: daysAgo(2) })
    .where("id", "=", old)
    .execute();
  await deleteOutdated(store, undefined, NOW);
  const rows = await store.selectFrom("generations").select("id").where("id", "in", [old, fresh]).execute();
  expect(rows).toEqual([{ id: fresh }]);
});

test("accounts are kept for a year and a month, then they go", async () => {
  const { store } = await app.instance();
  const days = [daysAgo(399), daysAgo(402)].map((time) => time.slice(0, 10));
  for (const day of days) {
    await store.insertInto("refusals").values({ day, code: "busy", count: 1 }).execute();
    await store.insertInto("spending").values({ day, scope: "all", name: "" }).execute();
  }
  await deleteOutdated(store, undefined, NOW);
  for (const table of ["refusals", "spending"] as const) {
    const rows = await store.selectFrom(table).select("day").where("day", "in", days).execute();
    expect(rows).toEqual([{ day: days[0] }]);
  }
});
