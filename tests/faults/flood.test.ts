import { expect, test } from "vitest";
import { isPostgresInstalled } from "../postgres";
import { type FloodOptions, flood } from "./flood";

const CROWD = { connections: 60, seconds: 5, budgetUsd: 0.4 } as const;

async function holds(options: Pick<FloodOptions, "instances" | "store">): Promise<void> {
  const seen = await flood({ ...CROWD, ...options });
  const { 200: accepted = 0, 429: refused = 0, ...others } = seen.statuses;
  expect(accepted).toBeGreaterThan(10);
  expect(refused).toBeGreaterThan(10);
  // A store with more to do than it can may also say so.
  expect(Object.keys(others).filter((status) => status !== "503")).toEqual([]);
  expect(seen.chargedMicroUsd).toBeLessThanOrEqual(seen.budgetMicroUsd);
  expect(seen.chargedMicroUsd).toBeGreaterThan(seen.budgetMicroUsd / 4);
  expect(seen.upstreamCalls).toBe(accepted);
}

test("a crowd of ever new visitors spends no cent above the ceiling, and what is refused never reaches the model", () =>
  holds({ instances: 1, store: "sqlite" }));

test.skipIf(!isPostgresInstalled())("three instances hold one ceiling between them", () =>
  holds({ instances: 3, store: "postgres" }),
);
