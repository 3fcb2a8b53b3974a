import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { shown, table } from "../server/figures";
import { type BenchTab, launch, openTab } from "./browser";
import { availableOf, buildPage, type Contender } from "./contenders";
import { DOCUMENTS } from "./documents";
import { A_COMMIT } from "./measure";
import { serveFolder } from "./site";

/**
 * Where the main thread's time goes: `npx tsx bench/renderer/profile.ts [--peers floor,platen] [--documents 80]`, and in
 * the last tenth of a long document: `--documents 200 --from 0.9`.
 */
const { values } = parseArgs({
  options: {
    peers: { type: "string", default: "floor,platen" },
    documents: { type: "string", default: "80" },
    characters: { type: "string", default: String(A_COMMIT.burst) },
    functions: { type: "string", default: "40" },
    /** The share of the document that is written before anything is recorded. */
    from: { type: "string", default: "0" },
    /** The trace's own names instead of our phases. */
    events: { type: "boolean", default: false },
  },
});

type TraceEvent = { name: string; ph: string; pid: number; tid: number; ts: number; dur?: number; tdur?: number };
type CpuProfile = {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
  timeDeltas: number[];
};

/** Names of the trace's events, by what they are to us; an event inside another is counted as its own phase. */
const PHASES: Record<string, readonly string[]> = {
  "script: functions": ["FunctionCall", "EvaluateScript", "FireAnimationFrame", "TimerFire", "v8.callFunction"],
  "script: microtasks": ["RunMicrotasks", "v8.run"],
  "script: compile": ["v8.compile", "V8.CompileCode", "v8.compileModule", "v8.parseOnBackground"],
  "garbage collection": ["MinorGC", "MajorGC", "V8.GCScavenger", "V8.GC_MC_INCREMENTAL", "BlinkGC.AtomicPhase"],
  style: ["UpdateLayoutTree", "RecalculateStyles", "ScheduleStyleRecalculation", "InvalidateLayout"],
  layout: ["Layout"],
  "pre-paint": ["PrePaint", "UpdateLayerTree"],
  paint: ["Paint", "PaintImage"],
  layerize: ["Layerize"],
  commit: ["Commit"],
  observers: ["IntersectionObserverController::computeIntersections", "ResizeObserver", "HitTest"],
};
const OTHER = "the rest of tasks";
const MOST_EVENTS = 40;
const PHASE_OF = new Map(Object.entries(PHASES).flatMap(([phase, names]) => names.map((name) => [name, phase])));

const document = DOCUMENTS.find(({ name }) => name === values.documents);
if (document === undefined) throw new Error(`there is no document "${values.documents}"`);
const text = document.create();
const phases = new Map<Contender, Map<string, number>>();
for (const contender of availableOf(values.peers.split(",") as Contender[])) await profile(contender);
print();

async function profile(contender: Contender): Promise<void> {
  const folder = await buildPage(contender, true);
  const site = await serveFolder(folder);
  const browser = await launch("free");
  try {
    const traced = await openTab(browser, site.url);
    const commits = await prepare(traced);
    await browser.startTracing(traced.page, { categories: ["toplevel", "devtools.timeline", "v8", "blink", "cc"] });
    await write(traced);
    const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
    await traced.close();
    phases.set(contender, phasesOf(trace.traceEvents, commits));

    const sampled = await openTab(browser, site.url);
    await prepare(sampled);
    await sampled.session.send("Profiler.enable");
    await sampled.session.send("Profiler.setSamplingInterval", { interval: 100 });
    await sampled.session.send("Profiler.start");
    await write(sampled);
    const { profile } = await sampled.session.send("Profiler.stop");
    writeFileSync(join(folder, "profile.cpuprofile"), JSON.stringify(profile));
    printFunctions(contender, profile as CpuProfile, commits, folder);
    await sampled.close();
  } finally {
    await browser.close();
    await site.close();
  }
}

/** Returns how many commits are left to be recorded. */
async function prepare({ page }: BenchTab): Promise<number> {
  const given = [text, Number(values.characters)] as const;
  const commits = await page.evaluate((args) => window.bench.prepare(...args), given);
  const before = Math.round(commits * Number(values.from));
  await page.evaluate(() => window.bench.mount());
  await page.evaluate((end) => window.bench.appendUntil(end, 300_000), before);
  return commits - before;
}

async function write({ page }: BenchTab): Promise<void> {
  await page.evaluate(() => window.bench.appendUntil(Number.POSITIVE_INFINITY, 120_000));
  await page.evaluate(() => window.bench.finish(400));
}

