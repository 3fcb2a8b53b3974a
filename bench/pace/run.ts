import { createPace } from "@/lib/typewriter/pace";
import * as traces from "@/lib/typewriter/pace.traces";
import { PEERS } from "./peers";

/** Prints our law against its peers on the same traces at 60 frames a second; virtual clock, so the same each time. */
const LAWS = [
  { name: "Platen smooth", create: () => createPace("smooth") },
  { name: "Platen typewriter", create: () => createPace("typewriter") },
  ...PEERS,
];
const SEEDS = Array.from({ length: 40 }, (_, seed) => seed + 1);
const COLUMNS = [
  "law",
  "250/s lag p95",
  "1,200/s lag p95",
  "Claude lag p95",
  "pause",
  "cv a frame",
  "cv 100 ms",
  "tail",
  "dump lag worst",
  "jump",
  "stall+flood lag worst",
  "jump",
];

function rowOf({ name, create }: (typeof LAWS)[number]): string[] {
  const run = (trace: traces.Trace) => traces.simulate(trace, create());
  const claude = traces.medians(SEEDS.map((seed) => run(traces.claude(seed))));
  const dump = run(traces.dump());
  const flood = run(traces.stallThenFlood());
  return [
    name,
    Math.round(run(traces.steady(250, 4)).lagP95Ms),
    Math.round(run(traces.steady(1200, 5)).lagP95Ms),
    Math.round(claude.lagP95Ms),
    Math.round(claude.longestPauseMs),
    claude.variationPerFrame.toFixed(2),
    claude.variationPer100Ms.toFixed(2),
    Math.round(claude.tailMs),
    Math.round(dump.lagWorstMs),
    dump.largestJump,
    Math.round(flood.lagWorstMs),
    flood.largestJump,
  ].map(String);
}

const rows = [COLUMNS, COLUMNS.map(() => "---"), ...LAWS.map(rowOf)];
process.stdout.write(`${rows.map((row) => `| ${row.join(" | ")} |`).join("\n")}\n`);
