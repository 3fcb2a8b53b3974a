import { describe, expect, test } from "vitest";
import type { FailureCode } from "@/lib/chat/error";
import { noticeOf } from "./notice";

const usage = { input_tokens: 1, output_tokens: 1 };

function remedyOf(code: FailureCode) {
  return noticeOf({ type: "failed", error: { code, message: "" } })?.remedy;
}

describe("notices", () => {
  test("an ordinary end needs no words, and neither does one that is not known yet", () => {
    for (const stop_reason of ["end_turn", "stop_sequence", "something_new"]) {
      expect(noticeOf({ type: "done", stop_reason, usage })).toBeNull();
    }
  });

  test("what the reader did, and what the model decided, is no failure", () => {
    expect(noticeOf({ type: "stopped", usage })).toEqual({
      tone: "quiet",
      sentence: "Stopped",
      remedy: "none",
      waitSeconds: 0,
    });
    for (const stop_reason of ["max_tokens", "refusal", "model_context_window_exceeded"]) {
      expect(noticeOf({ type: "done", stop_reason, usage })?.tone).toBe("quiet");
    }
  });

  test("each failure has the button that helps", () => {
    expect(noticeOf({ type: "interrupted" })?.remedy).toBe("retry");
    expect(remedyOf("overloaded")).toBe("retry");
    expect(remedyOf("rate_limited")).toBe("retry");
    expect(remedyOf("internal")).toBe("retry");
    expect(remedyOf("context_exceeded")).toBe("new_conversation");
    expect(remedyOf("invalid_request")).toBe("new_conversation");
    expect(remedyOf("unavailable")).toBe("none");
  });

  test("a time to wait is kept", () => {
    const error = { code: "rate_limited", message: "", retryAfterSeconds: 12 } as const;
    expect(noticeOf({ type: "failed", error })?.waitSeconds).toBe(12);
  });

  test("says one or two sentences, never a code", () => {
    const codes: FailureCode[] = [
      "overloaded",
      "rate_limited",
      "unavailable",
      "invalid_request",
      "context_exceeded",
      "internal",
    ];
    for (const code of codes) {
      const sentence = noticeOf({ type: "failed", error: { code, message: "" } })?.sentence;
      expect(sentence).toMatch(/^[A-Z][^_]+\.$/);
    }
  });
});
