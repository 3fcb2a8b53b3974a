import { expect, it } from "vitest";
import { withBreak } from "./runs";

it("puts the break of a line into its last run", () => {
  const tokens = [
    { kind: undefined, text: "x = " },
    { kind: "number" as const, text: "1" },
  ];
  expect(withBreak(tokens)).toEqual([tokens[0], { kind: "number", text: "1\n" }]);
  expect(withBreak([])).toEqual([{ kind: undefined, text: "\n" }]);
});
