import { performance } from "node:perf_hooks";

export const SHORTEST_TICK_MS = 4;
/** A reader's eye does not see it, and Stop does not wait for it. */
const LONGEST_TICK_MS = 40;
const SAMPLE_MS = 100;
/** From here on the tick grows; where the process is busy all the time it is the longest. */
const BUSY_FROM = 0.6;
const BUSY_TO = 0.95;

/** Milliseconds from one commit to the next, for a process that is busy for this share of its time, from 0 to 1. */
export function tickAt(utilization: number): number {
  const busy = Math.min(1, Math.max(0, (utilization - BUSY_FROM) / (BUSY_TO - BUSY_FROM)));
  return SHORTEST_TICK_MS + busy * (LONGEST_TICK_MS - SHORTEST_TICK_MS);
}

/**
 * The tick of this process: the busier it is, the more is written, sent and merged at once, so that it gets slower by
 * some milliseconds instead of falling behind.
 */
export function tickByLoad(): () => number {
  let tickMs = SHORTEST_TICK_MS;
  let sampledAt = performance.now();
  let sample = performance.eventLoopUtilization();
  return () => {
    const now = performance.now();
    if (now - sampledAt < SAMPLE_MS) return tickMs;
    const next = performance.eventLoopUtilization();
    tickMs = tickAt(performance.eventLoopUtilization(next, sample).utilization);
    sampledAt = now;
    sample = next;
    return tickMs;
  };
}
