import { median, percentile, shown, table } from "../server/figures";
import { type Contender, TITLES } from "./contenders";
import type { BenchDocument } from "./documents";
import { A_COMMIT, type Run } from "./measure";

/** The middle of several runs of one contender on one document. */
export type Figures = {
  runs: number;
  shareDone: number;
  totalMs: number;
  finishMs: number;
  commitMs: { first: number; last: number };
  /** CPU ms a commit in each tenth that every run has done. */
  tenthsMs: number[];
  /** The last tenth's cost of a commit by the first's. */
  growth: number;
  longTasks: { count: number; longestMs: number };
  heapMb: { document: number; withLibraries: number };
  scriptKb: { initial: number; lazy: number };
  gapMs: { p50: number; p99: number; longest: number };
  shown: Run["shown"];
};

export type Measured = { document: BenchDocument; charactersEach: number; contender: Contender; figures: Figures };

/** What was written, and how finely it was cut where that is not the rule. */
export function titleOf({ document, charactersEach }: Pick<Measured, "document" | "charactersEach">): string {
  return charactersEach === A_COMMIT.burst
    ? document.title
    : `${document.title}, ${charactersEach} characters a commit`;
}

/** What several runs come to. There is at least one. */
export function figuresOf(runs: readonly Run[]): Figures {
  const middle = (read: (run: Run) => number) => median(runs.map(read));
  const tenths = Math.min(...runs.map(({ tenthsMs }) => tenthsMs.length));
  const tenthsMs = Array.from({ length: tenths }, (_, index) => middle((run) => run.tenthsMs[index] ?? Number.NaN));
  const commitMs = { first: tenthsMs[0] ?? Number.NaN, last: tenthsMs.at(-1) ?? Number.NaN };
  const gapsMs = runs.flatMap((run) => run.gapsMs);
  return {
    runs: runs.length,
    shareDone: Math.min(...runs.map(({ shareDone }) => shareDone)),
    totalMs: middle(({ totalMs }) => totalMs),
    finishMs: middle(({ finishMs }) => finishMs),
    commitMs,
    tenthsMs,
    growth: commitMs.last / commitMs.first,
    longTasks: {
      count: middle(({ longTasksMs }) => longTasksMs.length),
      longestMs: middle(({ longTasksMs }) => Math.max(0, ...longTasksMs)),
    },
    heapMb: {
      document: middle(({ heapBytes }) => heapBytes.document) / 1e6,
      withLibraries: middle(({ heapBytes }) => heapBytes.withLibraries) / 1e6,
    },
    scriptKb: {
      initial: middle(({ scriptBytes }) => scriptBytes.initial) / 1000,
      lazy: middle(({ scriptBytes }) => scriptBytes.lazy) / 1000,
    },
    gapMs: {
      p50: median(gapsMs),
      p99: percentile(gapsMs, 0.99),
      longest: gapsMs.reduce((longest, gap) => Math.max(longest, gap), 0),
    },
    shown: runs[0]?.shown ?? { characters: 0, elements: 0 },
  };
}

/** Cost without waiting between commits, a row for each contender and document. */
export function costTable(measured: readonly Measured[]): string {
  const rows = measured.map((one) => {
    const { contender, figures } = one;
    return [
      titleOf(one),
      TITLES[contender],
      isCut(figures)
        ? `over ${shown(figures.totalMs)} (cut off at ${Math.round(figures.shareDone * 100)} %)`
        : shown(figures.totalMs),
      ratio(figures, of(measured, one, "floor")),
      ratio(of(measured, one, "streamdown"), figures),
      `${shown(figures.commitMs.first)} → ${shown(figures.commitMs.last)}`,
      `×${shown(figures.growth)}`,
      `${figures.longTasks.count} (${shown(figures.longTasks.longestMs)})`,
      `${shown(figures.heapMb.document)} (${shown(figures.heapMb.withLibraries)})`,
      String(figures.runs),
    ];
  });
  const columns = [
    "document",
    "renderer",
    "main thread, CPU ms",
    "to the floor's",
    "streamdown's to it",
    "ms a commit, first → last tenth",
    "growth",
    "long tasks (longest, ms)",
    "heap kept, MB (with libraries)",
    "runs",
  ];
  return table(columns, rows);
}

/** What a reader meets at 60 frames a second. */
export function pacedTable(measured: readonly Measured[]): string {
  const rows = measured.map(({ document, contender, figures }) => [
    document.title,
    TITLES[contender] + (isCut(figures) ? ` (cut off at ${Math.round(figures.shareDone * 100)} %)` : ""),
    `${figures.longTasks.count} (${shown(figures.longTasks.longestMs)})`,
    shown(figures.gapMs.p50),
    shown(figures.gapMs.p99),
    shown(figures.gapMs.longest),
  ]);
  const columns = ["document", "renderer, 60 frames/s", "long tasks (longest, ms)", "frame p50, ms", "p99", "longest"];
  return table(columns, rows);
}

/** Scripts loaded, gzip: at once, and when a document needed them. */
export function bytesTable(measured: readonly Measured[]): string {
  const byContender = new Map(measured.map(({ contender, figures }) => [contender, figures.scriptKb]));
  const rows = [...byContender].map(([contender, { initial, lazy }]) => [
    TITLES[contender],
    shown(initial),
    shown(lazy),
    shown(initial + lazy),
  ]);
  return table(["renderer, gzip kB", "at once", "later", "together"], rows);
}

/** The cost of one to another's, where both got to the end; else over the tenths that both have done. */
export function costRatio(one: Figures, other: Figures): number {
  if (!isCut(one) && !isCut(other)) return one.totalMs / other.totalMs;
  const common = Math.min(one.tenthsMs.length, other.tenthsMs.length);
  const sum = ({ tenthsMs }: Figures) => tenthsMs.slice(0, common).reduce((total, ms) => total + ms, 0);
  return sum(one) / sum(other);
}

/** The figures of another contender for what `like` has written. */
export function of(measured: readonly Measured[], like: Measured, contender: Contender): Figures | undefined {
  return measured.find(
    (one) =>
      one.document === like.document && one.charactersEach === like.charactersEach && one.contender === contender,
  )?.figures;
}

function ratio(one: Figures | undefined, other: Figures | undefined): string {
  if (one === undefined || other === undefined) return "–";
  return `×${shown(costRatio(one, other))}`;
}

function isCut({ shareDone }: Figures): boolean {
  return shareDone < 1;
}
