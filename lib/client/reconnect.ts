const BASE_MS = 500;
const CAP_MS = 15_000;

/**
 * Milliseconds to wait before connecting again, after `attempt` failures in a row (0 for the first): full jitter over
 * an interval that doubles from 0.5 s to 15 s, so that readers cut off together do not come back together.
 * `random` is from 0 to 1.
 */
export function reconnectDelay(attempt: number, random: number): number {
  return random * Math.min(CAP_MS, BASE_MS * 2 ** attempt);
}
