import { describe, expect, test } from "vitest";
import type { Message, Outcome } from "./message";
import { copyOf, PLAIN_TITLE, type SharedMessage, shareableTurns, sharedMessage, titleOfShare } from "./share";

const USAGE = { input_tokens: 7, output_tokens: 9 };

function question(id: string, parentId: string | null = null): Message {
  return { id, parentId, role: "user", content: [{ type: "text", text: "Why?" }], createdAt: "2026-11-22T10:00:00Z" };
}

function answer(outcome: Outcome | undefined, text = "Because."): Message {
  return {
    id: "a",
    parentId: "q",
    role: "assistant",
    content: [
      { type: "thinking", thinking: "Hm.", signature: "sig" },
      { type: "redacted_thinking", data: "opaque" },
      { type: "text", text, citations: [{ url: "https://example.org" }] },
      { type: "server_tool_use", id: "t", partial_json: "{}" },
    ],
    ...(outcome === undefined ? {} : { outcome }),
    model: "claude-sonnet-5-5",
    usage: USAGE,
    createdAt: "2026-11-22T10:00:01Z",
  };
}

const DONE: Outcome = { type: "done", stop_reason: "end_turn", usage: USAGE };

describe("what others see of a message", () => {
  test("of an answer: its words, its model and how it ended, not what it thought, used or cost", () => {
    expect(sharedMessage(answer(DONE))).toEqual({
      role: "assistant",
      text: "Because.",
      model: "claude-sonnet-5-5",
      ending: "done",
    });
  });

  test("of a question: its words, and the names of what was attached", () => {
    const message: Message = {
      ...question("q"),
      content: [
        { type: "image", attachmentId: "1" },
        { type: "document", attachmentId: "2", title: "Plan.pdf" },
        { type: "text", text: "Why?" },
      ],
    };
    expect(sharedMessage(message)).toEqual({ role: "user", text: "Why?", attachments: ["Image", "Plan.pdf"] });
  });

  test.each<[string, Outcome | undefined]>([
    ["done", DONE],
    ["length", { ...DONE, stop_reason: "max_tokens" } as Outcome],
    ["declined", { ...DONE, stop_reason: "refusal" } as Outcome],
    ["stopped", { type: "stopped", usage: USAGE }],
    ["interrupted", { type: "interrupted" }],
    ["failed", { type: "failed", error: { code: "overloaded", message: "Too much." } }],
    ["interrupted", undefined],
  ])("tells an ending as %s", (ending, outcome) => {
    expect(sharedMessage(answer(outcome))).toMatchObject({ ending });
  });
});

describe("the timing of a shared answer", () => {
  test("is kept where it tells of the whole text, in order, without what added nothing", () => {
    const arrivals = [
      [5, 0],
      [100, 3],
      [90, 6],
      [120, 6],
      [400, 8],
    ] as const;
    expect(sharedMessage(answer(DONE), arrivals)).toMatchObject({
      arrivals: [
        [100, 3],
        [100, 6],
        [400, 8],
      ],
    });
  });

  test("ends where the text was cut", () => {
    expect(
      sharedMessage(answer(DONE, "Beca"), [
        [100, 3],
        [200, 8],
      ]),
    ).toMatchObject({
      arrivals: [
        [100, 3],
        [200, 4],
      ],
    });
  });

  test.each([
    ["the log is gone", []],
    ["the log tells only of the beginning", [[100, 3]]],
  ] as const)("is left out where %s", (_, arrivals) => {
    expect(sharedMessage(answer(DONE), arrivals)).not.toHaveProperty("arrivals");
  });
});

describe("turns", () => {
  const path = [question("q1"), answer(DONE), question("q2"), question("q3"), answer(DONE)];

  test("begin with each question, whether it was answered or not", () => {
    expect(shareableTurns(path).map(({ id, messages }) => [id, messages.length])).toEqual([
      ["q1", 2],
      ["q2", 1],
      ["q3", 2],
    ]);
    expect(shareableTurns([answer(DONE), question("q")]).map(({ id }) => id)).toEqual(["a", "q"]);
    expect(shareableTurns([])).toEqual([]);
  });

  test("that leave out the first take the conversation's title with them, which is made from it", () => {
    const turns = shareableTurns(path);
    expect(titleOfShare("Why?", turns, new Set(["q1", "q3"]))).toBe("Why?");
    expect(titleOfShare("Why?", turns, new Set(["q2"]))).toBe(PLAIN_TITLE);
  });
});

describe("a copy", () => {
  const shared: SharedMessage[] = [
    { role: "user", text: "Why?", attachments: ["Plan.pdf"] },
    { role: "assistant", text: "Because.", model: "claude-opus-5", ending: "length", arrivals: [[1, 8]] },
    { role: "user", text: "So?", attachments: [] },
  ];

  test("is a conversation of its own, one message after the other, with what was shown and nothing else", () => {
    let count = 0;
    const ids = { id: "c", newId: () => `m${++count}`, now: "2026-11-22T12:00:00.000Z" };
    const message = { createdAt: ids.now };
    expect(copyOf({ title: "Why?", createdAt: "2026-11-01T00:00:00.000Z", messages: shared }, ids)).toEqual({
      id: "c",
      title: "Why?",
      pinned: false,
      leafId: "m3",
      createdAt: ids.now,
      updatedAt: ids.now,
      messages: [
        { ...message, id: "m1", parentId: null, role: "user", content: [{ type: "text", text: "[Plan.pdf]\n\nWhy?" }] },
        {
          ...message,
          id: "m2",
          parentId: "m1",
          role: "assistant",
          content: [{ type: "text", text: "Because." }],
          outcome: { type: "done", stop_reason: "max_tokens", usage: { input_tokens: 0, output_tokens: 0 } },
          model: "claude-opus-5",
        },
        { ...message, id: "m3", parentId: "m2", role: "user", content: [{ type: "text", text: "So?" }] },
      ],
    });
  });

  test.each(["done", "length", "declined", "stopped", "interrupted", "failed"] as const)(
    "of an answer has ended as it did: %s",
    (ending) => {
      const snapshot = { title: "", createdAt: "", messages: [{ ...shared[1], ending } as SharedMessage] };
      const [copied] = copyOf(snapshot, { id: "c", newId: () => "m", now: "" }).messages;
      expect(copied === undefined ? undefined : sharedMessage(copied)).toMatchObject({ ending });
    },
  );
});
