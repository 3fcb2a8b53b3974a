import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isPostgresInstalled, startPostgres } from "../postgres";
import { answer, everyMs } from "../upstream/scenario";
import { startUpstream } from "../upstream/server";
import type { Upstream } from "../upstream/upstream";
import { command } from "./command";
import { readAll, startServer, Visitor } from "./server";

const TEXT = "Every word of this answer is kept, in its order. ".repeat(4).trim();

let upstream: Upstream;

beforeAll(async () => {
  upstream = await startUpstream();
  upstream.script(answer(TEXT, { pace: everyMs(2) }));
});

afterAll(() => upstream.close());

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), "platen-process-"));
}

async function hasTheAnswer(visitor: Visitor, conversationId: string): Promise<boolean> {
  const { messages } = await visitor.conversation(conversationId);
  return JSON.stringify(messages.at(-1)?.content).includes(TEXT);
}

test("a backup made while answers are written is whole, and its visitors find their conversations again", async () => {
  const server = await startServer({ ANTHROPIC_BASE_URL: upstream.url });
  const settled: { visitor: Visitor; conversationId: string }[] = [];
  let isOver = false;
  const writers = Array.from({ length: 4 }, async () => {
    const visitor = new Visitor(server);
    await visitor.meet();
    while (!isOver) {
      const { conversationId, response } = await visitor.ask("Go on.");
      await readAll(response).ended;
      settled.push({ visitor, conversationId });
    }
  });
  while (settled.length < 8) await new Promise((resolve) => setTimeout(resolve, 20));
  const before = [...settled];
  writeFileSync(join(server.dataDir, "prices.json"), "{}");
  const file = join(newFolder(), "backup.sqlite");
  const made = await command("backup", { DATA_DIR: server.dataDir }, file);
  isOver = true;
  await Promise.all(writers);
  await server.end("SIGTERM");
  expect(made).toMatchObject({ code: 0 });
  expect(statSync(file).mode & 0o777).toBe(0o600);

  const dataDir = newFolder();
  expect(await command("restore", { DATA_DIR: dataDir }, file)).toMatchObject({ code: 0 });
  expect(readdirSync(dataDir).sort()).toEqual(["platen.sqlite", "prices.json", "session-secret"]);
  rmSync(join(dataDir, "prices.json"));
  const restored = await startServer({ ANTHROPIC_BASE_URL: upstream.url, DATA_DIR: dataDir });
  for (const { visitor, conversationId } of before) {
    visitor.server = restored;
    expect(await hasTheAnswer(visitor, conversationId)).toBe(true);
  }
  await restored.end("SIGTERM");
});

test("a backup is nobody else's to read while it is made, either", async () => {
  const tools = newFolder();
  // In the place of the real one: it says who may read what it writes.
  const script = '#!/bin/sh\nfile=$(echo "$4" | cut -d = -f 2)\n: > "$file" && ls -l "$file"\n';
  writeFileSync(join(tools, "pg_dump"), script, { mode: 0o755 });
  const settings = { DATABASE_URL: "postgres://platen@localhost/platen", PATH: `${tools}:${process.env.PATH}` };
  const made = await command("backup", settings, join(newFolder(), "backup.dump"));
  expect(made).toMatchObject({ code: 0, output: expect.stringMatching(/^-rw-------/) });
});

test("a restore touches neither a store in use nor, unless told to, one with conversations in it", async () => {
  const server = await startServer({ ANTHROPIC_BASE_URL: upstream.url });
  const { dataDir } = server;
  const visitor = new Visitor(server);
  const first = await visitor.ask("Remember this.");
  await readAll(first.response).ended;
  const file = join(newFolder(), "backup.sqlite");
  expect(await command("backup", { DATA_DIR: dataDir }, file)).toMatchObject({ code: 0 });
  expect(await command("backup", { DATA_DIR: dataDir }, file)).toMatchObject({ code: 1 });
  const second = await visitor.ask("And this.");
  await readAll(second.response).ended;
  const secret = readFileSync(join(dataDir, "session-secret"), "utf8");

  const used = await command("restore", { DATA_DIR: dataDir }, file, "--force");
  expect(used).toMatchObject({ code: 1, output: expect.stringContaining("Stop it first") });
  await server.end("SIGTERM");
  const full = await command("restore", { DATA_DIR: dataDir }, file);
  expect(full).toMatchObject({ code: 1, output: expect.stringContaining("2 conversations") });
  expect(await command("restore", { DATA_DIR: dataDir }, file, "--force")).toMatchObject({ code: 0 });

  visitor.server = await startServer({ ANTHROPIC_BASE_URL: upstream.url, DATA_DIR: dataDir });
  expect(await hasTheAnswer(visitor, first.conversationId)).toBe(true);
  expect((await visitor.request(`/api/conversations/${second.conversationId}`)).status).toBe(404);
  await visitor.server.end("SIGTERM");

  const aside = join(dataDir, readdirSync(dataDir).find((name) => name.startsWith("before-restore-")) as string);
  expect(readFileSync(join(aside, "session-secret"), "utf8")).toBe(secret);
  visitor.server = await startServer({ ANTHROPIC_BASE_URL: upstream.url, DATA_DIR: aside });
  expect(await hasTheAnswer(visitor, second.conversationId)).toBe(true);
  await visitor.server.end("SIGTERM");
});

