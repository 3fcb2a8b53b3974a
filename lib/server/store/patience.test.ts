import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { isStoreFault, withPatience } from "./patience";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const coded = (code: string) => Object.assign(new Error(code), { code });

/** Work that fails with each of `faults` in turn and then succeeds, and what it was told. */
function failing(...faults: Error[]) {
  const repeats: boolean[] = [];
  const work = async (isRepeat: boolean) => {
    const fault = faults[repeats.length];
    repeats.push(isRepeat);
    if (fault !== undefined) throw fault;
    return "done";
  };
  return { work, repeats };
}

test.each(["SQLITE_BUSY", "SQLITE_BUSY_SNAPSHOT", "SQLITE_LOCKED", "ECONNREFUSED", "08006", "57P01", "40001", "53300"])(
  "%s passes, so it is tried again",
  async (code) => {
    const { work, repeats } = failing(coded(code), coded(code));
    const result = withPatience(1_000, work);
    await vi.runAllTimersAsync();
    expect([await result, repeats]).toEqual(["done", [false, true, true]]);
    expect(isStoreFault(coded(code))).toBe(true);
  },
);

test.each([coded("SQLITE_CONSTRAINT_PRIMARYKEY"), coded("23505"), new TypeError("bug")])(
  "%s does not pass, so it is thrown at once",
  async (fault) => {
    const { work, repeats } = failing(fault);
    await expect(withPatience(1_000, work)).rejects.toBe(fault);
    expect(repeats).toEqual([false]);
  },
);

test("patience ends with the last fault", async () => {
  const { work, repeats } = failing(...Array.from({ length: 100 }, () => coded("SQLITE_BUSY")));
  const startedAt = Date.now();
  const result = expect(withPatience(3_000, work)).rejects.toThrow("SQLITE_BUSY");
  await vi.runAllTimersAsync();
  await result;
  expect(Date.now() - startedAt).toBeLessThanOrEqual(3_000);
  expect(repeats.length).toBeGreaterThan(5);
});

test("a full or forbidden disk is the store's fault, a bug is not", () => {
  expect(["SQLITE_FULL", "SQLITE_IOERR", "ENOSPC", "EROFS"].map((code) => isStoreFault(coded(code)))).toEqual(
    Array(4).fill(true),
  );
  const bugs = [new TypeError("bug"), coded("ERR_INVALID_ARG_TYPE"), coded("SQLITE_CONSTRAINT"), "text", undefined];
  expect(bugs.map(isStoreFault)).toEqual(Array(5).fill(false));
});
