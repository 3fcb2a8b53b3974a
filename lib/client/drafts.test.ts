import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createDrafts, SAVE_AFTER_MS, UNSTORED } from "./drafts";

function memoryStorage() {
  const values = new Map<string, string>();
  return {
    values,
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    removeItem: (key: string) => void values.delete(key),
  };
}

const KEY = "platen.draft.a";

describe("drafts", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("many keystrokes are stored once, soon", () => {
    const storage = memoryStorage();
    const setItem = vi.spyOn(storage, "setItem");
    const drafts = createDrafts(storage);
    for (const text of ["H", "He", "Hel"]) drafts.write("a", text);
    expect(drafts.read("a")).toBe("Hel");
    expect(setItem).not.toHaveBeenCalled();
    vi.advanceTimersByTime(SAVE_AFTER_MS);
    expect(setItem.mock.calls).toEqual([[KEY, "Hel"]]);
  });

  test("a draft that is not to be stored lives as long as the page", () => {
    const storage = memoryStorage();
    const drafts = createDrafts(storage);
    drafts.write(`${UNSTORED}a`, "secret");
    drafts.sent(`${UNSTORED}a`);
    drafts.returned(`${UNSTORED}a`, "secret");
    drafts.flush();
    expect(drafts.read(`${UNSTORED}a`)).toBe("secret");
    expect([...storage.values.entries()]).toEqual([]);
  });

  test("a draft survives a reload, each conversation its own", () => {
    const storage = memoryStorage();
    const before = createDrafts(storage);
    before.write("a", "one");
    before.write("b", "two");
    before.flush();
    const after = createDrafts(storage);
    expect([after.read("a"), after.read("b"), after.read("c")]).toEqual(["one", "two", ""]);
  });

  test("what was sent is gone from the draft, and back after a reload until the server has it", () => {
    const storage = memoryStorage();
    const drafts = createDrafts(storage);
    drafts.write("a", "hello");
    drafts.sent("a");
    expect(drafts.read("a")).toBe("");
    expect(createDrafts(storage).read("a")).toBe("hello");
    drafts.delivered("a");
    expect(createDrafts(storage).read("a")).toBe("");
  });

  test("what the server would not take stands in front of what was written since", () => {
    const drafts = createDrafts(memoryStorage());
    drafts.write("a", "first");
    drafts.sent("a");
    drafts.write("a", "second");
    drafts.returned("a", "first");
    expect(drafts.read("a")).toBe("first\n\nsecond");
  });

  test("a delivery keeps what was written since", () => {
    const storage = memoryStorage();
    const drafts = createDrafts(storage);
    drafts.write("a", "first");
    drafts.sent("a");
    drafts.write("a", "second");
    drafts.delivered("a");
    expect(drafts.read("a")).toBe("second");
    expect(storage.values.get(KEY)).toBe("second");
  });

  test("a draft moves to its conversation's own place", () => {
    const storage = memoryStorage();
    const drafts = createDrafts(storage);
    drafts.write("new", "and then");
    drafts.move("new", "a");
    expect([drafts.read("new"), drafts.read("a")]).toEqual(["", "and then"]);
    expect([...storage.values]).toEqual([[KEY, "and then"]]);
  });

  test("an empty draft leaves nothing behind", () => {
    const storage = memoryStorage();
    const drafts = createDrafts(storage);
    drafts.write("a", "x");
    drafts.flush();
    drafts.write("a", "");
    drafts.flush();
    expect(storage.values.size).toBe(0);
  });

  test("a storage that refuses costs only the reload", () => {
    const refuse = () => {
      throw new Error("QuotaExceededError");
    };
    const drafts = createDrafts({ getItem: refuse, setItem: refuse, removeItem: refuse });
    drafts.write("a", "kept");
    drafts.flush();
    expect(drafts.read("a")).toBe("kept");
  });

  test("tells its listeners, until they leave", () => {
    const drafts = createDrafts(null);
    const listener = vi.fn();
    const leave = drafts.subscribe(listener);
    drafts.write("a", "x");
    leave();
    drafts.write("a", "y");
    expect(listener).toHaveBeenCalledTimes(1);
  });
});
