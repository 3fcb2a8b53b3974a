import { describe, expect, test } from "vitest";
import { applyEvent, type ContentBlock, type GenerationEvent, type Message } from "@/lib/chat/message";
import type { ModelEvent } from "../model";
import { continueAnswer } from "./continuation";
import { askForRest } from "./prompt";

const THOUGHT: ContentBlock = { type: "thinking", thinking: "Hm.", signature: "signed" };
const text = (words: string): ContentBlock => ({ type: "text", text: words });

function broken(...content: ContentBlock[]): Message {
  return { id: "a", parentId: "q", role: "assistant", content, outcome: { type: "interrupted" }, createdAt: "" };
}

function says(index: number, words: string): ModelEvent {
  return { type: "content_block_delta", index, delta: { type: "text_delta", text: words } };
}

const starts = (index: number, block: ContentBlock): ModelEvent => ({
  type: "content_block_start",
  index,
  content_block: block,
});
const stops = (index: number): ModelEvent => ({ type: "content_block_stop", index });

/** What the log holds in the end. */
function logged(answer: Message, ...events: ModelEvent[]): readonly ContentBlock[] {
  const continuation = continueAnswer(answer);
  const log: GenerationEvent[] = [
    ...continuation.opening,
    ...events.flatMap((event) => continuation.next(event)),
    ...continuation.rest(),
  ];
  return log.reduce<readonly ContentBlock[]>(applyEvent, []);
}

describe("an answer that goes on", () => {
  const before = "The platen is the rol";
  const after = "the roller of a typewriter.";
  const whole = "The platen is the roller of a typewriter.";

  test("reads on in its last text, by the word, by character and cut anywhere", () => {
    expect(logged(broken(text(before)), starts(0, text("")), says(0, after), stops(0))).toEqual([text(whole)]);
    expect(logged(broken(text(before)), starts(0, text(after)), stops(0))).toEqual([text(whole)]);
    const characters = [...after].map((character) => says(0, character));
    expect(logged(broken(text(before)), starts(0, text("")), ...characters)).toEqual([text(whole)]);
    for (let cut = 0; cut <= after.length; cut++) {
      const pieces = [says(0, after.slice(0, cut)), says(0, after.slice(cut))];
      expect(logged(broken(text(before)), starts(0, text("")), ...pieces, stops(0))).toEqual([text(whole)]);
    }
  });

  test("keeps its own thoughts, and has none about going on", () => {
    const events = [starts(0, THOUGHT), stops(0), starts(1, text("")), says(1, after), stops(1)];
    expect(logged(broken(THOUGHT, text(before)), ...events)).toEqual([THOUGHT, text(whole)]);
  });

  test("drops what was cut off behind its last text, and puts further blocks behind", () => {
    const tool: ContentBlock = { type: "server_tool_use", id: "t", name: "web_search" };
    const events = [
      starts(0, text("")),
      says(0, after),
      stops(0),
      starts(1, tool),
      stops(1),
      starts(2, text("")),
      says(2, "So."),
    ];
    expect(logged(broken(text(before), tool), ...events)).toEqual([text(whole), tool, text("So.")]);
  });

  test("says nothing twice when the model ends in the middle of repeating, and all that was held back otherwise", () => {
    expect(logged(broken(text(before)), starts(0, text("")), says(0, "the ro"))).toEqual([text(before)]);
    expect(logged(broken(text(before)), starts(0, text("")), says(0, "l"))).toEqual([text(`${before}l`)]);
    expect(logged(broken(text(before)))).toEqual([text(before)]);
  });

  test("tells of further tries, and of nothing that belongs to no block", () => {
    const retrying: ModelEvent = { type: "retrying", attempt: 1, afterSeconds: 1, code: "overloaded" };
    const { next } = continueAnswer(broken(text(before)));
    expect(next(retrying)).toEqual([retrying]);
    expect(next(says(7, "lost"))).toEqual([]);
    expect(next(stops(7))).toEqual([]);
  });
});

describe("the turn that asks for the rest", () => {
  test("quotes the end, and never half a character", () => {
    for (let length = 280; length < 320; length++) {
      const [quote] = askForRest(broken(text("😀".repeat(length)))).content;
      expect((quote as { text: string }).text.isWellFormed()).toBe(true);
    }
    expect(JSON.stringify(askForRest(broken(text("Short"))))).toContain(
      "<end_of_your_answer>Short</end_of_your_answer>",
    );
  });
});
