import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Action,
  type Conversation,
  type ConversationState,
  type Generation,
  type LivingGeneration,
  newestLeaf,
  openConversation,
  pathTo,
  reduce,
  settledContent,
  versionsIn,
} from "./conversation";
import type { Refusal } from "./error";
import type { ContentBlock, GenerationEvent, Message, Outcome } from "./message";

const AT = "2026-01-01T00:00:00.000Z";
const USAGE = { input_tokens: 3, output_tokens: 5 };
const DONE: Outcome = { type: "done", stop_reason: "end_turn", usage: USAGE };
const STOPPED: Outcome = { type: "stopped", usage: { input_tokens: 0, output_tokens: 0 } };
const BUSY: Refusal = { code: "busy", message: "Too many answers." };

const textBlock = (text: string): ContentBlock => ({ type: "text", text });

function question(id: string, parentId: string | null = null): Message {
  return { id, parentId, role: "user", content: [textBlock(`Question ${id}`)], createdAt: AT };
}

function answer(id: string, parentId: string, changes: Partial<Message> = {}): Message {
  return { id, parentId, role: "assistant", content: [textBlock("Well.")], outcome: DONE, createdAt: AT, ...changes };
}

function conversation(messages: Message[], leafId = messages.at(-1)?.id ?? null): Conversation {
  return { id: "c", title: "Title", leafId, messages };
}

const EMPTY = openConversation(conversation([]));

const submit = (id: string, message: Message | null, parentId = message?.id ?? "u"): Action => ({
  type: "submit",
  id,
  message,
  parentId,
  createdAt: AT,
});
const arrives = (id: string, n: number, event: GenerationEvent): Action => ({
  type: "event",
  id,
  numbered: { n, event },
});
const START: GenerationEvent = { type: "generation_start", id: "a", conversationId: "c", parentId: "u", model: "m" };
const says = (text: string): GenerationEvent => ({
  type: "content_block_delta",
  index: 0,
  delta: { type: "text_delta", text },
});
const begin: GenerationEvent = { type: "content_block_start", index: 0, content_block: textBlock("") };
const ends = (outcome: Outcome): GenerationEvent => ({ type: "generation_end", outcome });

function after(...actions: Action[]): ConversationState {
  return actions.reduce(reduce, EMPTY);
}

function messageIn({ conversation }: ConversationState, id: string): Message | undefined {
  return conversation.messages.find((message) => message.id === id);
}

const SENT = question("u");
const submitted = after(submit("a", SENT));
const streaming = after(
  submit("a", SENT),
  arrives("a", 1, START),
  arrives("a", 2, begin),
  arrives("a", 3, says("Hello")),
);
const PHASES = {
  idle: after(submit("a", SENT), arrives("a", 1, START), arrives("a", 2, ends(DONE))),
  submitted,
  streaming,
  resuming: reduce(streaming, { type: "disconnect", id: "a" }),
} satisfies { [Phase in Generation["phase"]]: ConversationState };

describe("opening a conversation", () => {
  test("that is at rest is idle", () => {
    const opened = conversation([SENT, answer("a", "u")]);
    expect(openConversation(opened)).toEqual({
      conversation: opened,
      generation: { phase: "idle" },
      refused: null,
      queued: [],
    });
    expect(EMPTY.generation).toEqual({ phase: "idle" });
  });

  test("whose answer has no outcome resumes it from the last event that was read", () => {
    const { outcome: _, ...open } = answer("a", "u");
    expect(openConversation(conversation([SENT, open]), 7).generation).toEqual({
      phase: "resuming",
      id: "a",
      lastEventId: 7,
      unsent: null,
    });
  });

  test("that ends with a question is idle", () => {
    expect(openConversation(conversation([SENT])).generation).toEqual({ phase: "idle" });
  });
});

