import { afterAll, beforeAll, expect, test } from "vitest";
import { type Archive, openArchive } from "./archive";
import { type App, Client, startApp } from "./harness";

const DAY_MS = 24 * 60 * 60 * 1000;

let app: App;
let archive: Archive;

beforeAll(async () => {
  app = await startApp({ RETENTION_DAYS: "30" });
  archive = await openArchive(app);
});

afterAll(() => app?.upstream.close());

test("what would be deleted at the next sweep is not imported, and the reader is told", async () => {
  const client = new Client(app);
  await client.meet();
  const said = (name: string, daysAgo: number) => ({
    uuid: name,
    name,
    updated_at: new Date(Date.now() - daysAgo * DAY_MS).toISOString(),
    chat_messages: [{ uuid: `${name}.1`, sender: "human", text: "Hello" }],
  });
  const response = await archive.importBody(client, JSON.stringify([said("Old", 31), said("New", 29)]));
  expect(await response.json()).toEqual({
    imported: 1,
    known: 0,
    skipped: [{ title: "Old", reason: "Here nothing is kept for longer than 30 days." }],
    unlisted: 0,
  });
});
