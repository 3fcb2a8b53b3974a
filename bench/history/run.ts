import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listConversations } from "@/lib/server/store/conversation-list";
import { readConversation } from "@/lib/server/store/conversations";
import { lockKeys, openStore, type Store } from "@/lib/server/store/database";
import { indexConversation } from "@/lib/server/store/search";
import { isPostgresInstalled, startPostgres } from "@/tests/postgres";
import { reportPart } from "../part";
import { percentile, shown, table } from "../server/figures";
import { fill, type Library, VISITOR, wordAt } from "./library";

/**
 * One visitor with 10,000 conversations and 1,000,000 messages, on both stores: how long the server works for a page of
 * the list, for a search of each kind, to open a conversation, and to bring the index up to date after an answer.
 */
const isQuick = process.argv.includes("--quick");
const CONVERSATIONS = isQuick ? 1_000 : 10_000;
const MESSAGES_EACH = 100;
const TIMES = isQuick ? 20 : 40;
const BAR_MS = 50;

type Measured = { what: string; store: string; p50Ms: number; p99Ms: number };

const sqlite = await measureSqlite();
const postgres = isPostgresInstalled() ? await measurePostgres() : [];
const measured = [...sqlite, ...postgres];
reportPart({
  tables: [
    table(
      ["what the server does", "store", "p50 ms", "p99 ms", "bar p99 ms"],
      measured.map(({ what, store, p50Ms, p99Ms }) => [what, store, shown(p50Ms), shown(p99Ms), BAR_MS]),
    ),
  ],
  results: { conversations: CONVERSATIONS, messages: CONVERSATIONS * MESSAGES_EACH, barMs: BAR_MS, measured },
});

async function measureSqlite(): Promise<Measured[]> {
  const dataDir = mkdtempSync(join(tmpdir(), "platen-history-"));
  const store = await openStore({ dataDir });
  try {
    return await measure("SQLite", store);
  } finally {
    await store.destroy();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function measurePostgres(): Promise<Measured[]> {
  const server = await startPostgres();
  const store = await openStore({ dataDir: tmpdir(), databaseUrl: await server.createDatabase() });
  try {
    return await measure("PostgreSQL", store);
  } finally {
    await store.destroy();
    await server.stop();
  }
}

async function measure(name: string, store: Store): Promise<Measured[]> {
  const startedAt = performance.now();
  const library = await fill(store, CONVERSATIONS, MESSAGES_EACH);
  const filledSeconds = Math.round((performance.now() - startedAt) / 1000);
  process.stdout.write(`${name}: ${library.messages} messages written and indexed in ${filledSeconds} s\n`);
  const results: Measured[] = [];
  for (const [what, work] of Object.entries(await tasks(store, library))) {
    const delays: number[] = [];
    await work();
    for (let time = 0; time < TIMES; time++) {
      const began = performance.now();
      await work();
      delays.push(performance.now() - began);
    }
    results.push({ what, store: name, p50Ms: percentile(delays, 0.5), p99Ms: percentile(delays, 0.99) });
  }
  return results;
}

async function tasks(store: Store, library: Library): Promise<Record<string, () => Promise<unknown>>> {
  const list = (page: { query?: string; cursor?: string }) => async () =>
    JSON.stringify(await listConversations(store, VISITOR, page));
  const search = (query: string) => list({ query });
  const open = (id: string) => async () => JSON.stringify(await readConversation(store, VISITOR, id));
  let deep: string | undefined;
  for (let page = 0; page < 15; page++) {
    const { cursor } = await listConversations(store, VISITOR, { cursor: deep });
    deep = cursor ?? deep;
  }
  return {
    "first page of the list": list({}),
    "a page far down the list": list({ ...(deep === undefined ? {} : { cursor: deep }) }),
    "search: a word in nearly every conversation": search(wordAt(3)),
    "search: a word of middling frequency": search(wordAt(900)),
    "search: a rare word": search(wordAt(39_000)),
    "search: two common words": search(`${wordAt(5)} ${wordAt(40)}`),
    "search: the first three letters": search(wordAt(3).slice(0, 3)),
    "search: five letters and a rare word": search(`${wordAt(30).slice(0, 5)} ${wordAt(20_000)}`),
    "search: Chinese, three characters": search("打字机"),
    "search: Chinese, one character": search("店"),
    "search: nothing to be found": search("xylograph"),
    "open a conversation of 100 messages": open(library.usualId),
    "open a conversation of 500 messages": open(library.longId),
    "the index after an answer, 100 messages": () => reindex(store, library.usualId, MESSAGES_EACH),
    "the index after an answer, 500 messages": () => reindex(store, library.longId, 500),
  };
}

/** What settling an answer adds to its transaction. */
function reindex(store: Store, id: string, position: number): Promise<void> {
  return store.transaction().execute(async (transaction) => {
    await lockKeys(transaction, [id]);
    await indexConversation(transaction, id, position);
  });
}
