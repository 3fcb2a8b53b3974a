import { expect, test } from "vitest";
import { markdownOf } from "./markdown-export";
import type { Message } from "./message";

const createdAt = "2026-01-01T00:00:00.000Z";
const usage = { input_tokens: 1, output_tokens: 1 };
const ask: Message = { id: "a", parentId: null, role: "user", content: [{ type: "text", text: "Why?\n" }], createdAt };
const answer: Message = {
  id: "b",
  parentId: "a",
  role: "assistant",
  model: "claude-x",
  content: [
    { type: "thinking", thinking: "Hm.", signature: "s" },
    { type: "text", text: "# Because\n\n- so" },
  ],
  outcome: { type: "done", stop_reason: "end_turn", usage },
  createdAt,
};

test("the branch being read, a heading for each message, its text as it is, thinking folded away", () => {
  expect(markdownOf({ id: "c", title: "Why\nnot", leafId: "b", messages: [ask, answer] })).toBe(`# Why not

## You

Why?


## Answer (claude-x)

<details>
<summary>Thinking</summary>

Hm.

</details>

# Because

- so
`);
});

test("other branches are mentioned, and how an answer ended", () => {
  const again: Message = {
    ...answer,
    id: "d",
    content: [{ type: "text", text: "Half" }],
    outcome: { type: "stopped", usage },
  };
  const text = markdownOf({ id: "c", title: "Why", leafId: "d", messages: [ask, answer, again] });
  expect(text).toContain("## Answer (claude-x), version 2 of 2\n\nHalf\n\n*Stopped.*\n");
  expect(text).toContain("*One message on other branches: not in this file, but in the JSON export.*");
});
