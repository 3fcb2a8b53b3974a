import { expect, test } from "vitest";
import type { ContentBlock, Message } from "@/lib/chat/message";
import { promptFrom } from "./prompt";

const AT = "2026-01-01T00:00:00.000Z";
const MODEL = "claude-one";
const text = (words: string): ContentBlock => ({ type: "text", text: words });
const thinking = (words: string, signature: string): ContentBlock => ({ type: "thinking", thinking: words, signature });
const REDACTED: ContentBlock = { type: "redacted_thinking", data: "x" };

function message(role: Message["role"], content: ContentBlock[], model?: string): Message {
  return { id: "m", parentId: null, role, content, createdAt: AT, ...(model === undefined ? {} : { model }) };
}

/** What is sent of one answer. */
function sent(content: ContentBlock[], author = MODEL) {
  return promptFrom([message("assistant", content, author)], MODEL)[0]?.content;
}

test("the path is sent in order, role and content alone", () => {
  expect(
    promptFrom(
      [message("user", [text("One?")]), message("assistant", [text("One.")], MODEL), message("user", [text("Two?")])],
      MODEL,
    ),
  ).toEqual([
    { role: "user", content: [text("One?")] },
    { role: "assistant", content: [text("One.")] },
    { role: "user", content: [text("Two?")] },
  ]);
});

test("signed thinking goes back byte for byte, unsigned not at all", () => {
  const signed = thinking("Lone \ud800", "signed");
  const content = sent([signed, REDACTED, thinking("cut off", ""), text("Four.")]);
  expect(content).toEqual([signed, REDACTED, text("Four.")]);
  expect(content?.[0]).toBe(signed);
});

test("another model's thinking stays behind", () => {
  const content = [thinking("Hm", "signed"), REDACTED, text("Four.")];
  expect(sent(content, "claude-two")).toEqual([text("Four.")]);
});

test("blank text, tools and citations stay behind", () => {
  const cited: ContentBlock = { type: "text", text: "Four.", citations: [{ url: "one" }] };
  const tool: ContentBlock = { type: "server_tool_use", id: "t", partial_json: '{"que' };
  expect(sent([text(""), text(" \n"), tool, { type: "web_search_tool_result", content: [] }, cited])).toEqual([
    text("Four."),
  ]);
});

test("half a surrogate pair is replaced, which JSON for the API must not hold", () => {
  expect(sent([text("a\ud83d")])).toEqual([text("a\ufffd")]);
});

test("a message without a word is left out", () => {
  const silent = [message("assistant", [], MODEL), message("assistant", [thinking("Hm", "signed")], MODEL)];
  expect(promptFrom([...silent, message("user", [text("Well?")])], MODEL)).toEqual([
    { role: "user", content: [text("Well?")] },
  ]);
});
