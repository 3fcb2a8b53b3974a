import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { isPostgresInstalled } from "@/tests/postgres";
import { type Crowd, type Flood, type FloodOptions, flood, SECRET, type Statuses } from "../../tests/faults/flood";
import { reportPart } from "../part";
import { percentile, shown, table } from "../server/figures";
import type { Waits } from "./honest";

/**
 * 500 connections that ask as fast as they can, each time as somebody else from another claimed address, against a daily
 * budget: what the model charged in the end, and how others fared meanwhile. `--only=<part of a name>` picks one.
 */
const isQuick = process.argv.includes("--quick");
const only = process.argv.find((word) => word.startsWith("--only="))?.slice("--only=".length) ?? "";
const CROWD = { connections: isQuick ? 100 : 500, seconds: isQuick ? 15 : 60, budgetUsd: 2 };
/** Fifty tokens a second. */
const MODELS_PACE_MS = 20;
/** As whoever is careful deploys it: so many answers at once are the default there. */
const IN_PUBLIC = { APP_ORIGIN: "https://chat.example.org", MAX_STREAMS_PER_VISITOR: "20" };

type Case = Pick<FloodOptions, "instances" | "store" | "settings"> & { name: string };
type Measured = { name: string; seen: Flood; quiet: Waits; flooded: Waits };

const cases: Case[] = [
  { name: "SQLite, one instance", instances: 1, store: "sqlite", settings: IN_PUBLIC },
  { name: "PostgreSQL, three instances", instances: 3, store: "postgres", settings: IN_PUBLIC },
  { name: "SQLite, no public address", instances: 1, store: "sqlite", settings: {} },
];
const measured: Measured[] = [];
for (const one of cases) {
  if (!one.name.includes(only) || (one.store === "postgres" && !isPostgresInstalled())) continue;
  measured.push(await measure(one));
}

reportPart({
  tables: [
    table(
      ["the crowd", "begun", "refused", "other answers", "calls of the model", "charged $", "budget $"],
      measured.map(({ name, seen: { statuses, upstreamCalls, chargedMicroUsd, budgetMicroUsd } }) => {
        const { 200: begun = 0, 429: refused = 0, ...others } = statuses;
        const rest = Object.entries(others).map(([status, count]) => `${count} × ${status}`);
        const dollars = (microUsd: number) => (microUsd / 1e6).toFixed(4);
        return [
          name,
          begun,
          refused,
          rest.join(", "),
          upstreamCalls,
          dollars(chargedMicroUsd),
          dollars(budgetMicroUsd),
        ];
      }),
    ),
    ...measured.map(({ name, quiet, flooded }) =>
      table(
        [`${name}: ms`, "quiet p50", "p95", "p99", "beside the crowd p50", "p95", "p99", "p95, times", "not 200"],
        rowsOf(quiet, flooded),
      ),
    ),
  ],
  results: { ...CROWD, cases: measured.map(summaryOf) },
});

function rowsOf(quiet: Waits, flooded: Waits): (string | number)[][] {
  return Object.entries(quiet).flatMap(([who, { ms }]) =>
    ["all", ...Object.keys(ms)].map((kind) => {
      const of = (waits: Waits) =>
        kind === "all" ? Object.values(waits[who]?.ms ?? {}).flat() : (waits[who]?.ms[kind] ?? []);
      const [before, beside] = [of(quiet), of(flooded)];
      const figures = (waits: readonly number[]) => [0.5, 0.95, 0.99].map((share) => shown(percentile(waits, share)));
      const times = (percentile(beside, 0.95) / percentile(before, 0.95)).toFixed(2);
      const failures = kind === "all" ? (flooded[who]?.failures ?? 0) : "";
      return [kind === "all" ? who : `— ${kind}`, ...figures(before), ...figures(beside), times, failures];
    }),
  );
}

function summaryOf({ name, seen, quiet, flooded }: Measured) {
  return { name, seen, people: rowsOf(quiet, flooded) };
}

async function measure({ name, ...options }: Case): Promise<Measured> {
  const idlePort = await freePort();
  const idle = spawnScript("idle.ts", [String(idlePort)]);
  const waits: Waits[] = [];
  try {
    const cookieName = options.settings === IN_PUBLIC ? "__Host-platen" : "platen";
    const seen = await flood({
      ...CROWD,
      ...options,
      paceMs: MODELS_PACE_MS,
      async beside(urls, seconds) {
        // In the quiet the server gets warm; of what the crowd does to it nothing is left out.
        const warmUp = waits.length === 0 ? 10 : 0;
        const given = [portsOf(urls), String(idlePort), String(seconds), String(warmUp), cookieName, SECRET];
        waits.push(await answerOf<Waits>(spawnScript("honest.ts", given)));
      },
      crowd(urls, { connections, seconds }: Crowd) {
        return answerOf<Statuses>(spawnScript("crowd.ts", [portsOf(urls), String(connections), String(seconds)]));
      },
    });
    const [quiet = {}, flooded = {}] = waits;
    return { name, seen, quiet, flooded };
  } finally {
    idle.kill();
  }
}

function portsOf(urls: readonly string[]): string {
  return urls.map((url) => new URL(url).port).join(",");
}

function spawnScript(name: string, given: readonly string[]): ChildProcess {
  const script = fileURLToPath(new URL(name, import.meta.url));
  return spawn(process.execPath, ["--import", "tsx", script, ...given], { stdio: ["ignore", "pipe", "inherit"] });
}

async function answerOf<Answer>({ stdout }: ChildProcess): Promise<Answer> {
  let printed = "";
  for await (const piece of stdout ?? []) printed += piece;
  return JSON.parse(printed) as Answer;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