describe("idle", () => {
  const { idle } = PHASES;

  test("submit adds the message and an empty answer, and shows them", () => {
    const next = question("u2", "a");
    expect(reduce(idle, submit("a2", next))).toEqual({
      conversation: {
        ...idle.conversation,
        leafId: "a2",
        messages: [
          ...idle.conversation.messages,
          next,
          { id: "a2", parentId: "u2", role: "assistant", content: [], createdAt: AT },
        ],
      },
      generation: { phase: "submitted", id: "a2", lastEventId: 0, unsent: next },
      refused: null,
      queued: [],
    });
  });

  test("retry adds another version of the answer, and nothing is unsent", () => {
    const state = reduce(idle, submit("a2", null));
    expect(state.generation).toEqual({ phase: "submitted", id: "a2", lastEventId: 0, unsent: null });
    const again = messageIn(state, "a2");
    expect(again?.parentId).toBe("u");
    expect(again && versionsIn(state.conversation.messages)(again).map(({ id }) => id)).toEqual(["a", "a2"]);
  });

  test.each<[string, Action]>([
    ["an event", arrives("a", 9, says("late"))],
    ["an end", arrives("a", 9, ends(STOPPED))],
    ["a disconnect", { type: "disconnect", id: "a" }],
    ["a stop", { type: "stop", id: "a", shown: 1 }],
    ["a refusal", { type: "refused", id: "a", error: BUSY }],
  ])("%s changes nothing", (_, action) => {
    expect(reduce(idle, action)).toBe(idle);
  });
});

describe.each(["submitted", "streaming", "resuming"] as const)("%s", (phase) => {
  const state = PHASES[phase];
  const written = phase === "submitted" ? [] : [textBlock("Hello")];

  test("submit changes nothing", () => {
    expect(reduce(state, submit("b", question("u2", "a")))).toBe(state);
    expect(reduce(state, submit("b", null))).toBe(state);
  });

  test("an event streams, and shows that the server has the message", () => {
    expect(reduce(state, arrives("a", 4, START)).generation).toEqual({
      phase: "streaming",
      id: "a",
      lastEventId: 4,
      unsent: null,
    });
  });

  test("the end settles", () => {
    const settled = reduce(state, arrives("a", 4, ends(DONE)));
    expect(settled.generation).toEqual({ phase: "idle" });
    expect(messageIn(settled, "a")).toMatchObject({ content: written, outcome: DONE });
  });

  test("a disconnect resumes, or stays", () => {
    const { generation } = reduce(state, { type: "disconnect", id: "a" });
    expect(generation).toEqual({ ...state.generation, phase: "resuming" });
  });

  test("a stop settles, cut to what was shown", () => {
    const settled = reduce(state, { type: "stop", id: "a", shown: 2 });
    expect(settled.generation).toEqual({ phase: "idle" });
    const content = phase === "submitted" ? [] : [textBlock("He")];
    expect(messageIn(settled, "a")).toMatchObject({ content, outcome: STOPPED });
  });

  test.each<[string, Action]>([
    ["an event", arrives("other", 4, says("?"))],
    ["an end", arrives("other", 4, ends(DONE))],
    ["a disconnect", { type: "disconnect", id: "other" }],
    ["a stop", { type: "stop", id: "other", shown: 0 }],
    ["a refusal", { type: "refused", id: "other", error: BUSY }],
  ])("%s of another generation changes nothing", (_, action) => {
    expect(reduce(state, action)).toBe(state);
  });
});

