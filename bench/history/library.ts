import { randomUUID } from "node:crypto";
import { sql, type Transaction } from "kysely";
import { isPostgres, type Store } from "@/lib/server/store/database";
import type { Schema } from "@/lib/server/store/schema";
import { Random } from "../renderer/random";

/** Who has most of it. */
export const VISITOR = "bench-visitor";
/** One of many who have a little each, in the same words. */
export const NEIGHBOUR = "bench-neighbour-0";
const NEIGHBOURS = 20;
/** Of the visitor's conversations, as many has each of the neighbours. */
const NEIGHBOURS_SHARE = 1 / 200;
const VOCABULARY = 40_000;
const SYLLABLES = "ta ri mo ne lu con pre ex ing tion er al ba ke si dor vin gra shel ump ot ee qua zy".split(" ");
const CONVERSATIONS_AT_ONCE = 20;
export const MESSAGES_EACH = 100;
const USER_WORDS = 25;
const ANSWER_WORDS = 90;
export const LONG_MESSAGES = 500;

/** What there is: `messages` of all visitors, and two of the visitor's conversations by their length. */
export type Library = { messages: number; longId: string; usualId: string };

/** Words as a language has them: a few in nearly every message, most in hardly any. */
export function wordAt(rank: number): string {
  let word = "";
  for (let left = rank + 7; left > 0 || word.length < 3; left = Math.floor(left / SYLLABLES.length)) {
    word += SYLLABLES[left % SYLLABLES.length];
  }
  return word;
}

const WORDS = Array.from({ length: VOCABULARY }, (_, rank) => wordAt(rank));

/** Fills the store with the visitor's `conversations`, one of them of 500 messages, and with those of the neighbours. */
export async function fill(store: Store, conversations: number): Promise<Library> {
  const random = new Random(7);
  const now = Date.now();
  const owners = ownersOf(conversations);
  const created_at = new Date(now).toISOString();
  await store
    .insertInto("visitors")
    .values([...new Set(owners)].map((id) => ({ id, created_at })))
    .execute();
  const ids: string[] = [];
  const long = owners.findIndex((owner, index) => owner === VISITOR && index >= owners.length / 2);
  await inTransactions(store, [...owners.entries()], async (transaction, [index, owner]) => {
    const count = index === long ? LONG_MESSAGES : MESSAGES_EACH;
    ids.push(
      await addConversation(transaction, { owner, index, count, at: now - (owners.length - index) * 60_000, random }),
    );
  });
  return {
    messages: (owners.length - 1) * MESSAGES_EACH + LONG_MESSAGES,
    longId: ids[long] as string,
    usualId: ids[owners.indexOf(VISITOR)] as string,
  };
}

/** Whose conversations they are, the oldest first: the neighbours' lie among the visitor's. */
function ownersOf(conversations: number): string[] {
  const ofNeighbours = Math.ceil(conversations * NEIGHBOURS_SHARE) * NEIGHBOURS;
  const gap = Math.floor(conversations / ofNeighbours) + 1;
  let neighbour = 0;
  return Array.from({ length: conversations + ofNeighbours }, (_, index) => {
    if (index % gap !== 0 || neighbour === ofNeighbours) return VISITOR;
    return `bench-neighbour-${neighbour++ % NEIGHBOURS}`;
  });
}

/** Does `work` on all items in their order, some of them a transaction. */
export async function inTransactions<Item>(
  store: Store,
  items: readonly Item[],
  work: (transaction: Transaction<Schema>, item: Item) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < items.length; from += CONVERSATIONS_AT_ONCE) {
    await store.transaction().execute(async (transaction) => {
      for (const item of items.slice(from, from + CONVERSATIONS_AT_ONCE)) await work(transaction, item);
    });
  }
}

type Plan = { owner: string; index: number; count: number; at: number; random: Random };

async function addConversation(queries: Transaction<Schema>, plan: Plan): Promise<string> {
  const { owner, index, count, at, random } = plan;
  const id = randomUUID();
  const time = new Date(at).toISOString();
  const texts = Array.from({ length: count }, (_, position) => textOf(position, random));
  if (index % 50 === 1) texts[1] = `${texts[1]} 东京的旧打字机还在文房具店里。`;
  await queries
    .insertInto("conversations")
    .values({
      id,
      visitor_id: owner,
      title: (texts[0] ?? "").split(" ").slice(0, 6).join(" "),
      pinned: index % 1_000 === 1 ? 1 : 0,
      leaf_id: null,
      created_at: time,
      updated_at: time,
    })
    .execute();
  let parent: string | null = null;
  const rows = texts.map((text, position) => {
    const message = {
      id: randomUUID(),
      parent,
      position: position + 1,
      role: position % 2 === 0 ? "user" : "assistant",
      text,
    };
    parent = message.id;
    return message;
  });
  await insertMessages(queries, id, time, rows);
  return id;
}

function textOf(position: number, random: Random): string {
  const words = position % 2 === 0 ? USER_WORDS : ANSWER_WORDS;
  const rank = () => Math.floor(VOCABULARY ** (random.below(2 ** 32) / 2 ** 32)) - 1;
  return Array.from({ length: words }, () => WORDS[rank()] ?? "").join(" ");
}

type NewMessage = { id: string; parent: string | null; position: number; role: string; text: string };

async function insertMessages(
  queries: Transaction<Schema>,
  id: string,
  time: string,
  rows: readonly NewMessage[],
): Promise<void> {
  const given = JSON.stringify(
    rows.map(({ text, ...row }) => ({ ...row, content: JSON.stringify([{ type: "text", text }]) })),
  );
  const outcome = JSON.stringify({
    type: "done",
    stop_reason: "end_turn",
    usage: { input_tokens: 1, output_tokens: 1 },
  });
  const from = isPostgres(queries)
    ? sql`select id, ${id}::text, parent, position, role, content, case role when 'assistant' then ${outcome}::text end, ${time}::text
        from json_to_recordset(${given}::json) as given (id text, parent text, position int, role text, content text)`
    : sql`select value ->> 'id', ${id}, value ->> 'parent', value ->> 'position', value ->> 'role', value ->> 'content',
        case value ->> 'role' when 'assistant' then ${outcome} end, ${time} from json_each(${given})`;
  await sql`insert into messages (id, conversation_id, parent_id, position, role, content, outcome, created_at) ${from}`.execute(
    queries,
  );
}
