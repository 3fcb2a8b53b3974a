import { describe, expect, test } from "vitest";
import { modelName } from "./model-name";

describe("the model's name", () => {
  test.each([
    ["claude-sonnet-5-5", "Claude Sonnet 5.5"],
    ["claude-opus-4-1-20250805", "Claude Opus 4.1"],
    ["claude-sonnet-4-20250514", "Claude Sonnet 4"],
    ["claude-haiku-6", "Claude Haiku 6"],
    ["demo", "Demo model"],
    ["claude-3-5-sonnet-20241022", "claude-3-5-sonnet-20241022"],
    ["llama3.2:3b", "llama3.2:3b"],
    ["", ""],
  ])("of %s is %s", (id, name) => {
    expect(modelName(id)).toBe(name);
  });
});
