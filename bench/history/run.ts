import { listConversations } from "@/lib/server/store/conversation-list";
import { readConversation } from "@/lib/server/store/conversations";
import { lockKeys, type Store } from "@/lib/server/store/database";
import { roomTaken } from "@/lib/server/store/room";
import { indexConversation } from "@/lib/server/store/search-index";
import { isPostgresInstalled } from "@/tests/postgres";
import { reportPart } from "../part";
import { percentile, shown, table } from "../server/figures";
import { type Library, LONG_MESSAGES, MESSAGES_EACH, NEIGHBOUR, VISITOR, wordAt } from "./library";
import { type Engine, openShelf } from "./shelf";

/**
 * One visitor with 10,000 conversations and 1,000,000 messages, among twenty others with a tenth of that, on both stores:
 * how long the server works for a page of the list, for a search of each kind, to open a conversation, and to bring the
 * index up to date after an answer. The stores are filled once and kept.
 */
const isQuick = process.argv.includes("--quick");
const CONVERSATIONS = isQuick ? 1_000 : 10_000;
const TIMES = isQuick ? 20 : 100;
const BAR_MS = 50;

type Measured = { what: string; store: Engine; p50Ms: number; p95Ms: number; p99Ms: number };

const engines: readonly Engine[] = isPostgresInstalled() ? ["SQLite", "PostgreSQL"] : ["SQLite"];
const measured: Measured[] = [];
let messages = 0;
for (const engine of engines) {
  const shelved = await openShelf(engine, CONVERSATIONS, (line) => process.stdout.write(`${engine}: ${line}\n`));
  messages = shelved.library.messages;
  try {
    measured.push(...(await measure(engine, shelved.store, shelved.library)));
  } finally {
    await shelved.close();
  }
}
reportPart({
  tables: [
    table(
      ["what the server does", "store", "p50 ms", "p95 ms", "p99 ms", "bar p99 ms"],
      measured.map(({ what, store, p50Ms, p95Ms, p99Ms }) => [
        what,
        store,
        shown(p50Ms),
        shown(p95Ms),
        shown(p99Ms),
        BAR_MS,
      ]),
    ),
  ],
  results: { conversations: CONVERSATIONS, messages, times: TIMES, barMs: BAR_MS, measured },
});

async function measure(engine: Engine, store: Store, library: Library): Promise<Measured[]> {
  const results: Measured[] = [];
  for (const [what, work] of Object.entries(await tasks(store, library))) {
    const delays: number[] = [];
    await work();
    for (let time = 0; time < TIMES; time++) {
      const began = performance.now();
      await work();
      delays.push(performance.now() - began);
    }
    const [p50Ms, p95Ms, p99Ms] = [0.5, 0.95, 0.99].map((share) => percentile(delays, share)) as [
      number,
      number,
      number,
    ];
    results.push({ what, store: engine, p50Ms, p95Ms, p99Ms });
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
    // First, so that what follows finds the index as it is in use.
    "the index after an answer, 100 messages": () => reindex(store, library.usualId, MESSAGES_EACH),
    "the index after an answer, 500 messages": () => reindex(store, library.longId, LONG_MESSAGES),
    "first page of the list": list({}),
    "a page far down the list": list({ ...(deep === undefined ? {} : { cursor: deep }) }),
    "search: a word in nearly every conversation": search(wordAt(3)),
    "search: the same, a page far down": list({ query: wordAt(3), ...(deep === undefined ? {} : { cursor: deep }) }),
    "search: a word of middling frequency": search(wordAt(900)),
    "search: a rare word": search(wordAt(39_000)),
    "search: two common words": search(`${wordAt(5)} ${wordAt(40)}`),
    "search: three words, together in few messages": search(`${wordAt(100)} ${wordAt(200)} ${wordAt(300)}`),
    "search: the first three letters": search(wordAt(3).slice(0, 3)),
    "search: five letters and a rare word": search(`${wordAt(30).slice(0, 5)} ${wordAt(20_000)}`),
    "search: Chinese, three characters": search("打字机"),
    "search: Chinese, one character": search("店"),
    "search: nothing to be found": search("xylograph"),
    "search by a neighbour: a word in nearly every conversation": async () =>
      JSON.stringify(await listConversations(store, NEIGHBOUR, { query: wordAt(3) })),
    "search by a neighbour: nothing to be found": async () =>
      JSON.stringify(await listConversations(store, NEIGHBOUR, { query: "xylograph" })),
    "what the visitor keeps, in bytes": () => roomTaken(store, VISITOR),
    "open a conversation of 100 messages": open(library.usualId),
    "open a conversation of 500 messages": open(library.longId),
  };
}

/** What settling an answer adds to its transaction. */
function reindex(store: Store, id: string, position: number): Promise<void> {
  return store.transaction().execute(async (transaction) => {
    await lockKeys(transaction, [id]);
    await indexConversation(transaction, id, position);
  });
}