describe("an event", () => {
  test("names the model, then writes the answer", () => {
    expect(messageIn(streaming, "a")).toEqual({
      id: "a",
      parentId: "u",
      role: "assistant",
      content: [textBlock("Hello")],
      model: "m",
      createdAt: AT,
    });
  });

  test("that was seen before changes nothing, so a replay is harmless", () => {
    for (const [n, event] of [START, begin, says("Hello")].entries()) {
      expect(reduce(streaming, arrives("a", n + 1, event))).toBe(streaming);
    }
  });

  test("that says nothing new about the content still counts as seen", () => {
    const state = reduce(streaming, arrives("a", 4, { type: "content_block_stop", index: 0 }));
    expect(state.generation).toMatchObject({ lastEventId: 4 });
    expect(messageIn(state, "a")).toBe(messageIn(streaming, "a"));
  });

  test("after a stop changes nothing", () => {
    const stopped = reduce(streaming, { type: "stop", id: "a", shown: 5 });
    expect(reduce(stopped, arrives("a", 4, says(" there")))).toBe(stopped);
  });

  test("leaves each other message the same object", () => {
    const state = reduce(streaming, arrives("a", 4, says("!")));
    expect(messageIn(state, "u")).toBe(SENT);
  });

  test("cut at every point and replayed from anywhere, the answer is the same", () => {
    const events = [START, begin, says("He"), says("ll"), says("o"), ends(DONE)].map((event, index) =>
      arrives("a", index + 1, event),
    );
    const whole = events.reduce(reduce, submitted);
    for (let cut = 0; cut <= events.length; cut++) {
      for (let from = 0; from <= cut; from++) {
        const before = events.slice(0, cut).reduce(reduce, submitted);
        const resumed = events.slice(from).reduce(reduce, reduce(before, { type: "disconnect", id: "a" }));
        expect(resumed).toEqual(whole);
      }
    }
  });
});

describe("a refusal", () => {
  test("takes back the answer and the message the server never had, and hands over the message", () => {
    const idle = PHASES.idle;
    const next = question("u2", "a");
    expect([submit("a2", next), { type: "refused", id: "a2", error: BUSY } as const].reduce(reduce, idle)).toEqual({
      conversation: idle.conversation,
      generation: { phase: "idle" },
      refused: { error: BUSY, message: next, parentId: "a" },
      queued: [],
    });
  });

  test("of the first message leaves the conversation empty", () => {
    expect(reduce(submitted, { type: "refused", id: "a", error: BUSY })).toEqual({
      ...EMPTY,
      refused: { error: BUSY, message: SENT, parentId: null },
      queued: [],
    });
  });

  test("of another first message leaves the reader with the one before", () => {
    const state = [submit("a2", question("u2")), { type: "refused", id: "a2", error: BUSY } as const].reduce(
      reduce,
      PHASES.idle,
    );
    expect(state.conversation).toEqual(PHASES.idle.conversation);
  });

  test("of a retry takes back the answer alone, and names the message it was to answer", () => {
    const { idle } = PHASES;
    expect([submit("a2", null), { type: "refused", id: "a2", error: BUSY } as const].reduce(reduce, idle)).toEqual({
      conversation: idle.conversation,
      generation: { phase: "idle" },
      refused: { error: BUSY, message: null, parentId: "u" },
      queued: [],
    });
  });

  test("of an answer that had begun is a failure, with what arrived", () => {
    for (const phase of ["streaming", "resuming"] as const) {
      const state = reduce(PHASES[phase], { type: "refused", id: "a", error: BUSY });
      expect(state).toMatchObject({ generation: { phase: "idle" }, refused: null, queued: [] });
      expect(messageIn(state, "a")).toMatchObject({
        content: [textBlock("Hello")],
        outcome: { type: "failed", error: { code: "internal", message: BUSY.message } },
      });
    }
  });

  test("of what was stopped before the server had it takes that back, unless the reader has gone on from it", () => {
    const { idle } = PHASES;
    const next = question("u2", "a");
    const under = reduce(idle, submit("a2", next));
    const refused = { type: "refused_stopped", stopped: under.generation as LivingGeneration, error: BUSY } as const;
    const stopped = reduce(under, { type: "stop", id: "a2", shown: 0 });
    expect(reduce(stopped, refused)).toEqual({
      conversation: idle.conversation,
      generation: { phase: "idle" },
      refused: { error: BUSY, message: next, parentId: "a" },
      queued: [],
    });
    expect(reduce(under, refused)).toBe(under);
    const further = reduce(stopped, submit("a3", question("u3", "a2")));
    expect(reduce(further, refused)).toBe(further);
    const furtherStopped = reduce(further, { type: "stop", id: "a3", shown: 0 });
    expect(reduce(furtherStopped, refused)).toBe(furtherStopped);
  });

  test("leaves a reader who has turned to another branch there", () => {
    const tree = conversation([question("u"), answer("a", "u"), answer("b", "u")]);
    const turned = [submit("a2", question("u2", "b")), { type: "show_branch", leafId: "a" } as const].reduce(
      reduce,
      openConversation(tree),
    );
    expect(reduce(turned, { type: "refused", id: "a2", error: BUSY }).conversation.leafId).toBe("a");
  });

  test("is forgotten when it is dismissed, and when the next message is sent", () => {
    const refused = reduce(submitted, { type: "refused", id: "a", error: BUSY });
    expect(reduce(refused, { type: "dismiss_refusal" }).refused).toBeNull();
    expect(reduce(refused, submit("a2", SENT)).refused).toBeNull();
  });
});

