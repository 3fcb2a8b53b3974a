import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { messageFromRow, titleFrom } from "./conversations";

describe("a title", () => {
  test.each([
    ["What is a platen?", "What is a platen?"],
    ["  \n\n What is it?  \r\n\r\nTell me.", "What is it?"],
    ["x".repeat(80), "x".repeat(80)],
    ["x".repeat(81), `${"x".repeat(79)}…`],
    [`${"word ".repeat(20)}end`, `${"word ".repeat(15).trim()}…`],
    ["", "New conversation"],
    [" \n ", "New conversation"],
    [`${"x".repeat(78)}😀 and more`, `${"x".repeat(78)}…`],
    ["nul\u0000 inside", "nul inside"],
  ])("of %j is %j", (text, title) => {
    expect(titleFrom(text)).toBe(title);
  });

  test("of any text is one line of at most 80 characters, and never half a character", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), (text) => {
        const title = titleFrom(text);
        expect(title).toMatch(/^[^\n]{1,80}$/);
        expect(title.isWellFormed()).toBe(true);
      }),
    );
  });

  test("of ever so many blanks is found in one go", () => {
    // The quadratic search this guards against would take minutes, which no test has.
    expect(titleFrom(`a${" ".repeat(1024 * 1024)}b`)).toBe("a…");
  });
});

test("a row becomes a message without what it has not got", () => {
  const row = {
    id: "m",
    conversation_id: "c",
    parent_id: null,
    position: 1,
    role: "user" as const,
    content: '[{"type":"text","text":"Hi"}]',
    outcome: null,
    model: null,
    usage: null,
    created_at: "2026-01-01T00:00:00.000Z",
  };
  const message = {
    id: "m",
    parentId: null,
    role: "user",
    content: [{ type: "text", text: "Hi" }],
    createdAt: row.created_at,
  };
  expect(messageFromRow(row)).toEqual(message);
  expect(
    messageFromRow({ ...row, outcome: '{"type":"interrupted"}', model: "x", usage: '{"input_tokens":1}' }),
  ).toEqual({
    ...message,
    outcome: { type: "interrupted" },
    model: "x",
    usage: { input_tokens: 1 },
  });
});
