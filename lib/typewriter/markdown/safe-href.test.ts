import { describe, expect, it } from "vitest";
import { parseMarkdown } from "./markdown";
import { safeHref } from "./safe-href";

describe("safeHref", () => {
  it.each(["http://a.b", "https://a.b/c?d=e#f", "HTTPS://A.B", "mailto:a@b.co"])("lets %s through", (href) => {
    expect(safeHref(href)).toBe(href);
  });

  it.each([
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\nscript:alert(1)",
    "java\tscript:alert(1)",
    "\u0001javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "blob:https://a.b/c",
    "//a.b",
    "/a",
    "#a",
    "a.b",
    "https:a.b",
    "https:\\\\a.b",
    "https://",
    " https://a.b",
    "https://a.b\u0000",
    "https://a.b\u0085",
    "",
  ])("refuses %j", (href) => {
    expect(safeHref(href)).toBeUndefined();
  });

  it.each([
    "[a](javascript&colon;alert(1))",
    "[a](&#106;avascript:alert(1))",
    "[a](java&Tab;script:alert(1))",
    "[a](<java&NewLine;script:alert(1)>)",
  ])("refuses what %s decodes to", (markdown) => {
    const paragraph = parseMarkdown(markdown).children[0];
    const link = paragraph?.type === "paragraph" ? paragraph.children[0] : undefined;
    expect(link?.type === "link" && link.href !== undefined && safeHref(link.href)).toBeUndefined();
  });

  it("encodes spaces and characters that change the direction of text", () => {
    expect(safeHref("https://a.b/c d\u202e")).toBe("https://a.b/c%20d%E2%80%AE");
  });
});
