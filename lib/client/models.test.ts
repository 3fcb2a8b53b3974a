import { expect, test } from "vitest";
import { parseChoice } from "./models";

test("a choice is read as it was stored", () => {
  const choice = { id: "claude-opus-5-5", displayName: "Claude Opus 5.5" };
  expect(parseChoice(JSON.stringify(choice))).toEqual(choice);
});

test.each([null, "", "{", "3", "[]", "{}", '{"id":3,"displayName":"x"}', "null"])(
  "what is not ours is no choice: %s",
  (stored) => {
    expect(parseChoice(stored)).toBeNull();
  },
);
