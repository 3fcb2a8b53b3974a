import { setTimeout as sleep } from "node:timers/promises";
import { isPostgres, type Store } from "../store/database";
import { endOfJournal, sortIn, trimJournal } from "../store/event-log";
import type { RunningGeneration } from "./running-generation";

const STEP_MS = 100;
const STEPS = 40;
const FEWEST_AT_ONCE = 10;

type Answer = Pick<RunningGeneration, "rowsAfter">;

type Place = {
  store: Store;
  instanceId: string;
  running: ReadonlyMap<string, Answer>;
  /** Whether this instance has given up an answer that is not settled yet: what it wrote is in the journal alone. */
  hasOrphan(): Promise<boolean>;
  stepMs?: number;
};

/**
 * Returns what keeps SQLite's journal short: it sorts what this instance wrote into the logs of the answers under way, a
 * few answers at a time, and then empties the journal of it. A log gets its events of seconds in one stretch and is
 * touched once for them. While it is at work, a further call does nothing.
 */
export function createFolding({ store, instanceId, running, hasOrphan, stepMs = STEP_MS }: Place): () => Promise<void> {
  /** How many events of an answer are sorted in. */
  const sorted = new WeakMap<Answer, number>();
  let isAtWork = false;

  async function fold(): Promise<void> {
    const end = await endOfJournal(store);
    if (end === 0) return;
    // An answer hears a moment after its commit that its events are on the disk.
    await sleep(stepMs, undefined, { ref: false });
    // Whoever comes later writes behind the end; whoever has ended has left a whole log.
    const answers = [...running.values()];
    const atOnce = Math.max(FEWEST_AT_ONCE, Math.ceil(answers.length / STEPS));
    for (let at = 0; at < answers.length; at += atOnce) {
      await sortSome(answers.slice(at, at + atOnce));
      await sleep(stepMs, undefined, { ref: false });
    }
    if (!(await hasOrphan())) await trimJournal(store, instanceId, end);
  }

  async function sortSome(answers: readonly Answer[]): Promise<void> {
    const taken = answers.map((answer) => {
      const after = sorted.get(answer) ?? 0;
      const rows = answer.rowsAfter(after);
      return { answer, rows, last: after + rows.length };
    });
    await sortIn(
      store,
      taken.flatMap(({ rows }) => rows),
    );
    for (const { answer, last } of taken) sorted.set(answer, last);
  }

  return async () => {
    if (isAtWork || isPostgres(store)) return;
    isAtWork = true;
    try {
      await fold();
    } finally {
      isAtWork = false;
    }
  };
}
