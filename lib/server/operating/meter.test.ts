import { expect, test } from "vitest";
import { openMeter } from "./meter";

test("the tokens of an answer that failed after a try had begun are reported", () => {
  const meter = openMeter("answer", "model");
  const usage = { input_tokens: 1200, output_tokens: 34 };
  const outcome = { type: "failed", error: { code: "overloaded", message: "" }, usage } as const;
  expect(meter.report(outcome)).toMatchObject({ failure: "overloaded", inputTokens: 1200, outputTokens: 34 });
  meter.end(outcome);
});
