import { expect, test } from "vitest";
import type { ListedConversation } from "@/lib/chat/listing";
import { UNKNOWN_LIST, withChange, withFirstPage, withNextPage } from "./list-state";

function listed(name: string, pinned = false): ListedConversation {
  return { id: name, title: name, updatedAt: name, pinned };
}
const names = (list: readonly ListedConversation[]) => list.map(({ id }) => id).join("");

const TWO_PAGES = withNextPage(
  withFirstPage(UNKNOWN_LIST, { conversations: ["9", "8", "7"].map((n) => listed(n)), cursor: "7" }),
  {
    conversations: ["6", "5", "4"].map((n) => listed(n)),
    cursor: "4",
  },
);

test("reading the first page again keeps what was read beyond it", () => {
  const again = withFirstPage(TWO_PAGES, { conversations: ["9", "8", "7"].map((n) => listed(n)), cursor: "7" });
  expect([names(again.recent), again.cursor]).toEqual(["987654", "4"]);
});

test("what went on elsewhere comes to the top, what was deleted goes, and nothing is there twice", () => {
  const moved = { ...listed("5"), updatedAt: "99" };
  const again = withFirstPage(TWO_PAGES, { conversations: [moved, listed("9"), listed("7")], cursor: "7" });
  expect([names(again.recent), again.cursor]).toEqual(["59764", "4"]);
});

test("a list that has become one page ends with it", () => {
  const again = withFirstPage(TWO_PAGES, { conversations: [listed("9")], cursor: null });
  expect([names(again.recent), again.cursor]).toEqual(["9", null]);
});

test("a page that overlaps what is known adds only the rest", () => {
  const more = withNextPage(TWO_PAGES, { conversations: [listed("4"), listed("3")], cursor: null });
  expect([names(more.recent), more.cursor]).toEqual(["9876543", null]);
});

test("a conversation is pinned, renamed and let go at once", () => {
  const pinned = withChange(withChange(TWO_PAGES, "5", { pinned: true }), "8", { pinned: true });
  expect(names(pinned.pinned)).toBe("85");
  const renamed = withChange(pinned, "5", { title: "new" });
  expect([renamed.pinned.at(-1)?.title, renamed.recent.find(({ id }) => id === "5")?.title]).toEqual(["new", "new"]);
  expect(names(withChange(renamed, "8", { pinned: false }).pinned)).toBe("5");
});
