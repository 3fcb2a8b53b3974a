import { describe, expect, it } from "vitest";
import { recordedStopReason, recordedText, recordings } from "./recordings";

const all = recordings();

describe("the project's recordings", () => {
  it("are these, with these stop reasons", () => {
    const own = all.filter(({ source }) => source === "project");
    expect(Object.fromEntries(own.map(({ name, lines }) => [name, recordedStopReason(lines)]))).toEqual({
      "duplicate-message-start": "end_turn",
      graphemes: "end_turn",
      "max-tokens": "max_tokens",
      refusal: "refusal",
      "refusal-after-text": "refusal",
      text: "end_turn",
      "thinking-then-text": "end_turn",
      "tool-use": "tool_use",
      "web-search": "end_turn",
    });
  });

  it("join surrogates that were split between deltas", () => {
    const graphemes = all.find(({ name }) => name === "graphemes");
    const text = recordedText(graphemes?.lines ?? []);
    expect(text.isWellFormed()).toBe(true);
    expect(text).toContain("Split pair: 😀");
    expect(text.endsWith("🤖🇯🇵")).toBe(true);
  });
});

describe("the shared recordings", () => {
  const shared = all.filter(({ source }) => source === "shared");

  it.skipIf(shared.length === 0)("all end with a stop reason", () => {
    expect(shared.filter(({ lines }) => recordedStopReason(lines) === null)).toEqual([]);
  });
});