describe("an answer of another tab that is turned to while one is under way here", () => {
  const { outcome: _, ...open } = answer("b", "u", { content: [textBlock("Half")] });
  const tree = conversation([question("u"), answer("a", "u"), open], "a");
  const turned = [submit("c", null), { type: "show_branch", leafId: "b" } as const].reduce(
    reduce,
    openConversation(tree),
  );

  test.each<[string, Action]>([
    ["has ended", arrives("c", 1, ends(DONE))],
    ["is stopped", { type: "stop", id: "c", shown: 0 }],
    ["is refused", { type: "refused", id: "c", error: BUSY }],
  ])("is followed from its start when that %s", (_, end) => {
    expect(turned.generation).toMatchObject({ id: "c" });
    const state = reduce(turned, end);
    expect(state.generation).toEqual({ phase: "resuming", id: "b", lastEventId: 0, unsent: null });
    expect([state.conversation.leafId, messageIn(state, "b")?.content]).toEqual(["b", []]);
  });
});

describe("the server's word on a stop", () => {
  const stopped = reduce(streaming, { type: "stop", id: "a", shown: 5 });
  const CONFIRMED: Outcome = { type: "stopped", usage: USAGE };

  test("brings the usage", () => {
    const state = reduce(stopped, { type: "confirm", id: "a", outcome: CONFIRMED });
    expect(messageIn(state, "a")).toMatchObject({ content: [textBlock("Hello")], outcome: CONFIRMED });
  });

  test("is not heard for an unknown answer, nor for one that was not stopped here", () => {
    expect(reduce(stopped, { type: "confirm", id: "nobody", outcome: CONFIRMED })).toBe(stopped);
    for (const phase of ["idle", "submitted", "streaming", "resuming"] as const) {
      expect(reduce(PHASES[phase], { type: "confirm", id: "a", outcome: CONFIRMED })).toBe(PHASES[phase]);
    }
  });
});

describe("the conversation as the server has it", () => {
  const loaded = (messages: Message[], leafId?: string): Action => ({
    type: "loaded",
    conversation: conversation(messages, leafId),
    lastEventId: 0,
  });

  test("takes the place of what was here, each message that is the same staying the same object", () => {
    const mine = openConversation(conversation([SENT, answer("a", "u", { outcome: STOPPED })]));
    const theirs = [question("u"), answer("a", "u")];
    const state = reduce(mine, loaded(theirs));
    expect(state).toEqual(openConversation(conversation(theirs)));
    expect(messageIn(state, "u")).toBe(SENT);
  });

  test("with an answer under way resumes it", () => {
    const { outcome: _, ...open } = answer("a", "u");
    expect(reduce(EMPTY, loaded([SENT, open])).generation).toMatchObject({ phase: "resuming", id: "a" });
  });

  test("that comes when the next message is on its way does not lose it, nor the answer under way", () => {
    const stopped = reduce(streaming, { type: "stop", id: "a", shown: 2 });
    const next = question("u2", "a");
    const sent = reduce(stopped, submit("a2", next));
    const theirs = [question("u"), answer("a", "u")];
    const state = reduce(sent, loaded(theirs));
    expect(state.generation).toBe(sent.generation);
    expect(state.conversation).toEqual({
      ...conversation(theirs),
      leafId: "a2",
      messages: [...theirs, next, messageIn(sent, "a2")],
    });
  });

  test("that knows the answer under way leaves it as far as it is here", () => {
    const { outcome: _, ...open } = answer("a", "u", { content: [textBlock("Hell")] });
    const state = reduce(streaming, loaded([question("u"), open]));
    expect(state).toEqual(streaming);
  });
});

