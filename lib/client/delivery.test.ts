import { describe, expect, test } from "vitest";
import { type Action, openConversation, reduce } from "@/lib/chat/conversation";
import type { Message } from "@/lib/chat/message";
import { draftKey, editKey, followDelivery } from "./delivery";
import { createDrafts, NEW_CONVERSATION } from "./drafts";

const CREATED_AT = "2026-11-22T00:00:00.000Z";

function asked(text: string): Message {
  return { id: "u1", parentId: null, role: "user", content: [{ type: "text", text }], createdAt: CREATED_AT };
}

function setUp(messages: Message[] = []) {
  const leafId = messages.at(-1)?.id ?? null;
  let state = openConversation({ id: "c", title: "", leafId, messages });
  const listeners = new Set<() => void>();
  const store = {
    getState: () => state,
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const dispatch = (action: Action) => {
    state = reduce(state, action);
    for (const listener of listeners) listener();
  };
  const drafts = createDrafts(null);
  const kept: string[] = [];
  const follow = () =>
    followDelivery({ store, drafts, onKept: () => kept.push(state.conversation.id), onUnkept: () => kept.pop() });
  const send = (text: string) => {
    drafts.write(draftKey(state), text);
    drafts.sent(draftKey(state));
    dispatch({ type: "submit", id: "a1", message: asked(text), parentId: "u1", createdAt: CREATED_AT });
  };
  const accept = () =>
    dispatch({
      type: "event",
      id: "a1",
      numbered: {
        n: 1,
        event: { type: "generation_start", id: "a1", conversationId: "c", parentId: "u1", model: "m" },
      },
    });
  return { dispatch, drafts, kept, follow, send, accept, state: () => state };
}

describe("delivery", () => {
  test("a first message that arrives gives the conversation its own draft and address", () => {
    const { drafts, kept, follow, send, accept, state } = setUp();
    follow();
    send("hello");
    expect(draftKey(state())).toBe(NEW_CONVERSATION);
    drafts.write(NEW_CONVERSATION, "and then");
    accept();
    expect(draftKey(state())).toBe("c");
    expect([drafts.read(NEW_CONVERSATION), drafts.read("c"), kept]).toEqual(["", "and then", ["c"]]);
  });

  test("a refused message comes back in front of what was written since", () => {
    const { dispatch, drafts, kept, follow, send } = setUp();
    follow();
    send("hello");
    drafts.write(NEW_CONVERSATION, "and then");
    dispatch({ type: "refused", id: "a1", error: { code: "busy", message: "Busy." } });
    expect([drafts.read(NEW_CONVERSATION), kept]).toEqual(["hello\n\nand then", []]);
  });

  test("a first message that is stopped and then refused comes back, and the conversation is a new one again", () => {
    const { dispatch, drafts, kept, follow, send, state } = setUp();
    follow();
    send("hello");
    const { generation: stopped } = state();
    if (stopped.phase === "idle") throw new Error("nothing is under way");
    dispatch({ type: "stop", id: "a1", shown: 0 });
    expect(kept).toEqual(["c"]);
    drafts.write("c", "and then");
    dispatch({ type: "refused_stopped", stopped, error: { code: "busy", message: "Busy." } });
    expect(draftKey(state())).toBe(NEW_CONVERSATION);
    expect([drafts.read("c"), drafts.read(NEW_CONVERSATION), kept]).toEqual(["", "hello\n\nand then", []]);
  });

  test("a draft that the transcript already has is let go", () => {
    const { drafts, follow } = setUp([asked("hello")]);
    drafts.write("c", "hello");
    follow();
    expect(drafts.read("c")).toBe("");
  });

  test("a draft that was sent from another tab is let go when that is read, and only then", () => {
    const { dispatch, drafts, follow } = setUp([{ ...asked("Hi"), id: "u0" }]);
    follow();
    const load = (...messages: Message[]) =>
      dispatch({
        type: "loaded",
        conversation: { id: "c", title: "", leafId: "u1", messages: [{ ...asked("Hi"), id: "u0" }, ...messages] },
        lastEventId: 0,
      });
    drafts.write("c", "hello");
    load(asked("hello"));
    expect(drafts.read("c")).toBe("");
    drafts.write("c", "hello");
    load(asked("hello"), { ...asked("Well."), id: "a1", role: "assistant", outcome: { type: "interrupted" } });
    expect(drafts.read("c")).toBe("hello");
  });

  test("a draft in a conversation that is gone is one of the next conversation", () => {
    const { dispatch, drafts, follow } = setUp([asked("Hi")]);
    follow();
    drafts.write("c", "And?");
    dispatch({ type: "gone" });
    expect([drafts.read("c"), drafts.read(NEW_CONVERSATION)]).toEqual(["", "And?"]);
  });

  test("so is what was being made of its messages", () => {
    const { dispatch, drafts, follow, state } = setUp([asked("Hi")]);
    follow();
    drafts.write("c", "And?");
    drafts.write(editKey(state(), "u1"), "Hi, rather");
    dispatch({ type: "gone" });
    expect([drafts.read(editKey(state(), "u1")), drafts.read(NEW_CONVERSATION)]).toEqual(["", "And?\n\nHi, rather"]);
  });

  test("a message that is refused while another page is shown comes back all the same, once", () => {
    for (const comesBack of [false, true]) {
      const { dispatch, drafts, kept, follow, send } = setUp();
      const leave = follow();
      send("hello");
      leave();
      drafts.write(NEW_CONVERSATION, "and then");
      if (comesBack) follow();
      dispatch({ type: "refused", id: "a1", error: { code: "busy", message: "Busy." } });
      expect([drafts.read(NEW_CONVERSATION), kept]).toEqual(["hello\n\nand then", []]);
    }
  });

  test("a first message that arrives while another page is shown leaves that its draft and its address", () => {
    const { drafts, kept, follow, send, accept } = setUp();
    const leave = follow();
    send("hello");
    leave();
    drafts.write(NEW_CONVERSATION, "something else");
    accept();
    expect([drafts.read(NEW_CONVERSATION), drafts.read("c"), kept]).toEqual(["something else", "", []]);
  });

  test("nothing happens after leaving", () => {
    const { drafts, kept, follow, send, accept } = setUp();
    follow()();
    send("hello");
    accept();
    expect([drafts.read("c"), kept]).toEqual(["", []]);
  });

  test("an edit that is refused is a draft of that message again, and one that arrives is none", () => {
    const answered: Message = { ...asked("Hi"), id: "a0", parentId: "u0", role: "assistant" };
    const world = setUp([
      { ...asked("Hi"), id: "u0" },
      { ...answered, outcome: { type: "interrupted" } },
    ]);
    world.follow();
    const key = editKey(world.state(), "u0");
    const edit = () => {
      world.drafts.write(key, "Hi, rather");
      world.drafts.sent(key);
      const message = asked("Hi, rather");
      world.dispatch({ type: "submit", id: "a1", message, parentId: "u1", createdAt: CREATED_AT, edits: "u0" });
    };
    edit();
    world.dispatch({ type: "refused", id: "a1", error: { code: "busy", message: "Full." } });
    expect([world.drafts.read(key), world.drafts.read(draftKey(world.state()))]).toEqual(["Hi, rather", ""]);
    edit();
    world.accept();
    expect(world.drafts.read(key)).toBe("");
  });
});
