import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { reportPart } from "../part";
import { buildBareNext } from "./bare-next";
import { median, percentile, shown, table } from "./figures";
import {
  type Latency,
  type ManyStreams,
  measureLatency,
  measureManyStreams,
  measureStops,
  measureThroughput,
  medianLatency,
} from "./measures";
import { type Kind, NAMES, startServer, startUpstream, type Upstream } from "./servers";

/**
 * Platen's server beside four that keep nothing, one after another in each round, because what else the machine does
 * changes from minute to minute: the ratios are the point.
 */
const { values } = parseArgs({ options: { quick: { type: "boolean", default: false } } });

const PLAN = values.quick
  ? { rounds: 1, windowMs: 2500, stops: 40, throughput: { holdMs: 1000, growth: 1.4 }, manyMs: 5000 }
  : { rounds: 3, windowMs: 6000, stops: 67, throughput: { holdMs: 1500, growth: 1.15 }, manyMs: 10_000 };

type Runs = { one: Latency[]; forty: Latency[]; stopsMs: number[]; tokensPerSecond: number[]; errors: number };

const bareNext = buildBareNext();
const kinds: Kind[] = ["pipe", "sdk", "next", "platen", ...(bareNext.hasAiSdk ? (["ai"] as const) : [])];
const runs = new Map<Kind, Runs>(
  kinds.map((kind) => [kind, { one: [], forty: [], stopsMs: [], tokensPerSecond: [], errors: 0 }]),
);
const many: ManyStreams[] = [];

for (let round = 0; round < PLAN.rounds; round++) {
  // Each round begins with another server, so that no one is always first after a pause.
  const order = kinds.map((_, index) => kinds[(index + round) % kinds.length] as Kind);
  for (const kind of order) await withUpstream((upstream) => measure(kind, upstream));
  await withUpstream(measureMany);
}
report();

async function withUpstream(measureWith: (upstream: Upstream) => Promise<void>): Promise<void> {
  const upstream = await startUpstream();
  try {
    await measureWith(upstream);
  } finally {
    await upstream.close();
  }
}

async function measure(kind: Kind, upstream: Upstream): Promise<void> {
  process.stderr.write(`${NAMES[kind]} …\n`);
  const into = runs.get(kind);
  if (into === undefined) return;
  const server = await startServer(kind, upstream.url, { bareNextScript: bareNext.script });
  try {
    const one = await measureLatency(server, { streams: 1, rate: 50, ms: PLAN.windowMs });
    const forty = await measureLatency(server, { streams: 40, rate: 50, ms: PLAN.windowMs });
    into.one.push(one);
    into.forty.push(forty);
    into.errors += one.errors + forty.errors;
    into.stopsMs.push(...(await measureStops(server, upstream, PLAN.stops)));
    into.tokensPerSecond.push(await measureThroughput(server, PLAN.throughput));
  } finally {
    await server.close();
  }
}

async function measureMany(upstream: Upstream): Promise<void> {
  process.stderr.write("1,000 streams …\n");
  const server = await startServer("platen", upstream.url, { bareNextScript: bareNext.script });
  try {
    many.push(await measureManyStreams(server, PLAN.manyMs));
  } finally {
    await server.close();
  }
}

function report(): void {
  const figures = new Map([...runs].map(([kind, run]) => [kind, figuresOf(run)]));
  const pipe = figures.get("pipe");
  const platen = figures.get("platen");
  const rows = [...figures].map(([kind, figure]) => [
    NAMES[kind],
    `${shown(figure.one.p50Ms)} / ${shown(figure.one.p99Ms)}`,
    `×${shown(figure.one.p50Ms / (pipe?.one.p50Ms ?? Number.NaN))}`,
    `${shown(figure.forty.p50Ms)} / ${shown(figure.forty.p99Ms)}`,
    shown(figure.forty.cpuMsPer1000),
    `${shown(figure.stops.p50Ms)} / ${shown(figure.stops.p99Ms)}`,
    shown(figure.tokensPerSecond),
    String(figure.errors),
  ]);
  const columns = [
    "server",
    "added latency, 1 stream, p50 / p99 ms",
    "p50 to the pipe's",
    "40 streams, p50 / p99 ms",
    "CPU ms per 1,000 tokens",
    "Stop → upstream closed, p50 / p99 ms",
    "tokens/s until p99 lag passes 100 ms",
    "errors",
  ];
  const thousand = { ...medianLatency(many), errors: Math.max(...many.map(({ errors }) => errors)) };
  const memoryMb = Math.max(...many.map((run) => run.memoryMb));
  const perSecond = (kind: Kind) => figures.get(kind)?.tokensPerSecond ?? Number.NaN;
  const bars = [
    atMost("added latency p50, ms", platen?.one.p50Ms, 3),
    atMost("added latency p99, ms", platen?.one.p99Ms, 25),
    atMost("Stop → upstream closed p99, ms", platen?.stops.p99Ms, 15),
    atLeast("tokens/s to the bare Next route's", perSecond("platen") / perSecond("next"), 0.8),
    atLeast("tokens/s to the AI SDK's", perSecond("platen") / perSecond("ai"), 3),
    atMost("1,000 streams of 10 tokens/s: added latency p99, ms", thousand.p99Ms, 50),
    atMost("1,000 streams: resident memory at most, MB", memoryMb, 450),
    atMost("1,000 streams: errors", thousand.errors, 0),
  ];
  const barRows = bars.map(({ what, value, bar, isMet }) => [what, shown(value), bar, isMet ? "yes" : "no"]);
  reportPart({
    tables: [table(columns, rows), table(["Platen", "measured", "bar", "met"], barRows)],
    results: {
      machine: { cpus: cpus().length, model: cpus()[0]?.model ?? "", node: process.version },
      isQuick: values.quick,
      rounds: PLAN.rounds,
      servers: Object.fromEntries(figures),
      thousandStreams: { ...thousand, memoryMb },
      bars,
    },
  });
}

function figuresOf({ one, forty, stopsMs, tokensPerSecond, errors }: Runs) {
  return {
    one: medianLatency(one),
    forty: medianLatency(forty),
    stops: { p50Ms: percentile(stopsMs, 0.5), p99Ms: percentile(stopsMs, 0.99), count: stopsMs.length },
    tokensPerSecond: median(tokensPerSecond),
    errors,
  };
}

function atMost(what: string, value = Number.NaN, limit: number) {
  return { what, value, bar: `≤ ${limit}`, isMet: value <= limit };
}

function atLeast(what: string, value: number, limit: number) {
  return { what, value, bar: `≥ ${limit}`, isMet: value >= limit };
}