describe("settled content", () => {
  test("leaves out blocks that never said anything", () => {
    const empty: ContentBlock[] = [textBlock(""), { type: "thinking", thinking: "", signature: "" }];
    const kept: ContentBlock[] = [
      { type: "thinking", thinking: "", signature: "signed" },
      { type: "thinking", thinking: "Hm", signature: "" },
      { type: "server_tool_use", id: "t" },
      textBlock("a"),
    ];
    expect(settledContent([...empty, ...kept])).toEqual(kept);
  });

  test("that is whole is the same array", () => {
    const content = [textBlock("a")];
    expect(settledContent(content)).toBe(content);
  });
});

describe("a path", () => {
  const messages = [question("u"), answer("a", "u"), answer("b", "u"), question("u2", "b"), answer("c", "u2")];
  const idsTo = (all: readonly Message[], leafId: string | null) => pathTo(all, leafId).map(({ id }) => id);

  test("goes from the root to the leaf, along one branch", () => {
    expect(idsTo(messages, "c")).toEqual(["u", "b", "u2", "c"]);
    expect(idsTo(messages, "a")).toEqual(["u", "a"]);
  });

  test("to nowhere is empty", () => {
    expect(idsTo(messages, null)).toEqual([]);
    expect(idsTo(messages, "nobody")).toEqual([]);
  });

  test("begins where the chain is broken", () => {
    expect(idsTo([answer("a", "gone"), question("u2", "a")], "u2")).toEqual(["a", "u2"]);
  });

  test.each<[string, Message[]]>([
    ["of two", [question("u", "a"), answer("a", "u")]],
    ["of one", [answer("a", "a")]],
    ["of three, among others", [question("x"), question("u", "b"), answer("a", "u"), question("b", "a")]],
  ])("in a circle %s names each message once", (_, circle) => {
    const ids = idsTo(circle, "a");
    expect(ids).toEqual([...new Set(ids)]);
    expect(ids.at(-1)).toBe("a");
  });
});

describe("the newest leaf", () => {
  const messages = [question("u"), answer("a", "u"), answer("b", "u"), question("u2", "a"), answer("c", "u2")];

  test("follows the newest message at each fork", () => {
    expect(newestLeaf(messages, "u")).toBe("b");
    expect(newestLeaf(messages, "a")).toBe("c");
    expect(newestLeaf(messages, "c")).toBe("c");
  });

  test("of the whole conversation begins at its newest root; of an empty one there is none", () => {
    expect(newestLeaf(messages, null)).toBe("b");
    expect(newestLeaf([], null)).toBeNull();
  });

  test("in a circle is found all the same", () => {
    expect(["u", "a"]).toContain(newestLeaf([question("u", "a"), answer("a", "u")], "u"));
  });
});

