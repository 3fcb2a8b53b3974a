import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Browser } from "@playwright/test";
import { barsTable, judge } from "../bars";
import { reportPart } from "../part";
import { barsOf } from "./bars";
import { type Frames, launch } from "./browser";
import { availableOf, buildPage, CONTENDERS, type Contender, isPeer } from "./contenders";
import { type BenchDocument, DOCUMENTS } from "./documents";
import { A_COMMIT, measure, type Run } from "./measure";
import { comparePageBytes, pageBytesTable } from "./page-bytes";
import { bytesTable, costTable, figuresOf, type Measured, pacedTable, titleOf } from "./report";
import { type Site, serveFolder } from "./site";

type Plan = {
  contenders: readonly Contender[];
  documents: readonly BenchDocument[];
  /** Written a delta a commit too, beside the floor alone: the peers would need many minutes. */
  fineDocuments: readonly BenchDocument[];
  pacedDocuments: readonly BenchDocument[];
  rounds: number;
  /** Wall clock for one run; an adversarial document gets half of it. */
  limitMs: number;
  /** A run that took longer is not repeated. */
  slowMs: number;
  /** No peer is measured once more in a round that begins after it. */
  budgetMs: number;
};

/** Runs the contenders one after another in each round, since what else the machine does changes: ratios are the point. */
async function runRenderer(plan: Plan): Promise<{ free: Measured[]; paced: Measured[] }> {
  const sites = new Map<Contender, Site>();
  for (const contender of plan.contenders) sites.set(contender, await serveFolder(await buildPage(contender)));
  try {
    const free = await withBrowser("free", (browser) => runRounds(browser, sites, plan));
    const paced = await withBrowser("paced", (browser) =>
      runRounds(browser, sites, { ...plan, documents: plan.pacedDocuments, fineDocuments: [], rounds: 1 }),
    );
    return { free, paced };
  } finally {
    for (const site of sites.values()) await site.close();
  }
}

async function withBrowser<Result>(frames: Frames, use: (browser: Browser) => Promise<Result>): Promise<Result> {
  const browser = await launch(frames);
  try {
    return await use(browser);
  } finally {
    await browser.close();
  }
}

async function runRounds(browser: Browser, sites: Map<Contender, Site>, plan: Plan): Promise<Measured[]> {
  const cells = cellsOf([...sites.keys()], plan).map((cell) => ({ ...cell, runs: [] as Run[], isSlow: false }));
  const startMs = performance.now();
  for (let round = 0; round < plan.rounds; round++) {
    const isLate = performance.now() - startMs > plan.budgetMs;
    // Each round begins elsewhere, so that no one is always first.
    const order = cells.map((_, index) => cells[(index + round) % cells.length] as (typeof cells)[number]);
    for (const cell of order) {
      const { document, contender, charactersEach } = cell;
      if (cell.isSlow || (isLate && isPeer(contender))) continue;
      const more = A_COMMIT.burst / charactersEach;
      const limitMs = (plan.limitMs * more) / (document.isAdversarial ? 2 : 1);
      const beganMs = performance.now();
      const site = sites.get(contender) as Site;
      const run = await measure(browser, { site, document, limitMs, charactersEach });
      cell.runs.push(run);
      cell.isSlow = performance.now() - beganMs > plan.slowMs * more;
      process.stderr.write(`${titleOf(cell)}, ${contender}: ${Math.round(run.totalMs)} ms\n`);
    }
  }
  return cells.map(({ runs, isSlow: _, ...cell }) => ({ ...cell, figures: figuresOf(runs) }));
}

/** What is measured in a round: each document by each contender. */
function cellsOf(
  contenders: readonly Contender[],
  { documents, fineDocuments }: Plan,
): Pick<Measured, "document" | "charactersEach" | "contender">[] {
  const ours = contenders.filter((contender) => !isPeer(contender));
  return [
    ...documents.flatMap((document) =>
      contenders.map((contender) => ({ document, charactersEach: A_COMMIT.burst, contender })),
    ),
    ...fineDocuments.flatMap((document) =>
      ours.map((contender) => ({ document, charactersEach: A_COMMIT.delta, contender })),
    ),
  ];
}

function planOf(given: string[]): Plan & { isQuick: boolean; withPage: boolean } {
  const { values } = parseArgs({
    args: given,
    options: {
      quick: { type: "boolean", default: false },
      documents: { type: "string" },
      peers: { type: "string" },
      paced: { type: "string" },
      rounds: { type: "string" },
      fine: { type: "string" },
      /** Seconds for one run: the slowest need minutes for 200 KB. */
      limit: { type: "string", default: "60" },
    },
  });
  const documents = (names: string) => DOCUMENTS.filter(({ name }) => names.split(",").includes(name));
  const contenders = values.peers?.split(",") ?? (values.quick ? ["floor", "platen", "streamdown"] : CONTENDERS);
  const everything = DOCUMENTS.map(({ name }) => name).join();
  return {
    isQuick: values.quick,
    withPage: !values.quick && values.documents === undefined,
    contenders: availableOf(CONTENDERS.filter((name) => contenders.includes(name))),
    documents: documents(values.documents ?? (values.quick ? "20,80" : everything)),
    fineDocuments: documents(values.fine ?? (values.quick ? "" : "80,200")),
    pacedDocuments: documents(values.paced ?? (values.quick ? "20" : "80")),
    rounds: Number(values.rounds ?? (values.quick ? 2 : 3)),
    limitMs: Number(values.limit) * 1000,
    slowMs: values.quick ? 20_000 : 50_000,
    budgetMs: (values.quick ? 1.5 : 20) * 60_000,
  };
}

async function main(given: string[]): Promise<void> {
  const { isQuick, withPage, ...plan } = planOf(given);
  const { free, paced } = await runRenderer(plan);
  const page = withPage ? await comparePageBytes() : undefined;
  const bars = judge(barsOf({ free, paced, page }));
  const rows = (measured: Measured[]) =>
    measured.map(({ document, figures, ...of }) => ({ document: document.name, ...of, ...figures }));
  reportPart({
    tables: [
      costTable(free),
      ...(paced.length > 0 ? [pacedTable(paced)] : []),
      bytesTable(free),
      ...(page === undefined ? [] : [pageBytesTable(page)]),
      barsTable(bars),
    ],
    results: {
      machine: { cpus: cpus().length, model: cpus()[0]?.model ?? "", node: process.version },
      isQuick,
      free: rows(free),
      paced: rows(paced),
      page,
      bars,
    },
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
