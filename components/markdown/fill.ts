import { enliven } from "./enliven";
import { type LiveMarkdown, showMarkdown } from "./live-markdown";
import { inSlices } from "./slices";

/** So much text is parsed and shown in well under a slice. */
const PIECE_LENGTH = 4096;
/** What a reader may wait for before the first paint. */
const FIRST_MS = 12;

type Job = { element: HTMLElement; isRendered: boolean; rest: string; view: LiveMarkdown | undefined };

const jobs: Job[] = [];
let isFilling = false;

/**
 * Shows a text that will not change. What the server has rendered is kept. Of many texts the last comes first, for it is
 * where the reader begins; what cannot be shown before the next paint follows in slices.
 */
export function fill(element: HTMLElement, text: string): void {
  const isRendered = element.firstChild !== null;
  if (text === "" && !isRendered) return;
  // A text that was corrected before it was shown whole: the earlier one would be written on into it.
  const before = jobs.findIndex((job) => job.element === element);
  if (before >= 0) jobs.splice(before, 1);
  jobs.push({ element, isRendered, rest: text, view: undefined });
  if (isFilling) return;
  isFilling = true;
  queueMicrotask(() => {
    const end = performance.now() + FIRST_MS;
    while (jobs.length > 0 && performance.now() < end) fillPiece();
    inSlices(fillPiece);
  });
}

/** Whether there is more. */
function fillPiece(): boolean {
  const job = jobs.at(-1);
  if (job === undefined) {
    isFilling = false;
    return false;
  }
  if (job.isRendered || !job.element.isConnected) {
    jobs.pop();
    if (job.element.isConnected) enliven(job.element);
    return true;
  }
  job.view ??= showMarkdown(job.element, "", { hasCaret: false });
  job.view.append(job.rest.slice(0, PIECE_LENGTH));
  job.rest = job.rest.slice(PIECE_LENGTH);
  if (job.rest === "") {
    job.view.finish();
    jobs.splice(jobs.indexOf(job), 1);
  }
  return true;
}
