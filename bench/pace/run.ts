import { createPace } from "@/lib/typewriter/pace";
import * as traces from "@/lib/typewriter/pace.traces";
import { type Bar, barsTable, judge } from "../bars";
import { reportPart } from "../part";
import { table } from "../server/figures";
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

type Law = (typeof LAWS)[number];
type Measured = Record<"slow" | "fast" | "claude" | "dump" | "flood", traces.Figures>;

function measure({ create }: Law): Measured {
  const run = (trace: traces.Trace) => traces.simulate(trace, create());
  return {
    slow: run(traces.steady(250, 4)),
    fast: run(traces.steady(1200, 5)),
    claude: traces.medians(SEEDS.map((seed) => run(traces.claude(seed)))),
    dump: run(traces.dump()),
    flood: run(traces.stallThenFlood()),
  };
}

function rowOf({ name }: Law, { slow, fast, claude, dump, flood }: Measured): string[] {
  return [
    name,
    Math.round(slow.lagP95Ms),
    Math.round(fast.lagP95Ms),
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

function barsOf({ slow, fast, claude, dump, flood }: Measured): Bar[] {
  return [
    { name: "Claude's rhythm: longest pause, ms", atMost: 150, measured: claude.longestPauseMs },
    { name: "Claude's rhythm: variation per frame", atMost: 0.35, measured: claude.variationPerFrame },
    { name: "Claude's rhythm: lag p95, ms", atMost: 600, measured: claude.lagP95Ms },
    { name: "250 characters/s: lag p95, ms", atMost: 150, measured: slow.lagP95Ms },
    { name: "1,200 characters/s: lag p95, ms", atMost: 150, measured: fast.lagP95Ms },
    { name: "a dump of 3,000: worst lag, ms", atMost: 700, measured: dump.lagWorstMs },
    { name: "a dump of 3,000: largest jump in a frame", atMost: 120, measured: dump.largestJump },
    { name: "a stall of 5 s, then a flood: worst lag, ms", atMost: 700, measured: flood.lagWorstMs },
    { name: "a stall of 5 s, then a flood: largest jump", atMost: 120, measured: flood.largestJump },
  ];
}

const measured = LAWS.map((law) => ({ law, figures: measure(law) }));
// The promise is for the speed that everybody begins with.
const bars = judge(measured.slice(0, 1).flatMap(({ figures }) => barsOf(figures)));
const rows = measured.map(({ law, figures }) => rowOf(law, figures));
reportPart({
  tables: [table(COLUMNS, rows), barsTable(bars)],
  results: { laws: measured.map(({ law, figures }) => ({ name: law.name, ...figures })), bars },
});
