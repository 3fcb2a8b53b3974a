import type { Mount, Mounted } from "./contender";
import { inPieces } from "./pieces";

/** What the driver (`measure.ts`) calls in the page. */
export type BenchPage = {
  /** Cuts the text, so that neither the cutting nor the pieces are measured; returns how many there are. */
  prepare(text: string, charactersEach: number): number;
  /** Mounts a new renderer in an empty sheet. */
  mount(): void;
  unmount(): void;
  /** One piece, then one frame, and so on until `end` pieces are shown or the time is over. Returns how many are. */
  appendUntil(end: number, deadlineMs: number): Promise<number>;
  /** Ends the answer and waits until nothing has changed in the document for `quietMs`. */
  finish(quietMs: number): Promise<void>;
  /** What was seen since the last call. */
  takeFrames(): Frames;
  /** A picture of what is shown, to see that a contender did its work. */
  shown(): { characters: number; elements: number };
};

export type Frames = {
  /** Lengths in ms of the tasks of 50 ms and more. */
  longTasksMs: number[];
  /** Times between two commits in ms. */
  gapsMs: number[];
};

/** Puts the bench into the page. */
export function start(mountContender: Mount): void {
  let pieces: string[] = [];
  let count = 0;
  let mounted: Mounted | undefined;
  let frames: Frames = { longTasksMs: [], gapsMs: [] };
  const scroller = addDiv(document.body, "bench-scroller");
  let sheet = addDiv(scroller, "bench-sheet");

  // As chat pages do: the end stays in view, and is looked at only when the height has changed.
  const follow = new ResizeObserver(() => {
    scroller.scrollTop = scroller.scrollHeight;
  });
  const noteLongTasks = (entries: PerformanceEntryList) =>
    frames.longTasksMs.push(...entries.map(({ duration }) => duration));
  const longTasks = new PerformanceObserver((list) => noteLongTasks(list.getEntries()));
  longTasks.observe({ type: "longtask" });

  const page: BenchPage = {
    prepare(text, charactersEach) {
      pieces = inPieces(text, charactersEach);
      count = 0;
      return pieces.length;
    },
    mount() {
      follow.observe(sheet);
      mounted = mountContender(sheet);
    },
    unmount() {
      follow.disconnect();
      sheet.remove();
      sheet = addDiv(scroller, "bench-sheet");
      mounted = undefined;
    },
    async appendUntil(end, deadlineMs) {
      const untilMs = performance.now() + deadlineMs;
      let lastMs = await nextFrame();
      const last = Math.min(end, pieces.length);
      while (count < last) {
        mounted?.append(pieces[count++] as string);
        const nowMs = await nextFrame();
        frames.gapsMs.push(nowMs - lastMs);
        lastMs = nowMs;
        if (performance.now() > untilMs) break;
      }
      return count;
    },
    async finish(quietMs) {
      mounted?.finish();
      await untilQuiet(sheet, quietMs);
    },
    takeFrames() {
      noteLongTasks(longTasks.takeRecords());
      const taken = frames;
      frames = { longTasksMs: [], gapsMs: [] };
      return taken;
    },
    shown: () => ({ characters: sheet.textContent.length, elements: sheet.querySelectorAll("*").length }),
  };
  Object.assign(window, { bench: page });
}

function addDiv(parent: HTMLElement, className: string): HTMLDivElement {
  const div = document.createElement("div");
  div.className = className;
  parent.append(div);
  return div;
}

function nextFrame(): Promise<number> {
  return new Promise(requestAnimationFrame);
}

function untilQuiet(element: HTMLElement, quietMs: number): Promise<void> {
  return new Promise((resolve) => {
    let timer = setTimeout(done, quietMs);
    const observer = new MutationObserver(() => {
      clearTimeout(timer);
      timer = setTimeout(done, quietMs);
    });
    observer.observe(element, { subtree: true, childList: true, characterData: true, attributes: true });
    function done(): void {
      observer.disconnect();
      resolve();
    }
  });
}
