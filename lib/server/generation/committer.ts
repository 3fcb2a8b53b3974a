import type { EventRow } from "../store/event-log";
import type { Settlement } from "../store/generation-log";
import { isPassing } from "../store/patience";
import { SHORTEST_TICK_MS } from "./tick";

/**
 * Something that has events to write: it is asked for them when a commit begins, and told when they are committed. One
 * that has failed is asked no more.
 */
export type Committable = {
  take(): { events: readonly EventRow[]; settlement?: Settlement };
  committed(): void;
  failed(error: unknown): void;
};

type Taken = { committable: Committable } & ReturnType<Committable["take"]>;

export type Committer = { schedule(committable: Committable): void };

/**
 * Writes what all running answers have to say in one commit per tick. The first event after a pause waits for nothing but
 * the end of the current turn of the event loop, so that what came in one network read is one event. `isRepeat`: part of
 * what is to be written may have been.
 */
export function createCommitter(
  write: (events: readonly EventRow[], settlements: readonly Settlement[], isRepeat: boolean) => Promise<void>,
  tickMs: () => number = () => SHORTEST_TICK_MS,
): Committer {
  let waiting = new Set<Committable>();
  let isScheduled = false;
  let lastCommitAt = Number.NEGATIVE_INFINITY;

  function scheduleCommit(): void {
    if (isScheduled) return;
    isScheduled = true;
    const sinceMs = performance.now() - lastCommitAt;
    const waitMs = tickMs() - sinceMs;
    if (waitMs <= 0) setImmediate(commitAll);
    else setTimeout(commitAll, waitMs);
  }

  async function commitAll(): Promise<void> {
    const batch = [...waiting].map((committable) => ({ committable, ...committable.take() }));
    // Not cleared: V8 ties what a set held to what it will hold, and once one has grown old all that follow stay.
    waiting = new Set();
    try {
      await writeAll(batch, false);
      for (const { committable } of batch) committable.committed();
    } catch (error) {
      // Each by itself would wait as long again for a store that is away.
      if (batch.length === 1 || isPassing(error)) for (const { committable } of batch) giveUp(committable, error);
      else for (const taken of batch) await commitAlone(taken);
    } finally {
      lastCommitAt = performance.now();
      isScheduled = false;
      if (waiting.size > 0) scheduleCommit();
    }
  }

  async function writeAll(batch: readonly Taken[], isRepeat: boolean): Promise<void> {
    const events = batch.flatMap((taken) => taken.events);
    const settlements = batch.flatMap((taken) => taken.settlement ?? []);
    if (events.length > 0 || settlements.length > 0) await write(events, settlements, isRepeat);
  }

  /** One answer whose conversation was deleted must not take the others of its tick down with it. */
  async function commitAlone(taken: Taken): Promise<void> {
    try {
      await writeAll([taken], true);
      taken.committable.committed();
    } catch (error) {
      giveUp(taken.committable, error);
    }
  }

  function giveUp(committable: Committable, error: unknown): void {
    // What it has said meanwhile would stand in the log without what came before.
    waiting.delete(committable);
    committable.failed(error);
  }

  return {
    schedule(committable) {
      waiting.add(committable);
      scheduleCommit();
    },
  };
}
