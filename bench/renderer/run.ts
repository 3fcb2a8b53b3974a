import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Browser } from "@playwright/test";
import { barsTable, judge } from "../bars";
import { reportPart } from "../part";
import { barsOf } from "./bars";
import { type Frames, launch } from "./browser";
import { availableOf, buildPage, CONTENDERS, type Contender } from "./contenders";
import { type BenchDocument, DOCUMENTS } from "./documents";
import { CHARACTERS_A_COMMIT, measure, type Run } from "./measure";
import { comparePageBytes, pageBytesTable } from "./page-bytes";
import { bytesTable, costTable, figuresOf, type Measured, pacedTable } from "./report";
import { type Site, serveFolder } from "./site";

type Plan = {
  contenders: readonly Contender[];
  documents: readonly BenchDocument[];
  pacedDocuments: readonly BenchDocument[];
  rounds: number;
  charactersEach: number;
  /** Wall clock for one run; an adversarial document gets half of it. */
  limitMs: number;
  /** A run that took longer is not repeated. */
  slowMs: number;
  /** No further round begins after it. */
  budgetMs: number;
};

/** Runs the contenders one after another in each round, since what else the machine does changes: ratios are the point. */
async function runRenderer(plan: Plan): Promise<{ free: Measured[]; paced: Measured[] }> {
  const sites = new Map<Contender, Site>();
  for (const contender of plan.contenders) sites.set(contender, await serveFolder(await buildPage(contender)));
  try {
    const free = await withBrowser("free", (browser) => runRounds(browser, sites, plan));
    const paced = await withBrowser("paced", (browser) =>
      runRounds(browser, sites, { ...plan, documents: plan.pacedDocuments, rounds: 1 }),
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
  const cells = plan.documents.flatMap((document) =>
    [...sites].map(([contender, site]) => ({ document, contender, site, runs: [] as Run[], isSlow: false })),
  );
  const startMs = performance.now();
  for (let round = 0; round < plan.rounds && performance.now() - startMs < plan.budgetMs; round++) {
    // Each round begins elsewhere, so that no one is always first.
    const order = cells.map((_, index) => cells[(index + round) % cells.length] as (typeof cells)[number]);
    for (const cell of order) {
      if (cell.isSlow) continue;
      const { document, contender, site } = cell;
      const limitMs = document.isAdversarial ? plan.limitMs / 2 : plan.limitMs;
      const beganMs = performance.now();
      const run = await measure(browser, { site, document, limitMs, charactersEach: plan.charactersEach });
      cell.runs.push(run);
      cell.isSlow = performance.now() - beganMs > plan.slowMs;
      process.stderr.write(`${document.title}, ${contender}: ${Math.round(run.totalMs)} ms\n`);
    }
  }
  return cells.map(({ document, contender, runs }) => ({ document, contender, figures: figuresOf(runs) }));
}

function planOf(given: string[]): Plan & { isQuick: boolean } {
  const { values } = parseArgs({
    args: given,
    options: {
      quick: { type: "boolean", default: false },
      documents: { type: "string" },
      peers: { type: "string" },
      paced: { type: "string" },
      rounds: { type: "string" },
      characters: { type: "string", default: String(CHARACTERS_A_COMMIT) },
      /** Seconds for one run: the slowest need minutes for 200 KB. */
      limit: { type: "string", default: "60" },
    },
  });
  const documents = (names: string) => DOCUMENTS.filter(({ name }) => names.split(",").includes(name));
  const contenders = values.peers?.split(",") ?? (values.quick ? ["floor", "platen", "streamdown"] : CONTENDERS);
  const everything = DOCUMENTS.map(({ name }) => name).join();
  return {
    isQuick: values.quick,
    contenders: availableOf(CONTENDERS.filter((name) => contenders.includes(name))),
    documents: documents(values.documents ?? (values.quick ? "20,80" : everything)),
    pacedDocuments: documents(values.paced ?? (values.quick ? "20" : "80")),
    rounds: Number(values.rounds ?? (values.quick ? 2 : 3)),
    charactersEach: Number(values.characters),
    limitMs: Number(values.limit) * 1000,
    slowMs: values.quick ? 20_000 : 50_000,
    budgetMs: (values.quick ? 1.5 : 20) * 60_000,
  };
}

async function main(given: string[]): Promise<void> {
  const { isQuick, ...plan } = planOf(given);
  const { free, paced } = await runRenderer(plan);
  const page = given.length === 0 ? await comparePageBytes() : undefined;
  const bars = judge(barsOf({ free, paced, page }));
  const rows = (measured: Measured[]) =>
    measured.map(({ document, contender, figures }) => ({ document: document.name, contender, ...figures }));
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
      charactersACommit: plan.charactersEach,
      free: rows(free),
      paced: rows(paced),
      page,
      bars,
    },
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
