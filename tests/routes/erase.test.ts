import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { everyMs, thinkingThenText } from "../upstream/scenario";
import { type Archive, openArchive } from "./archive";
import { type App, allEvents, type Client, newClient, readUntil, startApp } from "./harness";

let app: App;
let archive: Archive;

beforeAll(async () => {
  app = await startApp();
  archive = await openArchive(app);
});

afterAll(() => app?.upstream.close());

const CANARY = "Wellensittich";

/** Where the canary still is: in the files of a SQLite store, or in the rows of the other. */
async function remains(canary = CANARY): Promise<string[]> {
  if (process.env.TEST_STORE !== "postgres") {
    const files = readdirSync(app.dataDir, { recursive: true }).map((name) => join(app.dataDir, String(name)));
    // Case aside: what is searched for is kept in small letters.
    return files.filter(
      (file) => statSync(file).isFile() && readFileSync(file, "latin1").toLowerCase().includes(canary.toLowerCase()),
    );
  }
  const { store } = await app.instance();
  const tables = ["conversations", "messages", "generations", "generation_log", "search_segments", "shares"];
  const found: string[] = [];
  for (const table of tables) {
    const row = sql.table(table);
    const { rows } = await sql`select 1 from ${row} where ${row}::text ilike ${`%${canary}%`}`.execute(store);
    if (rows.length > 0) found.push(table);
  }
  return found;
}

function text(length: number): string {
  return `${CANARY} fliegt. `.repeat(Math.ceil(length / 22));
}

/** Says, thinks and answers with the canary, in rows of many lengths, and titles it. */
async function sayIt(client: Client, length: number): Promise<string> {
  app.upstream.script(thinkingThenText(text(length / 2), text(length)));
  const { conversationId, response } = await client.ask(text(Math.min(length, 20_000)));
  await allEvents(response);
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ title: `${CANARY} ${length}` });
  const request = client.request(`/api/conversations/${conversationId}`, { method: "PATCH", headers, body });
  await app.conversation.PATCH(request, { params: Promise.resolve({ id: conversationId }) });
  return conversationId;
}

async function deleteOne(client: Client, id: string): Promise<void> {
  const request = client.request(`/api/conversations/${id}`, { method: "DELETE" });
  expect((await app.conversation.DELETE(request, { params: Promise.resolve({ id }) })).status).toBe(200);
}

/** Others who write at the same time, so that rows are moved between pages. */
function neighbours(count: number): string {
  const createdAt = "2026-01-01T00:00:00.000Z";
  const conversations = Array.from({ length: count }, (_, index) => {
    const id = randomUUID();
    const content = [{ type: "text", text: "Amsel ".repeat((index * 37) % 1500) }];
    const messages = [{ id, parentId: null, role: "user", content, createdAt }];
    return {
      id: randomUUID(),
      title: `${index}`,
      pinned: false,
      leafId: id,
      createdAt,
      updatedAt: createdAt,
      messages,
    };
  });
  return JSON.stringify({ format: "platen", version: 1, conversations });
}

test("not a byte of what was deleted is left in any file", async () => {
  const [client, other] = [await newClient(app), await newClient(app)];
  const ids: string[] = [];
  for (const length of [10, 300, 1_000, 3_000, 5_000, 40_000]) {
    ids.push(await sayIt(client, length));
    await archive.importBody(other, neighbours(40));
  }
  expect(await remains()).not.toEqual([]);
  const kept = await archive.exportAll(other);
  await deleteOne(client, ids.pop() ?? "");
  await archive.deleteAll(client);
  expect(await remains()).toEqual([]);
  expect(await archive.exportAll(other)).toBe(kept);
  const { store } = await app.instance();
  if (process.env.TEST_STORE !== "postgres") {
    const { rows } = await sql`select * from pragma_integrity_check`.execute(store);
    expect(rows).toEqual([{ integrity_check: "ok" }]);
  }
  expect(await remains("Amsel")).not.toEqual([]);
});

test("one conversation leaves nothing behind either, nor does what was imported", async () => {
  const client = await newClient(app);
  const kept = await sayIt(client, 2_000);
  const file = await archive.exportAll(client);
  await deleteOne(client, kept);
  expect(await remains()).toEqual([]);
  expect((await archive.importBody(client, file)).status).toBe(200);
  expect(await remains()).not.toEqual([]);
  await deleteOne(client, kept);
  expect(await remains()).toEqual([]);
});

test("an answer under way is ended, and nothing of it is left", async () => {
  const client = await newClient(app);
  app.upstream.script(thinkingThenText(text(100), text(40_000), { pace: everyMs(5) }));
  const { response } = await client.ask(text(100));
  await readUntil(response, (events) => events.length > 20);
  await archive.deleteAll(client);
  expect(await remains()).toEqual([]);
  await app.upstream.waitFor((request) => request.closed !== null);
  expect(await remains()).toEqual([]);
});
