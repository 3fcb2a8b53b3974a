import { settledContent } from "@/lib/chat/conversation";
import { cutText, type Message, type Outcome, textOf } from "@/lib/chat/message";
import { answer } from "../upstream/scenario";
import { eventually, type Turn } from "./model";
import type { Person, View } from "./person";
import type { World } from "./world";

export type Expected = {
  /** Exactly one of these is the answer's end. */
  outcomes: readonly Outcome["type"][];
  /**
   * What is stored: the whole text of the scenario; all that the model flushed; some prefix of that; or no more of it
   * than so many UTF-16 units.
   */
  text: "whole" | "flushed" | "prefix" | { shown: number };
  /** The code of a failure. */
  code?: string;
  /** Exactly so many calls to the model; without it at most one that brought anything. */
  calls?: number;
  retryAfterSeconds?: number;
  /** The next turn is not tried: there is one anyway, or the answer is longer than the model can read. */
  hasNoNextTurn?: boolean;
};

/** A broken promise, told in one sentence each. */
export class Violation extends Error {}

/**
 * Waits until the answer has ended, then holds the store, what every follower saw and what the model was asked against
 * the invariants of the matrix. Throws a `Violation` that lists all that is wrong.
 */
export async function check(world: World, person: Person, turn: Turn, views: readonly View[], expected: Expected) {
  const stored = await settled(person, turn);
  const wrong: string[] = [];
  const hold = (isRight: boolean, sentence: () => string) => void (isRight || wrong.push(sentence()));

  await checkQuestion(person, turn, hold);
  checkOutcome(stored, expected, hold);
  checkText(turn, textOf(stored.content), expected, hold);
  for (const view of views) checkView(view, stored, hold);
  await checkReplay(person, turn, stored, hold);
  await checkCalls(turn, expected, hold);
  await checkLog(world, turn, hold);
  await checkNothingMore(world, person, turn, stored, hold);
  if (wrong.length === 0 && !expected.hasNoNextTurn) await checkNextTurn(world, person, turn, hold);
  if (wrong.length > 0) throw new Violation(`answer ${turn.ids.id} broke its promises:\n- ${wrong.join("\n- ")}`);
}

type Hold = (isRight: boolean, sentence: () => string) => void;

/** The answer as the store has it, once it has ended. */
export async function settled(person: Person, { ids }: Turn): Promise<Message> {
  let found: Message | undefined;
  await eventually(`answer ${ids.id} ends`, async () => {
    const conversation = await person.conversation(ids.conversationId);
    found = conversation?.messages.find((message) => message.id === ids.id && message.outcome !== undefined);
    return found !== undefined;
  });
  return found as Message;
}

async function checkQuestion(person: Person, turn: Turn, hold: Hold): Promise<void> {
  const conversation = await person.conversation(turn.ids.conversationId);
  const asked = conversation?.messages.filter(({ content }) => textOf(content) === turn.question) ?? [];
  hold(asked.length === 1, () => `the user's message is stored ${asked.length} times`);
  const answers = conversation?.messages.filter(({ id }) => id === turn.ids.id) ?? [];
  hold(answers.length === 1, () => `the answer is stored ${answers.length} times`);
  const before = await Promise.all(turn.storedBefore);
  hold(
    before.every((count) => count === 1),
    () => `the user's message stood in the store ${before} times when the calls came`,
  );
}

function checkOutcome({ outcome }: Message, expected: Expected, hold: Hold): void {
  const type = outcome?.type as Outcome["type"];
  hold(expected.outcomes.includes(type), () => `it ended as ${JSON.stringify(outcome)}, not as ${expected.outcomes}`);
  if (outcome?.type !== "failed") return;
  const { code, retryAfterSeconds } = outcome.error;
  hold(expected.code === undefined || code === expected.code, () => `it failed as ${code}, not as ${expected.code}`);
  hold(
    expected.retryAfterSeconds === undefined || retryAfterSeconds === expected.retryAfterSeconds,
    () => `it says to wait ${retryAfterSeconds} s, not ${expected.retryAfterSeconds} s`,
  );
}

function checkText(turn: Turn, text: string, expected: Expected, hold: Hold): void {
  const flushed = turn.calls.at(-1)?.flushedText ?? "";
  hold(text.isWellFormed(), () => "the stored text has half a surrogate pair");
  hold(turn.text.startsWith(text), () => `the stored text is no prefix of the model's: ${difference(turn.text, text)}`);
  if (expected.text === "whole") hold(text === turn.text, () => `not whole: ${difference(turn.text, text)}`);
  if (expected.text === "flushed") hold(text === flushed, () => `not what arrived: ${difference(flushed, text)}`);
  if (typeof expected.text === "object") {
    const shown = cutText(turn.text, expected.text.shown);
    hold(text === shown, () => `not cut to what was shown: ${difference(shown, text)}`);
  }
}

