import { describe, expect, test } from "vitest";
import { type Items, ownedByTab } from "./draft-storage";

function memory(values = new Map<string, string>()): Items & { values: Map<string, string> } {
  return {
    values,
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  };
}

function browser() {
  const shared = memory();
  /** A page in the tab that keeps `values` through a reload. */
  const open = (values = new Map<string, string>()) => ({ values, ...ownedByTab(shared, memory(values), "new") });
  return { shared, open };
}

describe("what a tab keeps for itself", () => {
  test("is not seen by another tab, while all else is", () => {
    const { open } = browser();
    const [first, second] = [open(), open()];
    first.setItem("new", "mine");
    first.setItem("c", "ours");
    expect([second.getItem("new"), second.getItem("c")]).toEqual([null, "ours"]);
    second.setItem("new", "theirs");
    second.removeItem("new");
    expect(first.getItem("new")).toBe("mine");
  });

  test("is there again after a reload, and nowhere else", () => {
    const { shared, open } = browser();
    const first = open();
    first.setItem("new", "mine");
    first.leave();
    expect(open(first.values).getItem("new")).toBe("mine");
    expect(shared.getItem("new")).toBeNull();
  });

  test("goes to the next tab when the tab is closed", () => {
    const { shared, open } = browser();
    const first = open();
    first.setItem("new", "mine");
    first.leave();
    const next = open();
    expect([next.getItem("new"), shared.getItem("new")]).toEqual(["mine", null]);
    expect(open().getItem("new")).toBeNull();
    expect(open(next.values).getItem("new")).toBe("mine");
  });

  test("is not lost when two tabs are closed, nor twice there when one of them was reloaded only", () => {
    const { open } = browser();
    const [first, second] = [open(), open()];
    first.setItem("new", "one");
    second.setItem("new", "two");
    first.leave();
    second.leave();
    expect(open(second.values).getItem("new")).toBe("two");
    expect(open().getItem("new")).toBe("one");
    first.setItem("new", "one");
    first.leave();
    second.leave();
    expect(open().getItem("new")).toBe("one\n\ntwo");
  });

  test("is nowhere any more once it is sent by a page that had gone and come back", () => {
    const { shared, open } = browser();
    const page = open();
    page.setItem("new", "mine");
    page.leave();
    page.removeItem("new");
    expect([page.getItem("new"), shared.getItem("new")]).toEqual([null, null]);
  });
});
