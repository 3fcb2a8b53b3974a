import { describe, expect, test } from "vitest";
import { type ConversationState, openConversation, reduce } from "@/lib/chat/conversation";
import type { GenerationEvent, Message } from "@/lib/chat/message";
import { chapterMaker, rowsSelector, turnsOf } from "./rows";

const CREATED_AT = "2026-11-22T00:00:00.000Z";
const DONE: GenerationEvent = {
  type: "generation_end",
  outcome: { type: "done", stop_reason: "end_turn", usage: { input_tokens: 1, output_tokens: 1 } },
};

function userMessage(id: string, parentId: string | null = null): Message {
  return { id, parentId, role: "user", content: [{ type: "text", text: id }], createdAt: CREATED_AT };
}

function asked(): ConversationState {
  const empty = openConversation({ id: "c", title: "", leafId: null, messages: [] });
  return reduce(empty, { type: "submit", id: "a1", message: userMessage("u1"), parentId: "u1", createdAt: CREATED_AT });
}

function receive(state: ConversationState, n: number, event: GenerationEvent, id = "a1"): ConversationState {
  return reduce(state, { type: "event", id, numbered: { n, event } });
}

const BLOCK: GenerationEvent = { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } };
const DELTA: GenerationEvent = { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hi" } };

describe("rows", () => {
  test("stay the same while the answer grows, and change when it ends", () => {
    const rowsOf = rowsSelector();
    const first = asked();
    const before = rowsOf(first);
    const growing = receive(receive(first, 1, BLOCK), 2, DELTA);
    expect(rowsOf(growing)).toBe(before);
    const after = rowsOf(receive(growing, 3, DONE));
    expect(after).not.toBe(before);
    expect(after[0]).toBe(before[0]);
    expect(after.map((row) => [row.message.id, row.isLive])).toEqual([
      ["u1", false],
      ["a1", false],
    ]);
  });

  test("know the versions of an answer", () => {
    const rowsOf = rowsSelector();
    const settled = receive(receive(asked(), 1, BLOCK), 2, DONE);
    const retried = reduce(settled, { type: "submit", id: "a2", message: null, parentId: "u1", createdAt: CREATED_AT });
    expect(rowsOf(retried).map((row) => row.versionIds)).toEqual([["u1"], ["a1", "a2"]]);
    expect(rowsOf(retried).map((row) => row.isLive)).toEqual([false, true]);
  });

  test("fall into turns, each begun by the reader", () => {
    const settled = receive(receive(asked(), 1, BLOCK), 2, DONE);
    const message = userMessage("u2", "a1");
    const next = reduce(settled, { type: "submit", id: "a2", message, parentId: "u2", createdAt: CREATED_AT });
    const turns = turnsOf(rowsSelector()(next));
    expect(turns.map((turn) => [turn.id, turn.rows.map((row) => row.message.id)])).toEqual([
      ["u1", ["u1", "a1"]],
      ["u2", ["u2", "a2"]],
    ]);
  });

  test("stand in chapters, and one whose rows are the same stays the same object", () => {
    const rowsOf = rowsSelector();
    const chaptersOf = chapterMaker();
    let state = receive(receive(asked(), 1, BLOCK), 2, DONE);
    for (let turn = 2; turn <= 5; turn++) {
      const message = userMessage(`u${turn}`, `a${turn - 1}`);
      const id = `a${turn}`;
      state = reduce(state, { type: "submit", id, message, parentId: message.id, createdAt: CREATED_AT });
      state = receive(receive(state, 1, BLOCK, id), 2, DONE, id);
    }
    const before = chaptersOf(rowsOf(state));
    expect(before.map(({ turns }) => turns.map(({ id }) => id))).toEqual([["u1", "u2", "u3", "u4"], ["u5"]]);
    const message = userMessage("u6", "a5");
    const after = chaptersOf(
      rowsOf(reduce(state, { type: "submit", id: "a6", message, parentId: "u6", createdAt: CREATED_AT })),
    );
    expect(after[0]).toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
    expect(after[1]?.turns.map(({ id }) => id)).toEqual(["u5", "u6"]);
  });
});
