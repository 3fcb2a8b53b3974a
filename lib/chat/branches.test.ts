import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canContinue } from "./continuation";
import {
  type Action,
  type Conversation,
  type ConversationState,
  newestLeaf,
  openConversation,
  pathTo,
  reduce,
  versionsIn,
} from "./conversation";
import type { Message, Outcome } from "./message";

const AT = "2026-01-01T00:00:00.000Z";
const USAGE = { input_tokens: 1, output_tokens: 1 };
const OUTCOMES: readonly Outcome[] = [
  { type: "done", stop_reason: "end_turn", usage: USAGE },
  { type: "done", stop_reason: "max_tokens", usage: USAGE },
  { type: "interrupted" },
];

type Step = {
  tab: number;
  what: "send" | "edit" | "retry" | "continue" | "show" | "stop" | "refuse" | "load";
  at: number;
};

const step: fc.Arbitrary<Step> = fc.record({
  tab: fc.nat({ max: 2 }),
  what: fc.constantFrom("send", "edit", "retry", "continue", "show", "stop", "refuse", "load"),
  at: fc.nat({ max: 1_000 }),
});

/** Three tabs that know nothing of each other, over a server that keeps what each of them sends. */
function createWorld() {
  const kept: Message[] = [];
  let leafId: string | null = null;
  let made = 0;
  const blank: Conversation = { id: "c", title: "", leafId: null, messages: [] };
  const tabs = [blank, blank, blank].map((conversation) => openConversation(conversation));
  const newId = () => `m${++made}`;

  function act(tab: number, action: Action): ConversationState {
    const next = reduce(tabs[tab] as ConversationState, action);
    tabs[tab] = next;
    return next;
  }

  /** What the server makes of it, and tells the tab that asked: one event, and the end. */
  function answer(tab: number, submit: Extract<Action, { type: "submit" }>, { at, what }: Step): void {
    const { id, message } = submit;
    const state = act(tab, submit);
    if (state.generation.phase === "idle") throw new Error("nothing was submitted");
    if (what === "refuse") {
      act(tab, { type: "refused", id, error: { code: "busy", message: "Full." } });
      return;
    }
    const before = state.conversation.messages.find((one) => one.id === id)?.content ?? [];
    const content = [
      { type: "text" as const, text: `${before.length === 0 ? "" : (before[0] as { text: string }).text}+` },
    ];
    const arrive = (n: number, event: Extract<Action, { type: "event" }>["numbered"]["event"]) =>
      act(tab, { type: "event", id, numbered: { n, event } });
    arrive(1, { type: "content_block_start", index: 0, content_block: content[0] as never });
    let outcome: Outcome = OUTCOMES[at % OUTCOMES.length] as Outcome;
    if (what === "stop") {
      act(tab, { type: "stop", id, shown: 1_000 });
      outcome = { type: "stopped", usage: USAGE };
    } else arrive(2, { type: "generation_end", outcome });
    if (message !== null) kept.push(message);
    kept.push({ id, parentId: submit.parentId, role: "assistant", content, outcome, createdAt: AT });
    leafId = id;
  }

  function take(one: Step): void {
    const { tab, what, at } = one;
    const state = tabs[tab] as ConversationState;
    const { messages } = state.conversation;
    const pick = (among: readonly Message[]) => among[at % Math.max(1, among.length)];
    const question = pick(messages.filter(({ role }) => role === "user"));
    const last = pick(messages.filter(({ role }) => role === "assistant"));
    const ask = (parentId: string | null, text: string, edits?: string) => {
      const message: Message = {
        id: newId(),
        parentId,
        role: "user",
        content: [{ type: "text", text }],
        createdAt: AT,
      };
      const origin = edits === undefined ? {} : { edits };
      answer(tab, { type: "submit", id: newId(), message, parentId: message.id, createdAt: AT, ...origin }, one);
    };
    const again = (parentId: string, continues?: string) => {
      const origin = continues === undefined ? {} : { continues };
      answer(tab, { type: "submit", id: newId(), message: null, parentId, createdAt: AT, ...origin }, one);
    };
    if (what === "load") {
      const conversation = { ...state.conversation, leafId, messages: [...kept] };
      act(tab, { type: "loaded", conversation, lastEventId: 0 });
    } else if (what === "show") {
      if (last !== undefined) act(tab, { type: "show_branch", leafId: newestLeaf(messages, last.id) ?? last.id });
    } else if (what === "edit" && question !== undefined) ask(question.parentId, "Rather", question.id);
    else if (what === "retry" && question !== undefined) again(question.id);
    else if (what === "continue" && last?.parentId != null && canContinue(last)) again(last.parentId, last.id);
    else ask(state.conversation.leafId, "Then");
  }

  return { tabs, kept, take };
}

