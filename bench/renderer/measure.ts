import type { Browser } from "@playwright/test";
import { type BenchTab, heapBytes, mainThreadMs, openTab } from "./browser";
import { answer, type BenchDocument } from "./documents";

/** What a commit brings, in characters on average. */
export const A_COMMIT = {
  /** About a frame at 1,200 characters a second: five deltas. */
  burst: 20,
  /** About a frame at 250 characters a second, the rate at which answers come. */
  delta: 4,
} as const;
const TENTHS = 10;
const QUIET_MS = 400;

/** One contender writing one document, a commit in each frame. */
export type Run = {
  commits: number;
  /** Below 1 when the time was over before the document was. */
  shareDone: number;
  /** CPU time of the main thread from the first commit until all has come to rest, ms. */
  totalMs: number;
  finishMs: number;
  /** The same a commit, for each tenth of the document that was done. */
  tenthsMs: number[];
  longTasksMs: number[];
  /** Between two commits, wall clock. */
  gapsMs: number[];
  /** Kept on the script heap by the document alone, and with all that was loaded for it. */
  heapBytes: { document: number; withLibraries: number };
  scriptBytes: { initial: number; lazy: number };
  shown: { characters: number; elements: number };
};

type Setup = {
  site: { url: string; scriptBytes(): number };
  document: BenchDocument;
  charactersEach: number;
  limitMs: number;
};

/** Runs it in a new renderer process, after a short answer with every feature has loaded what the contender loads late. */
export async function measure(browser: Browser, { site, document, charactersEach, limitMs }: Setup): Promise<Run> {
  const tab = await openTab(browser, site.url);
  try {
    const initial = site.scriptBytes();
    const emptyBytes = await heapBytes(tab.session);
    await warmUp(tab);
    const cut = [document.create(), charactersEach] as const;
    const commits = await tab.page.evaluate((args) => window.bench.prepare(...args), cut);
    const warmBytes = await heapBytes(tab.session);
    const written = await write(tab, commits, limitMs);
    const fullBytes = await heapBytes(tab.session);
    return {
      ...written,
      heapBytes: { document: fullBytes - warmBytes, withLibraries: fullBytes - emptyBytes },
      scriptBytes: { initial, lazy: site.scriptBytes() - initial },
      shown: await tab.page.evaluate(() => window.bench.shown()),
    };
  } finally {
    await tab.close();
  }
}

async function warmUp({ page }: BenchTab): Promise<void> {
  const text = answer(5000, 7);
  await page.evaluate((given) => window.bench.prepare(given, 50), text);
  await page.evaluate(() => window.bench.mount());
  await page.evaluate(() => window.bench.appendUntil(Number.POSITIVE_INFINITY, 20_000));
  await page.evaluate((quietMs) => window.bench.finish(quietMs), QUIET_MS);
  await page.evaluate(() => window.bench.unmount());
}

type Written = Omit<Run, "heapBytes" | "scriptBytes" | "shown">;

async function write({ page, session }: BenchTab, all: number, limitMs: number): Promise<Written> {
  await page.evaluate(() => window.bench.mount());
  await page.evaluate(() => window.bench.takeFrames());
  const untilMs = performance.now() + limitMs;
  const tenthsMs: number[] = [];
  const startMs = await mainThreadMs(session);
  let atMs = startMs;
  let commits = 0;
  for (let tenth = 1; tenth <= TENTHS && performance.now() < untilMs; tenth++) {
    const end = Math.round((all * tenth) / TENTHS);
    const deadline = [end, untilMs - performance.now()] as const;
    const done = await page.evaluate((args) => window.bench.appendUntil(...args), deadline);
    const nowMs = await mainThreadMs(session);
    // Of a tenth that was cut off too early its few commits say little.
    if (done === end || done - commits > 20) tenthsMs.push((nowMs - atMs) / (done - commits));
    atMs = nowMs;
    commits = done;
  }
  await page.evaluate((quietMs) => window.bench.finish(quietMs), QUIET_MS);
  const endMs = await mainThreadMs(session);
  const { longTasksMs, gapsMs } = await page.evaluate(() => window.bench.takeFrames());
  return {
    commits,
    shareDone: commits / all,
    totalMs: endMs - startMs,
    finishMs: endMs - atMs,
    tenthsMs,
    longTasksMs,
    gapsMs,
  };
}
