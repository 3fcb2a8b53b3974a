import { isPostgresInstalled } from "@/tests/postgres";
import { type Flood, type FloodOptions, flood } from "../../tests/faults/flood";
import { reportPart } from "../part";
import { percentile, shown, table } from "../server/figures";

/**
 * 500 connections that ask as fast as they can, each time as a new visitor from another address, against a daily
 * budget: what the model charged in the end, and how an honest visitor's calls fared meanwhile.
 */
const isQuick = process.argv.includes("--quick");
const CROWD = { connections: isQuick ? 100 : 500, seconds: isQuick ? 10 : 60, budgetUsd: 2 };

type Measured = { name: string; seen: Flood; beforeMs: number; duringMs: number };

const measured: Measured[] = [await measure("SQLite, one instance", { instances: 1, store: "sqlite" })];
if (isPostgresInstalled()) {
  measured.push(await measure("PostgreSQL, three instances", { instances: 3, store: "postgres" }));
}

reportPart({
  tables: [
    table(
      [
        "",
        "begun",
        "over budget",
        "other refusals",
        "calls of the model",
        "charged $",
        "budget $",
        "p95 before ms",
        "p95 during ms",
      ],
      measured.map(({ name, seen, beforeMs, duringMs }) => [
        name,
        seen.accepted,
        seen.overBudget,
        seen.otherStatuses.length,
        seen.upstreamCalls,
        (seen.chargedMicroUsd / 1e6).toFixed(4),
        (seen.budgetMicroUsd / 1e6).toFixed(2),
        shown(beforeMs),
        shown(duringMs),
      ]),
    ),
  ],
  results: { ...CROWD, stores: measured },
});

async function measure(name: string, options: Pick<FloodOptions, "instances" | "store">): Promise<Measured> {
  const p95s: number[] = [];
  const seen = await flood({
    ...CROWD,
    ...options,
    async beside(url, isOver) {
      const delays: number[] = [];
      while (!isOver()) {
        const askedAt = performance.now();
        await (await fetch(`${url}/api/conversations`)).arrayBuffer();
        delays.push(performance.now() - askedAt);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      p95s.push(percentile(delays, 0.95));
    },
  });
  return { name, seen, beforeMs: p95s[0] ?? Number.NaN, duringMs: p95s[1] ?? Number.NaN };
}
