import type { DatabaseConnection, Driver } from "kysely";
import { expect, test } from "vitest";
import { inOrder } from "./in-order";

const CONNECTION = {} as DatabaseConnection;

/** A driver with one connection, which whoever asks first after a release may have; fails where `faults` says so. */
function driverOf(faults: readonly unknown[] = []): Driver {
  let asked = 0;
  return {
    async acquireConnection() {
      const fault = faults[asked++];
      if (fault !== undefined) throw fault;
      return CONNECTION;
    },
    async releaseConnection() {},
  } as Partial<Driver> as Driver;
}

test("lends the connection in the order in which it was asked for, to one at a time", async () => {
  const driver = inOrder(driverOf());
  const seen: string[] = [];
  const use = async (name: string) => {
    const connection = await driver.acquireConnection();
    seen.push(`${name} has it`);
    await Promise.resolve();
    seen.push(`${name} gives it back`);
    await driver.releaseConnection(connection);
  };
  await Promise.all(["first", "second", "third"].map(use));
  expect(seen).toEqual([
    "first has it",
    "first gives it back",
    "second has it",
    "second gives it back",
    "third has it",
    "third gives it back",
  ]);
});

test("whoever asks again as soon as they are done waits behind those who were there before", async () => {
  const driver = inOrder(driverOf());
  const seen: string[] = [];
  const use = async (name: string, times: number) => {
    for (let time = 0; time < times; time++) {
      const connection = await driver.acquireConnection();
      seen.push(name);
      await driver.releaseConnection(connection);
    }
  };
  await Promise.all([use("greedy", 3), use("patient", 2)]);
  expect(seen).toEqual(["greedy", "patient", "greedy", "patient", "greedy"]);
});

test("one who cannot have it does not keep the next waiting", async () => {
  const driver = inOrder(driverOf([new Error("broken")]));
  await expect(driver.acquireConnection()).rejects.toThrow("broken");
  await expect(driver.acquireConnection()).resolves.toBe(CONNECTION);
});
