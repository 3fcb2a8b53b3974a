import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { isPostgres, type Store } from "@/lib/server/store/database";
import { indexConversation } from "@/lib/server/store/search";
import { Random } from "../renderer/random";

/** Who has all of it: the worst case. */
export const VISITOR = "bench-visitor";
const VOCABULARY = 40_000;
const SYLLABLES = "ta ri mo ne lu con pre ex ing tion er al ba ke si dor vin gra shel ump ot ee qua zy".split(" ");
const CONVERSATIONS_AT_ONCE = 20;
const USER_WORDS = 25;
const ANSWER_WORDS = 90;
const LONG_MESSAGES = 500;

export type Library = { conversations: number; messages: number; longId: string; usualId: string };

/** Words as a language has them: a few in nearly every message, most in hardly any. */
export function wordAt(rank: number): string {
  let word = "";
  for (let left = rank + 7; left > 0 || word.length < 3; left = Math.floor(left / SYLLABLES.length)) {
    word += SYLLABLES[left % SYLLABLES.length];
  }
  return word;
}

const WORDS = Array.from({ length: VOCABULARY }, (_, rank) => wordAt(rank));

/** Fills the store with conversations of `messagesEach`, and one of 500 messages, indexed as the app does it. */
export async function fill(store: Store, conversations: number, messagesEach: number): Promise<Library> {
  const random = new Random(7);
  const now = Date.now();
  await store
    .insertInto("visitors")
    .values({ id: VISITOR, created_at: new Date(now).toISOString() })
    .execute();
  let longId = "";
  let usualId = "";
  let messages = 0;
  for (let from = 0; from < conversations; from += CONVERSATIONS_AT_ONCE) {
    await store.transaction().execute(async (transaction) => {
      for (let index = from; index < Math.min(from + CONVERSATIONS_AT_ONCE, conversations); index++) {
        const isLong = index === Math.floor(conversations / 2);
        const count = isLong ? LONG_MESSAGES : messagesEach;
        const id = await addConversation(transaction as Store, {
          index,
          count,
          at: now - (conversations - index) * 60_000,
          random,
        });
        messages += count;
        if (isLong) longId = id;
        else usualId ||= id;
      }
    });
  }
  await sql.raw(isPostgres(store) ? "analyze" : "pragma optimize").execute(store);
  return { conversations, messages, longId, usualId };
}

type Plan = { index: number; count: number; at: number; random: Random };

async function addConversation(queries: Store, { index, count, at, random }: Plan): Promise<string> {
  const id = randomUUID();
  const time = new Date(at).toISOString();
  const texts = Array.from({ length: count }, (_, position) => textOf(position, random));
  if (index % 50 === 0) texts[1] = `${texts[1]} 东京的旧打字机还在文房具店里。`;
  await queries
    .insertInto("conversations")
    .values({
      id,
      visitor_id: VISITOR,
      title: (texts[0] ?? "").split(" ").slice(0, 6).join(" "),
      pinned: index % 1_000 === 0 ? 1 : 0,
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
  await indexConversation(queries, id, 1);
  return id;
}

function textOf(position: number, random: Random): string {
  const words = position % 2 === 0 ? USER_WORDS : ANSWER_WORDS;
  const rank = () => Math.floor(VOCABULARY ** (random.below(2 ** 32) / 2 ** 32)) - 1;
  return Array.from({ length: words }, () => WORDS[rank()] ?? "").join(" ");
}

type NewMessage = { id: string; parent: string | null; position: number; role: string; text: string };

async function insertMessages(queries: Store, id: string, time: string, rows: readonly NewMessage[]): Promise<void> {
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