test("a store that is damaged is put aside as it is, when told to", async () => {
  const server = await startServer({ ANTHROPIC_BASE_URL: upstream.url });
  const { dataDir } = server;
  const visitor = new Visitor(server);
  const { conversationId, response } = await visitor.ask("Remember this.");
  await readAll(response).ended;
  const file = join(newFolder(), "backup.sqlite");
  await command("backup", { DATA_DIR: dataDir }, file);
  await server.end("SIGTERM");
  const damaged = { "platen.sqlite": "No store. ".repeat(1_000), "platen.sqlite-wal": "Nor its log." };
  for (const [name, text] of Object.entries(damaged)) writeFileSync(join(dataDir, name), text);

  const unforced = await command("restore", { DATA_DIR: dataDir }, file);
  expect(unforced).toMatchObject({ code: 1, output: expect.stringMatching(/^Platen: .*damaged.* --force/) });
  expect(await command("restore", { DATA_DIR: dataDir }, file, "--force")).toMatchObject({ code: 0 });
  const aside = join(dataDir, readdirSync(dataDir).find((name) => name.startsWith("before-restore-")) as string);
  for (const [name, text] of Object.entries(damaged)) expect(readFileSync(join(aside, name), "utf8")).toBe(text);

  visitor.server = await startServer({ ANTHROPIC_BASE_URL: upstream.url, DATA_DIR: dataDir });
  expect(await hasTheAnswer(visitor, conversationId)).toBe(true);
  await visitor.server.end("SIGTERM");
});

test("what is no backup, or a damaged one, changes nothing", async () => {
  const server = await startServer({ ANTHROPIC_BASE_URL: upstream.url });
  const { response } = await new Visitor(server).ask("Remember this.");
  await readAll(response).ended;
  const folder = newFolder();
  const file = join(folder, "backup.sqlite");
  await command("backup", { DATA_DIR: server.dataDir }, file);
  await server.end("SIGTERM");
  const bytes = readFileSync(file);
  bytes.fill(0x5a, 8192, 32768);
  writeFileSync(join(folder, "damaged.sqlite"), bytes);
  writeFileSync(join(folder, "words.txt"), "These are only words.");
  const dataDir = newFolder();
  for (const given of [
    join(folder, "damaged.sqlite"),
    join(folder, "words.txt"),
    join(server.dataDir, "platen.sqlite"),
  ]) {
    expect(await command("restore", { DATA_DIR: dataDir }, given)).toMatchObject({ code: 65 });
  }
  expect(await command("restore", { DATA_DIR: dataDir }, join(folder, "none"))).toMatchObject({ code: 66 });
  expect(readdirSync(dataDir)).toEqual([]);
});

test.skipIf(!isPostgresInstalled())(
  "PostgreSQL is saved by its own tools, and restored into another database",
  async () => {
    const postgres = await startPostgres();
    const shared = { ANTHROPIC_BASE_URL: upstream.url, SESSION_SECRET: "a-secret-of-the-deployment" };
    const from = await postgres.createDatabase();
    const server = await startServer({ ...shared, DATABASE_URL: from });
    const visitor = new Visitor(server);
    const { conversationId, response } = await visitor.ask("Remember this.");
    await readAll(response).ended;
    const file = join(newFolder(), "backup.dump");
    expect(await command("backup", { DATABASE_URL: from }, file)).toMatchObject({ code: 0 });
    const used = await command("restore", { DATABASE_URL: from }, file, "--force");
    expect(used).toMatchObject({ code: 1, output: expect.stringContaining("in use") });
    await server.end("SIGTERM");
    const full = await command("restore", { DATABASE_URL: from }, file);
    expect(full).toMatchObject({ code: 1, output: expect.stringContaining("1 conversations") });

    const to = await postgres.createDatabase();
    expect(await command("restore", { DATABASE_URL: to }, file)).toMatchObject({ code: 0 });
    visitor.server = await startServer({ ...shared, DATABASE_URL: to });
    expect(await hasTheAnswer(visitor, conversationId)).toBe(true);
    await visitor.server.end("SIGTERM");
    await postgres.stop();
  },
);
