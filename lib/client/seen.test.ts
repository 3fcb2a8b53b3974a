import { expect, test } from "vitest";
import type { ListedConversation } from "@/lib/chat/listing";
import { isUnread, parseSeen, type Seen, withSeen } from "./seen";

const BEGIN: Seen = { since: "2026-01-01", ids: {} };

function listed(id: string, updatedAt: string, isAnswering?: true): ListedConversation {
  return { id, title: id, updatedAt, pinned: false, ...(isAnswering ? { isAnswering } : {}) };
}

test("what this browser has not shown since it was first here is unread, once its answer has ended", () => {
  expect(isUnread(listed("a", "2025-12-31"), BEGIN)).toBe(false);
  expect(isUnread(listed("a", "2026-01-02"), BEGIN)).toBe(true);
  expect(isUnread(listed("a", "2026-01-02", true), BEGIN)).toBe(false);
  expect(isUnread(listed("a", "2026-01-02"), undefined)).toBe(false);
});

test("what was on the screen is read until something more is sent in it", () => {
  const seen = withSeen(BEGIN, listed("a", "2026-01-02"));
  expect(isUnread(listed("a", "2026-01-02"), seen)).toBe(false);
  expect(isUnread(listed("a", "2026-01-03"), seen)).toBe(true);
  expect(withSeen(seen, listed("a", "2026-01-02"))).toBe(seen);
});

test("only so many are remembered, and forgetting makes nothing unread", () => {
  let seen = BEGIN;
  const all = Array.from({ length: 400 }, (_, index) =>
    listed(`${index}`, `2026-02-${String(index).padStart(4, "0")}`),
  );
  for (const one of all) seen = withSeen(seen, one);
  expect(Object.keys(seen.ids)).toHaveLength(300);
  expect(all.filter((one) => isUnread(one, seen))).toEqual([]);
});

test("what was stored comes back, and what is not ours does not", () => {
  const seen = withSeen(BEGIN, listed("a", "2026-01-02"));
  expect(parseSeen(JSON.stringify(seen))).toEqual(seen);
  for (const stored of [null, "", "{", "[]", '{"since":1,"ids":{}}', '{"since":"x"}']) {
    expect(parseSeen(stored)).toBeUndefined();
  }
});
