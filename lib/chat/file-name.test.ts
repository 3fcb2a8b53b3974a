import { expect, test } from "vitest";
import { contentDisposition, fileName } from "./file-name";

test("a file is named as the conversation is, without what a file system, a shell or a header would trip over", () => {
  expect(fileName("Plans for May", "md")).toBe("Plans for May.md");
  expect(fileName('../a\\b:c*?"<d>|e\r\nSet-Cookie: x', "md")).toBe("a b c d e Set-Cookie x.md");
  expect(fileName("\u202Efdp.exe\0", "json")).toBe("fdp.exe.json");
  expect(fileName("足りない ⌨️ Füße", "md")).toBe("足りない ⌨️ Füße.md");
  for (const title of ["", "...", "///", " "]) expect(fileName(title, "md")).toBe("conversation.md");
  expect(fileName("con", "md")).toBe("conversation con.md");
});

test("a name is cut between characters, where it would be too long for a file system", () => {
  const name = fileName("👩‍👩‍👧".repeat(100), "json");
  expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(200);
  expect(name.isWellFormed()).toBe(true);
});

test("the header says the name in UTF-8, and in ASCII for old programs", () => {
  expect(contentDisposition("it's (a) Füße.md")).toBe(
    "attachment; filename=\"it's (a) F__e.md\"; filename*=UTF-8''it%27s%20%28a%29%20F%C3%BC%C3%9Fe.md",
  );
  expect(contentDisposition(fileName('a"; filename=evil', "md"))).not.toContain('a"');
});