describe("any order of actions", () => {
  const ids = ["a", "b", "c", "d"];
  const anyId = fc.constantFrom(...ids);
  const anyOutcome = fc.constantFrom<Outcome>(DONE, STOPPED, { type: "interrupted" });
  const event = fc.oneof(
    fc.constantFrom(START, begin, { type: "content_block_stop", index: 0 } as const),
    fc.string({ maxLength: 4 }).map(says),
    anyOutcome.map(ends),
  );
  const anyAction: fc.Arbitrary<Action> = fc.oneof(
    {
      weight: 2,
      arbitrary: fc
        .tuple(anyId, fc.boolean())
        .map(([id, isRetry]) => submit(id, isRetry ? null : question(`u-${id}`), isRetry ? "root" : `u-${id}`)),
    },
    { weight: 6, arbitrary: fc.tuple(anyId, fc.nat(9), event).map(([id, n, one]) => arrives(id, n + 1, one)) },
    anyId.map((id): Action => ({ type: "disconnect", id })),
    fc.tuple(anyId, fc.nat(9)).map(([id, shown]): Action => ({ type: "stop", id, shown })),
    anyId.map((id): Action => ({ type: "refused", id, error: BUSY })),
    fc.tuple(anyId, anyOutcome).map(([id, outcome]): Action => ({ type: "confirm", id, outcome })),
    anyId.map((leafId): Action => ({ type: "show_branch", leafId })),
    fc.constant<Action>({ type: "dismiss_refusal" }),
    fc.constant<Action>({ type: "loaded", conversation: conversation([question("root")]), lastEventId: 0 }),
  );
  const ROOT = openConversation(conversation([question("root")]));

  /** Calls `check` with each state, the one after it, and what came between. An id is submitted once, as in the store. */
  function walk(
    actions: readonly Action[],
    check: (before: ConversationState, next: ConversationState, action: Action) => void,
  ): void {
    const used = new Set<string>();
    let state = ROOT;
    for (const action of actions) {
      if (action.type === "submit") {
        if (used.has(action.id)) continue;
        used.add(action.id);
      }
      const next = reduce(state, action);
      check(state, next, action);
      state = next;
    }
  }

  function holds(check: Parameters<typeof walk>[1]): void {
    fc.assert(
      fc.property(fc.array(anyAction, { maxLength: 40 }), (actions) => walk(actions, check)),
      { numRuns: 300 },
    );
  }

  test("leaves exactly the living answer without an outcome", () => {
    holds((_, { conversation, generation }) => {
      const open = conversation.messages.filter(({ role, outcome }) => role === "assistant" && outcome === undefined);
      expect(open.map(({ id }) => id)).toEqual(generation.phase === "idle" ? [] : [generation.id]);
    });
  });

  test("loses no message, but those that were refused and those the server does not have", () => {
    holds((before, next, action) => {
      if (action.type === "refused" || action.type === "loaded") return;
      const kept = new Set(next.conversation.messages.map(({ id }) => id));
      expect(before.conversation.messages.filter(({ id }) => !kept.has(id))).toEqual([]);
    });
  });

  test("never takes what is under way away, but by a refusal", () => {
    holds((before, next, action) => {
      if (before.generation.phase === "idle" || action.type === "refused") return;
      expect(messageIn(next, before.generation.id)).toBeDefined();
    });
  });

  test("counts events upwards only", () => {
    holds(({ generation: before }, { generation: next }) => {
      if (before.phase === "idle" || next.phase === "idle") return;
      expect(next.id).toBe(before.id);
      expect(next.lastEventId).toBeGreaterThanOrEqual(before.lastEventId);
    });
  });

  test("never changes a settled message, but for the server's word on a stop", () => {
    holds((before, next, action) => {
      for (const message of before.conversation.messages) {
        const kept = messageIn(next, message.id);
        const isOpen = message.role === "assistant" && message.outcome === undefined;
        const isConfirmed = action.type === "confirm" && message.outcome?.type === "stopped";
        if (kept === undefined || isOpen || isConfirmed) continue;
        expect(kept).toBe(message);
      }
    });
  });
});

test("while the model is asked again, the state says why, until it speaks", () => {
  const retrying = { type: "retrying", attempt: 1, afterSeconds: 0.5, code: "overloaded" } as const;
  const waiting = after(submit("a1", question("u1")), arrives("a1", 1, retrying));
  expect(waiting.generation).toMatchObject({ phase: "streaming", retrying: "overloaded" });
  const stop = { type: "content_block_stop", index: 0 } as const;
  const spoken = reduce(waiting, arrives("a1", 2, stop));
  expect(spoken.generation).toEqual({ phase: "streaming", id: "a1", lastEventId: 2, unsent: null });
});
