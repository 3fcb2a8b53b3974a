import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Listing } from "@/lib/chat/listing";
import { addTerms } from "@/lib/chat/search-words";
import { isPostgres } from "@/lib/server/store/database";
import { indexConversation, indexUnindexed, markOf } from "@/lib/server/store/search-index";
import { answer } from "../upstream/scenario";
import { type App, allEvents, Client, newIds, startApp } from "./harness";

let app: App;
let client: Client;

beforeAll(async () => {
  app = await startApp();
  client = new Client(app);
  await client.meet();
});

afterAll(() => app?.upstream.close());

async function search(query: string, who = client, cursor?: string): Promise<Listing> {
  const parameters = new URLSearchParams({ query, ...(cursor === undefined ? {} : { cursor }) });
  const response = await app.conversations.GET(who.request(`/api/conversations?${parameters}`));
  return (await response.json()) as Listing;
}

/** The titles of what is found, newest first. */
async function titles(query: string, who = client): Promise<string[]> {
  return (await search(query, who)).conversations.map(({ title }) => title);
}

async function converse(text: string, reply: string, who = client) {
  app.upstream.script(answer(reply));
  const { response, ...ids } = await who.ask(text);
  await allEvents(response);
  return ids;
}

function change(method: "PATCH" | "DELETE", id: string, body?: unknown) {
  const request = client.request(`/api/conversations/${id}`, {
    method,
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return app.conversation[method](request, { params: Promise.resolve({ id }) });
}

test("the words of questions and answers are found, the newest conversation first, with an excerpt and where it stands", async () => {
  const first = await converse("About ribbons\nand their ink", "A ribbon of silk holds more ink than one of nylon.");
  const second = await converse("Silk or nylon?", "Nylon lasts longer.");
  const { conversations, cursor } = await search("NYLON");
  expect(cursor).toBeNull();
  expect(conversations.map(({ id }) => id)).toEqual([second.conversationId, first.conversationId]);
  expect(conversations[0]?.found).toEqual({
    title: [[8, 13]],
    message: { id: second.id, role: "assistant", excerpt: "Nylon lasts longer.", ranges: [[0, 5]] },
  });
  const excerpt = "A ribbon of silk holds more ink than one of nylon.";
  expect(conversations[1]?.found).toEqual({
    title: [],
    message: { id: first.id, role: "assistant", excerpt, ranges: [[44, 49]] },
  });
  expect((await search("their ink")).conversations[0]?.found?.message?.id).toBe(first.messageId);
});

test("all words must be there, in one message and the title together; the beginning of a longer word is enough", async () => {
  await converse("A journey to Reykjavík", "Take the coast road. Volcanoes all the way.");
  expect(await titles("volcan road")).toEqual(["A journey to Reykjavík"]);
  expect(await titles("reykjavik volcanoes")).toEqual(["A journey to Reykjavík"]);
  expect(await titles("volcanoes nylon")).toEqual([]);
  expect(await titles("olcanoes")).toEqual([]);
});

test("Chinese and Japanese are found by any part of a sentence", async () => {
  await converse("旧打字机的色带在哪里买？", "東京の文房具店で買えます。");
  expect(await titles("打字机")).toEqual(["旧打字机的色带在哪里买？"]);
  expect(await titles("带")).toEqual(["旧打字机的色带在哪里买？"]);
  expect(await titles("文房具")).toEqual(["旧打字机的色带在哪里买？"]);
  expect(await titles("字打")).toEqual([]);
});

test("what looks like the syntax of a store's search is only text", async () => {
  for (const query of ['"', "ribbon AND", "NOT silk", "silk*", "'silk' & !ink", "terms:silk", "a\\b", "(", ":*", "ﷺ"]) {
    const response = await app.conversations.GET(
      client.request(`/api/conversations?query=${encodeURIComponent(query)}`),
    );
    expect(response.status).toBe(200);
  }
  expect(await titles("%")).toEqual([]);
  expect(await titles("silk*")).toEqual(["Silk or nylon?", "About ribbons"]);
});

test("another visitor finds nothing of it", async () => {
  const other = new Client(app);
  await other.meet();
  await converse("My own question", "My own answer about silk.", other);
  expect(await titles("silk", other)).toEqual(["My own question"]);
  expect(await titles("own question")).toEqual([]);
});

test("a new title is found, and the old one no more", async () => {
  const { conversationId } = await converse("Provisional heading", "Yes.");
  expect((await change("PATCH", conversationId, { title: "Definitive caption" })).status).toBe(200);
  expect(await titles("provisional caption")).toEqual(["Definitive caption"]);
  expect(await titles("definitive")).toEqual(["Definitive caption"]);
});

test("a long conversation is found by its first message and by its last", async () => {
  const { conversationId, id } = await converse(
    "The first of many, about zeppelins",
    "Lorem ipsum dolor. ".repeat(600),
  );
  let parentId = id;
  for (let turn = 2; turn <= 6; turn++) {
    const ids = newIds();
    app.upstream.script(
      answer(`Turn ${turn}. ${"Sit amet consectetur. ".repeat(500)} Word number ${turn}${turn}${turn}.`),
    );
    const message = { id: ids.messageId, content: [{ type: "text", text: `Go on with ${turn}` }] };
    await allEvents(await client.put(ids.id, { conversationId, parentId, message }));
    parentId = ids.id;
  }
  for (const query of ["zeppelins", "333", "555", "666"]) {
    expect((await search(query)).conversations.map((found) => found.id)).toEqual([conversationId]);
  }
  const { conversations } = await search("666");
  expect(conversations[0]?.found?.message).toMatchObject({ id: parentId, role: "assistant" });
  expect(conversations[0]?.found?.message?.excerpt).toContain("Word number 666.");
});

test("what is found comes by page", async () => {
  const visitor = new Client(app);
  await visitor.meet();
  for (let number = 1; number <= 23; number++) await converse(`Matter ${number}`, "A pageful of it.", visitor);
  const first = await search("pageful", visitor);
  const second = await search("pageful", visitor, first.cursor ?? "");
  const numbers = [...first.conversations, ...second.conversations].map(({ title }) => Number(title.split(" ")[1]));
  expect(numbers).toEqual(Array.from({ length: 23 }, (_, index) => 23 - index));
  expect(second.cursor).toBeNull();
});

/** A visitor with as many conversations of one message, the oldest first; their titles count from 1. */
async function withConversations(texts: readonly string[]): Promise<Client> {
  const visitor = new Client(app);
  await visitor.meet();
  const { conversationId } = await converse("The first of all", "Yes.", visitor);
  const { store } = await app.instance();
  const { visitor_id } = await store
    .selectFrom("conversations")
    .select("visitor_id")
    .where("id", "=", conversationId)
    .executeTakeFirstOrThrow();
  await store.transaction().execute(async (transaction) => {
    for (const [index, text] of texts.entries()) {
      const id = randomUUID();
      const time = new Date(Date.UTC(2126, 0, 1) + index * 60_000).toISOString();
      await transaction
        .insertInto("conversations")
        .values({ id, visitor_id, title: `${index + 1}`, leaf_id: null, created_at: time, updated_at: time })
        .execute();
      await transaction
        .insertInto("messages")
        .values({
          id: randomUUID(),
          conversation_id: id,
          parent_id: null,
          position: 1,
          role: "user",
          content: JSON.stringify([{ type: "text", text }]),
          outcome: null,
          model: null,
          usage: null,
          created_at: time,
        })
        .execute();
      await indexConversation(transaction, id, 1);
    }
  });
  return visitor;
}

async function allTitles(query: string, who: Client): Promise<number[]> {
  const pages = [await search(query, who)];
  while (pages.at(-1)?.cursor != null) pages.push(await search(query, who, pages.at(-1)?.cursor ?? ""));
  return pages.flatMap(({ conversations }) => conversations.map(({ title }) => Number(title)));
}

/** Adds as many segments as make words frequent: copies of that conversation's, before its first message. */
async function makeFrequent(title: string): Promise<void> {
  const { store } = await app.instance();
  const { id, visitor_id } = await store
    .selectFrom("conversations")
    .select(["id", "visitor_id"])
    .where("title", "=", title)
    .orderBy("updated_at", "desc")
    .executeTakeFirstOrThrow();
  if (isPostgres(store)) {
    await sql`insert into search_segments (conversation_id, first_position, last_position, characters, terms)
      select conversation_id, -number, -number, 1, terms from search_segments, generate_series(1, 1500) as number
      where conversation_id = ${id} and first_position = 1`.execute(store);
    return;
  }
  const terms = new Set<string>();
  addTerms(terms, "omnipresent yesteryear");
  const text = Array.from(terms, (term) => markOf(visitor_id) + term).join(" ");
  await store.transaction().execute(async (transaction) => {
    for (let number = 1; number <= 1_500; number++) {
      const position = { first_position: -number, last_position: -number };
      const segment = await transaction
        .insertInto("search_segments")
        .values({ conversation_id: id, ...position, characters: 1 })
        .returning("id")
        .executeTakeFirstOrThrow();
      await sql`insert into search_index (rowid, terms) values (${segment.id}, ${text})`.execute(transaction);
    }
  });
}

test("words that are everywhere, and words that only old conversations hold, are found to the last, newest first", async () => {
  const numbers = Array.from({ length: 200 }, (_, index) => index + 1);
  const visitor = await withConversations(
    numbers.map((number) => `Omnipresent ${number <= 30 ? "yesteryear" : ""} ${number % 7 === 0 ? "seventh" : ""}`),
  );
  await makeFrequent("1");
  const newestFirst = numbers.toReversed();
  expect(await allTitles("omnipresent", visitor)).toEqual(newestFirst);
  expect(await allTitles("yesteryear", visitor)).toEqual(newestFirst.filter((number) => number <= 30));
  expect(await allTitles("seventh omni", visitor)).toEqual(newestFirst.filter((number) => number % 7 === 0));
  expect(await allTitles("seventh yester", visitor)).toEqual([28, 21, 14, 7]);
});

test("what was stored before there was an index is brought into it", async () => {
  const { store } = await app.instance();
  const { conversationId } = await converse("An unindexed question", "With an orphaned answer.");
  await store.deleteFrom("search_segments").where("conversation_id", "=", conversationId).execute();
  expect(await titles("orphaned")).toEqual([]);
  await indexUnindexed(store);
  expect(await titles("orphaned")).toEqual(["An unindexed question"]);
});

test("a deleted conversation leaves no word of it in the index, nor in the database file", async () => {
  const word = `xylograph${randomUUID().replace(/[^a-z]/g, "")}`;
  const { conversationId } = await converse(`A ${word} question`, `An answer with ${word} in it.`);
  expect(await titles(word)).toEqual([`A ${word} question`]);
  expect((await change("DELETE", conversationId)).status).toBe(200);
  expect(await titles(word)).toEqual([]);
  const { store } = await app.instance();
  if (isPostgres(store)) return;
  await sql`pragma wal_checkpoint(truncate)`.execute(store);
  const files = readdirSync(app.dataDir).filter((name) => name.startsWith("platen.sqlite"));
  for (const name of files) expect(readFileSync(join(app.dataDir, name)).includes("xylograph")).toBe(false);
});