function difference(whole: string, text: string): string {
  let at = 0;
  while (at < text.length && text[at] === whole[at]) at++;
  const around = (of: string) => JSON.stringify(of.slice(Math.max(0, at - 20), at + 30));
  return `${text.length} of ${whole.length} units; at ${at} ${around(text)} for ${around(whole)}`;
}

/** What a follower was sent: in order, the same words, and at most one end, which is the stored one. */
function checkView(view: View, stored: Message, hold: Hold): void {
  hold(view.faults.length === 0, () => `a follower's events: ${view.faults.join("; ")}`);
  const ends = view.events.filter(({ event }) => event.type === "generation_end");
  hold(ends.length <= 1, () => `a follower saw ${ends.length} ends`);
  hold(ends.length === 0 || view.outcome !== undefined, () => "a follower saw events after the end");
  if (view.outcome !== undefined) {
    hold(isSame(view.outcome, stored.outcome), () => `a follower saw ${JSON.stringify(view.outcome)} as its end`);
  }
  const seen = textOf(view.content);
  const kept = textOf(stored.content);
  // What Stop cuts away may have been on its way to somebody: the page shows the stored text when it is told.
  const isPart =
    stored.outcome?.type === "stopped" ? seen.startsWith(kept) || kept.startsWith(seen) : kept.startsWith(seen);
  hold(isPart, () => `a follower saw other words: ${difference(kept, seen)}`);
  const isWhole = view.outcome === undefined || stored.outcome?.type === "stopped" || seen === kept;
  hold(isWhole, () => `a follower saw the end without all the words: ${difference(kept, seen)}`);
}

/** Whoever comes later gets exactly what is stored. */
async function checkReplay(person: Person, { ids }: Turn, stored: Message, hold: Hold): Promise<void> {
  const view = await person.followToEnd(ids.id);
  hold(view.faults.length === 0, () => `the replay: ${view.faults.join("; ")}`);
  hold(isSame(view.outcome, stored.outcome), () => `the replay ends as ${JSON.stringify(view.outcome)}`);
  const content = settledContent(view.content);
  hold(isSame(content, stored.content), () => {
    return `the replay differs from the store: ${difference(textOf(stored.content), textOf(content))}`;
  });
  const again = await person.stopSurely(ids.id, 0);
  hold(isSame(again, stored.outcome), () => `a stop after the end says ${JSON.stringify(again)}`);
}

async function checkCalls({ calls }: Turn, expected: Expected, hold: Hold): Promise<void> {
  const ends = eventually("the model's sockets are closed", () => calls.every((call) => call.closed !== null), 15_000);
  await ends.catch((error: Error) => hold(false, () => error.message));
  const count = expected.calls;
  if (count !== undefined) hold(calls.length === count, () => `${calls.length} calls to the model, not ${count}`);
  const bringing = calls.filter(({ flushedText }) => flushedText !== "");
  // A reset throws away what was sent before it, so more than one may have had something to say.
  if (expected.calls === undefined) hold(bringing.length <= 1, () => `${bringing.length} calls brought words`);
}

/** An answer's log as it lies in the store: number, milliseconds, event. */
async function logOf(probe: World["probe"], id: string): Promise<[number, number, { type: string }][]> {
  const rows = await probe.query("select events from generation_log where generation_id = ? order by n", [id]);
  return rows.flatMap(({ events }) => JSON.parse(String(events)) as [number, number, { type: string }][]);
}

/** The log as it lies in the store: without holes, one end, and it is the last. */
async function checkLog({ probe }: World, { ids }: Turn, hold: Hold): Promise<void> {
  const events = await logOf(probe, ids.id);
  hold(
    events.every(([n], index) => n === index + 1),
    () => `the log counts ${events.map(([n]) => n).join(" ")}`,
  );
  const ends = events.filter(([, , { type }]) => type === "generation_end");
  hold(ends.length === 1 && ends[0] === events.at(-1), () => `the log has ${ends.length} ends`);
}

async function checkNothingMore(world: World, person: Person, turn: Turn, stored: Message, hold: Hold): Promise<void> {
  const count = async () => (await logOf(world.probe, turn.ids.id)).length;
  const before = await count();
  const calls = turn.calls.length;
  await new Promise((resolve) => setTimeout(resolve, 300));
  const after = await count();
  hold(after === before, () => `${after - before} events were stored after the end`);
  hold(turn.calls.length === calls, () => "the model was called after the end");
  const now = await settled(person, turn);
  hold(isSame(now, stored), () => "the answer changed after the end");
}

async function checkNextTurn({ model }: World, person: Person, { ids }: Turn, hold: Hold): Promise<void> {
  const next = model.turn([answer("And so on.")], { conversationId: ids.conversationId, parentId: ids.id });
  const view = await person.ask(next.ids, next.question);
  hold(view.outcome?.type === "done", () => `the next turn ended as ${JSON.stringify(view.outcome)}`);
  hold(textOf(view.content) === next.text, () => `the next turn said ${JSON.stringify(textOf(view.content))}`);
}

function isSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(sorted(left)) === JSON.stringify(sorted(right));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