function expectTree(messages: readonly Message[]): void {
  expect(new Set(messages.map(({ id }) => id)).size).toBe(messages.length);
  for (const message of messages) {
    const path = pathTo(messages, message.id);
    expect(path.at(-1)).toBe(message);
    expect(path[0]?.parentId).toBeNull();
    expect(path.map(({ role }) => role)).toEqual(path.map((_, index) => (index % 2 === 0 ? "user" : "assistant")));
    const versions = versionsIn(messages)(message);
    expect(versions).toContain(message);
    for (const version of versions) expect(versionsIn(messages)(version)).toEqual(versions);
    expect(pathTo(messages, newestLeaf(messages, message.id))).toContain(message);
  }
}

describe("three tabs, whatever they send, edit, retry, continue, stop and load", () => {
  const holds = (check: (world: ReturnType<typeof createWorld>, one: Step) => void) =>
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const world = createWorld();
        for (const one of steps) {
          world.take(one);
          check(world, one);
        }
      }),
      { numRuns: 400 },
    );

  test("lose no message: one path leads from each to its root, and versions agree with each other", () => {
    holds(({ kept }) => expectTree(kept));
  });

  test("each show a whole branch, of messages that all stand on one tree", () => {
    holds(({ tabs }, { tab }) => {
      const { conversation } = tabs[tab] as ConversationState;
      expectTree(conversation.messages);
      const path = pathTo(conversation.messages, conversation.leafId);
      expect(path.at(-1)?.id ?? null).toBe(conversation.leafId);
      expect(path.every(({ role }, index) => role === (index % 2 === 0 ? "user" : "assistant"))).toBe(true);
    });
  });

  test("are taken from the branch they read by nothing but their own doing", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const world = createWorld();
        for (const one of steps) {
          const before = (world.tabs[one.tab] as ConversationState).conversation;
          world.take(one);
          if (one.what !== "load" || before.leafId === null) continue;
          const { conversation } = world.tabs[one.tab] as ConversationState;
          const isKept = world.kept.some(({ id }) => id === before.leafId);
          if (isKept)
            expect(pathTo(conversation.messages, conversation.leafId).map(({ id }) => id)).toContain(before.leafId);
        }
      }),
    );
  });

  test("know all messages once they have loaded", () => {
    holds(({ tabs, kept }, { tab, what }) => {
      if (what !== "load") return;
      const known = new Set((tabs[tab] as ConversationState).conversation.messages.map(({ id }) => id));
      expect(kept.filter(({ id }) => !known.has(id))).toEqual([]);
    });
  });
});

test("a refused edit leads back to the message that was edited, and keeps what was written", () => {
  const question = (id: string, parentId: string | null): Message => ({
    id,
    parentId,
    role: "user",
    content: [{ type: "text", text: id }],
    createdAt: AT,
  });
  const reply = (id: string, parentId: string): Message => ({
    id,
    parentId,
    role: "assistant",
    content: [{ type: "text", text: id }],
    outcome: OUTCOMES[0] as Outcome,
    createdAt: AT,
  });
  const messages = [question("q1", null), reply("a1", "q1"), question("q2", null), reply("a2", "q2")];
  const open = openConversation({ id: "c", title: "", leafId: "a1", messages });
  const message = question("q3", null);
  const sent = reduce(open, { type: "submit", id: "a3", message, parentId: "q3", createdAt: AT, edits: "q1" });
  const refused = reduce(sent, { type: "refused", id: "a3", error: { code: "busy", message: "Full." } });
  expect(refused.conversation.leafId).toBe("a1");
  expect(refused.refused).toMatchObject({ message, edits: "q1" });
});
