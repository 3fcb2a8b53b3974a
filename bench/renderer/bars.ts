import type { Bar } from "../bars";
import type { ComparedBytes } from "./page-bytes";
import { costRatio, type Measured, of, titleOf } from "./report";

type Seen = { free: readonly Measured[]; paced: readonly Measured[]; page: ComparedBytes | undefined };

/** To the floor's cost, and to streamdown's with all its plugins. */
const COST: Record<string, { floor: number; streamdown: number }> = {
  "80": { floor: 1.4, streamdown: 0.18 },
  "200": { floor: 1.3, streamdown: 0.11 },
};
const MAX_GROWTH = 1.2;
const MAX_HEAP_SHARE = 0.05;
const MAX_PAGE_KB = 70;

/** The bars of the renderer that this run can say something about. */
export function barsOf({ free, paced, page }: Seen): Bar[] {
  return [
    ...free.filter(({ contender }) => contender === "platen").flatMap((platen) => costBars(platen, free)),
    ...paced
      .filter(({ contender }) => contender === "platen")
      .map(({ document, figures }) => ({
        name: `${document.title}: tasks over 50 ms at 60 frames/s`,
        atMost: 0,
        measured: figures.longTasks.count,
      })),
    ...(page === undefined
      ? []
      : [{ name: "scripts beyond an empty page, gzip kB", atMost: MAX_PAGE_KB, measured: page.beyondScripts / 1000 }]),
  ];
}

function costBars(platen: Measured, free: readonly Measured[]): Bar[] {
  const { document, figures } = platen;
  const title = titleOf(platen);
  const bars: Bar[] = [];
  for (const rival of ["floor", "streamdown"] as const) {
    const theirs = of(free, platen, rival);
    const atMost = COST[document.name]?.[rival];
    if (theirs !== undefined && atMost !== undefined)
      bars.push({ name: `${title}: cost to ${rival}'s`, atMost, measured: costRatio(figures, theirs) });
  }
  bars.push({ name: `${title}: growth of a commit's cost`, atMost: MAX_GROWTH, measured: figures.growth });
  const streamdown = of(free, platen, "streamdown");
  if (document.name === "200" && streamdown !== undefined) {
    const measured = figures.heapMb.document / streamdown.heapMb.document;
    bars.push({ name: `${title}: heap kept, to streamdown's`, atMost: MAX_HEAP_SHARE, measured });
  }
  return bars;
}
