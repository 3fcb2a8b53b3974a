import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { answer, everyMs, refuse, thinkingThenText } from "../upstream/scenario";
import { type Archive, openArchive } from "./archive";
import { type App, allEvents, type Client, newClient, readUntil, startApp } from "./harness";

let app: App;
let archive: Archive;

beforeAll(async () => {
  app = await startApp();
  archive = await openArchive(app);
});

afterAll(() => app?.upstream.close());

function patch(client: Client, id: string, body: unknown) {
  const headers = { "content-type": "application/json" };
  const request = client.request(`/api/conversations/${id}`, { method: "PATCH", headers, body: JSON.stringify(body) });
  return app.conversation.PATCH(request, { params: Promise.resolve({ id }) });
}

const ODD = "nul \u0000, half a pair \ud83d, all of it 👩‍👩‍👧 and \u2028 “quotes” \\ / </script>";

/** Two conversations with everything an export can hold: branches, a stop, a failure, thinking, a pin, odd text. */
async function fill(client: Client) {
  app.upstream.script(thinkingThenText("Let me *think*.", `One. ${ODD.replace("\ud83d,", ",")}`));
  const first = await client.ask(ODD);
  await allEvents(first.response);
  app.upstream.script(answer("Another version."));
  const again = randomUUID();
  await allEvents(await client.put(again, { conversationId: first.conversationId, parentId: first.messageId }));
  app.upstream.script(answer("Slowly. ".repeat(200), { pace: everyMs(10) }));
  const next = { id: randomUUID(), content: [{ type: "text", text: "And then?" }] };
  const stopped = randomUUID();
  const running = await client.put(stopped, {
    conversationId: first.conversationId,
    parentId: first.id,
    message: next,
  });
  await readUntil(running, (events) => events.length > 5);
  await client.stop(stopped, 20);
  app.upstream.script(refuse(401, "authentication_error"));
  const second = await client.ask("Will this fail?");
  await allEvents(second.response);
  expect((await patch(client, second.conversationId, { pinned: true, title: "  Füße & 足 <b>  " })).status).toBe(200);
  return { first, again, stopped, second };
}

test("export, delete, import, export gives the same bytes, and so does an import elsewhere", async () => {
  const client = await newClient(app);
  const { first } = await fill(client);
  const before = await archive.exportAll(client);
  expect(JSON.parse(before)).toMatchObject({ format: "platen", version: 1 });
  expect(before).toContain('"type":"thinking"');
  expect(before).toContain("\\u0000");
  expect(before).toContain("\\ud83d");
  const tree = await client.conversation(first.conversationId);
  await archive.deleteAll(client);
  expect(JSON.parse(await archive.exportAll(client)).conversations).toEqual([]);
  const response = await archive.importFile(client, before);
  expect([response.status, await response.json()]).toEqual([200, { imported: 2, known: 0, skipped: [], unlisted: 0 }]);
  expect(await archive.exportAll(client)).toBe(before);
  expect(await client.conversation(first.conversationId)).toEqual(tree);
  await archive.deleteAll(client);
  const elsewhere = await newClient(app);
  expect((await archive.importBody(elsewhere, before)).status).toBe(200);
  expect(await archive.exportAll(elsewhere)).toBe(before);
});

test("one conversation goes out as JSON that is a part of everything, and as Markdown of the branch being read", async () => {
  const client = await newClient(app);
  const { first, second } = await fill(client);
  const json = await archive.exportOne(client, second.conversationId, "json");
  expect(json.headers.get("content-type")).toBe("application/json; charset=utf-8");
  expect(json.headers.get("content-disposition")).toBe(
    "attachment; filename=\"F__e & _ b.json\"; filename*=UTF-8''F%C3%BC%C3%9Fe%20%26%20%E8%B6%B3%20b.json",
  );
  const all = JSON.parse(await archive.exportAll(client));
  expect(JSON.parse(await json.text()).conversations).toEqual([all.conversations[1]]);
  const markdown = await archive.exportOne(client, first.conversationId, "markdown");
  expect(markdown.headers.get("content-type")).toBe("text/markdown; charset=utf-8");
  const text = await markdown.text();
  expect(text.match(/^#+ .*/gm)?.map((heading) => heading.slice(0, 12))).toEqual([
    "# nul , half",
    "## You",
    "## Answer (c",
    "## You",
    "## Answer (c",
  ]);
  expect(text).toContain("<summary>Thinking</summary>\n\nLet me *think*.");
  expect(text).toContain(", version 1 of 2\n\n");
  expect(text).toMatch(/Slowly[\w. ]*\n\n\*Stopped\.\*/);
  expect(text).toContain("*One message on other branches: not in this file, but in the JSON export.*");
});

test("an answer under way goes out as interrupted, with what has arrived", async () => {
  const client = await newClient(app);
  app.upstream.script(answer("Go on. ".repeat(300), { pace: everyMs(20) }));
  const { id, response } = await client.ask("Go on");
  await readUntil(response, (events) => events.length > 8);
  const { conversations } = JSON.parse(await archive.exportAll(client));
  const [conversation] = conversations;
  expect(conversation.messages[1]).toMatchObject({ id, outcome: { type: "interrupted" } });
  expect(conversation.messages[1].content[0].text).toMatch(/^Go on\. /);
  await client.stop(id);
});

test("nobody exports what is another's, an unknown format or an unknown id", async () => {
  const client = await newClient(app);
  const { first } = await fill(client);
  const other = await newClient(app);
  for (const format of ["json", "markdown"]) {
    expect((await archive.exportOne(other, first.conversationId, format)).status).toBe(404);
    expect((await archive.exportOne(client, randomUUID(), format)).status).toBe(404);
  }
  expect((await archive.exportOne(client, first.conversationId, "pdf")).status).toBe(400);
  expect(await archive.exportAll(other)).toBe('{"format":"platen","version":1,"conversations":[\n]}\n');
});

test("an export is read from the store only as fast as it is taken", async () => {
  const client = await newClient(app);
  const messages = Array.from({ length: 2000 }, (_, index) => ({
    id: randomUUID(),
    parentId: null,
    role: "user",
    content: [{ type: "text", text: `${index} `.repeat(200) }],
    createdAt: "2026-01-01T00:00:00.000Z",
  }));
  const time = { createdAt: "2026-01-01T00:00:00.000Z", updatedAt: "2026-01-01T00:00:00.000Z" };
  const conversation = { id: randomUUID(), title: "Long", pinned: false, leafId: null, ...time, messages };
  const file = JSON.stringify({ format: "platen", version: 1, conversations: [conversation] });
  expect((await archive.importBody(client, file)).status).toBe(200);
  const { GET } = await import("@/app/api/export/route");
  const reader = (await GET(client.request("/api/export"))).body?.getReader();
  const { value } = (await reader?.read()) ?? {};
  expect(value?.byteLength).toBeGreaterThan(0);
  // What is deleted before it is reached is not in the file.
  await archive.deleteAll(client);
  let bytes = value?.byteLength ?? 0;
  for (let next = await reader?.read(); next !== undefined && !next.done; next = await reader?.read()) {
    bytes += next.value.byteLength;
  }
  expect(bytes).toBeLessThan(file.length / 2);
});
