import { describe, expect, test } from "vitest";
import type { GenerationEvent } from "@/lib/chat/message";
import type { Held } from "../store/ledger";
import { costOfAnswer, costOfLostAnswer } from "./spent";

// Sonnet 5.5: 2 micro-dollars for a token read, 10 for one written.
const HELD: Held = {
  id: "answer",
  visitorId: "visitor",
  codeLabel: undefined,
  day: "2026-11-22",
  model: "claude-sonnet-5-5",
  maxOutputTokens: 1_000,
  inputMicroUsd: 500,
  heldMicroUsd: 10_500,
};

describe("an answer", () => {
  test("that is done costs what was reported, also when that is more than was held", () => {
    const usage = { input_tokens: 10_000, output_tokens: 1_000 };
    expect(costOfAnswer({ type: "done", stop_reason: "end_turn", usage })(HELD)).toBe(30_000);
  });

  test("that failed costs what its tries have used, if anything", () => {
    const error = { code: "overloaded", message: "" } as const;
    expect(costOfAnswer({ type: "failed", error })(HELD)).toBe(0);
    expect(costOfAnswer({ type: "failed", error, usage: { input_tokens: 100, output_tokens: 1 } })(HELD)).toBe(210);
  });

  test("that was cut off costs no more than was held", () => {
    const usage = { input_tokens: 100, output_tokens: 100_000 };
    expect(costOfAnswer({ type: "stopped", usage })(HELD)).toBe(HELD.heldMicroUsd);
    expect(costOfAnswer({ type: "stopped", usage: { input_tokens: 100, output_tokens: 20 } })(HELD)).toBe(400);
  });

  test("that was cut off before the model said what it read costs as much as it can have read", () => {
    expect(costOfAnswer({ type: "interrupted" })(HELD)).toBe(500);
    expect(costOfAnswer({ type: "stopped", usage: { input_tokens: 0, output_tokens: 0 } })(HELD)).toBe(500);
  });
});

describe("an answer whose instance is gone", () => {
  const start = (type: string): GenerationEvent => ({
    type: "content_block_start",
    index: 0,
    content_block: type === "text" ? { type, text: "" } : { type, thinking: "", signature: "" },
  });
  const text = (length: number): GenerationEvent => ({
    type: "content_block_delta",
    index: 0,
    delta: { type: "text_delta", text: "x".repeat(length) },
  });

  test("costs what it can have read, and more than is in its log", () => {
    expect(costOfLostAnswer([start("text"), text(100), text(100)])(HELD)).toBe(500 + (100 + 150) * 10);
  });

  test("costs no more than was held", () => {
    expect(costOfLostAnswer([start("text"), text(10_000)])(HELD)).toBe(HELD.heldMicroUsd);
  });

  test("costs all that was held when it thought, or its log is empty", () => {
    expect(costOfLostAnswer([start("thinking"), start("text"), text(10)])(HELD)).toBe(HELD.heldMicroUsd);
    expect(costOfLostAnswer([])(HELD)).toBe(HELD.heldMicroUsd);
  });
});
