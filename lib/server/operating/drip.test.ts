import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { drip, forwardingHops } from "./drip";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test.each([
  ["no proxy, and the claim arrives as it is", "192.0.2.77", 0],
  ["one that adds", "192.0.2.77, 198.51.100.4", 1],
  ["two that add", "192.0.2.77, 198.51.100.4, 10.0.0.2", 2],
  ["one that replaces", "198.51.100.4", 1],
  ["one that replaces and one that adds", "198.51.100.4,10.0.0.2", 2],
])("counts the hops behind %s", (_, forwardedFor, hops) => {
  expect(forwardingHops(forwardedFor)).toBe(hops);
});

test("five frames come one after the other, then the stream ends", async () => {
  const reader = drip(new Headers()).body?.getReader();
  for (let n = 1; n <= 5; n++) {
    const { value } = (await reader?.read()) ?? {};
    expect(new TextDecoder().decode(value)).toBe(`data: {"n":${n},"hops":0}\n\n`);
    await vi.advanceTimersByTimeAsync(200);
  }
  expect((await reader?.read())?.done).toBe(true);
});

test("no more than twenty are open at once, and those who leave make room", async () => {
  const open = Array.from({ length: 20 }, () => drip(new Headers()));
  expect(drip(new Headers()).status).toBe(503);
  await open[0]?.body?.cancel();
  const another = drip(new Headers());
  expect(another.status).toBe(200);
  await Promise.all([another, ...open.slice(1)].map((response) => response.body?.cancel()));
});