/** Own time of each phase on the busiest main thread, ms a commit. */
function phasesOf(events: readonly TraceEvent[], commits: number): Map<string, number> {
  const main = busiestThread(events.filter(({ name }) => name === "FireAnimationFrame"));
  const spans = events
    .filter((event) => event.ph === "X" && `${event.pid}:${event.tid}` === main)
    .sort((left, right) => left.ts - right.ts || (right.dur ?? 0) - (left.dur ?? 0));
  const ownMs = new Map<string, number>();
  const open: { phase: string; endUs: number }[] = [];
  for (const span of spans) {
    while ((open.at(-1)?.endUs ?? Number.POSITIVE_INFINITY) <= span.ts) open.pop();
    const above = open.at(-1)?.phase;
    const phase = values.events ? span.name : (PHASE_OF.get(span.name) ?? above ?? OTHER);
    const ms = (span.tdur ?? span.dur ?? 0) / 1000 / commits;
    ownMs.set(phase, (ownMs.get(phase) ?? 0) + ms);
    if (above !== undefined) ownMs.set(above, (ownMs.get(above) ?? 0) - ms);
    open.push({ phase, endUs: span.ts + (span.dur ?? 0) });
  }
  return ownMs;
}

function busiestThread(events: readonly TraceEvent[]): string {
  const counts = new Map<string, number>();
  for (const { pid, tid } of events) counts.set(`${pid}:${tid}`, (counts.get(`${pid}:${tid}`) ?? 0) + 1);
  return [...counts].sort(([, left], [, right]) => right - left)[0]?.[0] ?? "";
}

function printFunctions(contender: Contender, profile: CpuProfile, commits: number, folder: string): void {
  const lines = new Map<string, string[]>();
  const nameOf = ({ functionName, url, lineNumber }: CpuProfile["nodes"][number]["callFrame"]) => {
    if (url === "") return functionName;
    const file = new URL(url).pathname;
    if (!lines.has(file)) lines.set(file, sourceNames(join(folder, file)));
    return `${functionName || "(anonymous)"} ${lines.get(file)?.[lineNumber] ?? file}:${lineNumber + 1}`;
  };
  const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const selfMs = new Map<string, number>();
  profile.samples.forEach((id, index) => {
    const name = names.get(id) ?? "";
    selfMs.set(name, (selfMs.get(name) ?? 0) + (profile.timeDeltas[index] ?? 0) / 1000);
  });
  for (const name of ["(idle)", "(program)", "(root)"]) selfMs.delete(name);
  const top = [...selfMs].sort(([, left], [, right]) => right - left).slice(0, Number(values.functions));
  const rows = top.map(([name, ms]) => [name, shown(ms), ((ms / commits) * 1000).toFixed(1)]);
  process.stdout.write(`\n${table([`${contender}: function`, "self, ms", "µs a commit"], rows)}\n`);
}

/** For each line of a bundle, the source file it came from: esbuild names it in a comment above. */
function sourceNames(bundle: string): string[] {
  let source = "";
  return readFileSync(bundle, "utf8")
    .split("\n")
    .map((line) => {
      const named = /^\/\/ (\S+\.[cm]?[jt]sx?)$/.exec(line)?.[1];
      source = named?.replace(/^.*\/node_modules\//, "").replace(/^(?:\.\.\/)+/, "") ?? source;
      return source;
    });
}

function print(): void {
  const contenders = [...phases.keys()];
  const names = values.events ? costliestEvents() : [...Object.keys(PHASES), OTHER];
  const rows = names.map((name) => [
    name,
    ...contenders.map((contender) => (phases.get(contender)?.get(name) ?? 0).toFixed(3)),
  ]);
  const totals = contenders.map((contender) =>
    [...(phases.get(contender)?.values() ?? [])].reduce((total, ms) => total + ms, 0).toFixed(3),
  );
  process.stdout.write(`\n${table(["CPU ms a commit", ...contenders], [...rows, ["together", ...totals]])}\n`);
}

function costliestEvents(): string[] {
  const most = new Map<string, number>();
  for (const ownMs of phases.values()) {
    for (const [name, ms] of ownMs) most.set(name, Math.max(ms, most.get(name) ?? 0));
  }
  const sorted = [...most].sort(([, left], [, right]) => right - left);
  return sorted.slice(0, MOST_EVENTS).map(([name]) => name);
}
