import { expect, test } from "vitest";
import { titleIn } from "./titles";

test("a title loses its quotation marks, its heading and its full stop", () => {
  expect(titleIn('"Ribbons of old typewriters."')).toBe("Ribbons of old typewriters");
  expect(titleIn("# Title\n")).toBe("Title");
  expect(titleIn("**旧打字机的色带**。")).toBe("旧打字机的色带");
  expect(titleIn("Title: Ribbons")).toBe("Ribbons");
});

test("what is no title is not taken for one", () => {
  expect(titleIn("")).toBeUndefined();
  expect(titleIn('"."')).toBeUndefined();
  expect(titleIn("A title\n\nand why I chose it")).toBeUndefined();
  expect(titleIn("word ".repeat(13))).toBeUndefined();
  expect(titleIn("字".repeat(81))).toBeUndefined();
});
