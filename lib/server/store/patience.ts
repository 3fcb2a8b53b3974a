const FIRST_WAIT_MS = 25;
const LONGEST_WAIT_MS = 500;

/**
 * Runs `work` until it succeeds, fails for good, or `patienceMs` have passed; then throws the last error. Only what
 * passes by itself is tried again: a lock, a lost connection, a database that is restarting. `isRepeat` tells the work
 * that an earlier try may have been carried out although its answer was lost.
 */
export async function withPatience<Result>(
  patienceMs: number,
  work: (isRepeat: boolean) => Promise<Result>,
): Promise<Result> {
  const deadline = Date.now() + patienceMs;
  for (
    let waitMs = FIRST_WAIT_MS, isRepeat = false;
    ;
    waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2), isRepeat = true
  ) {
    try {
      return await work(isRepeat);
    } catch (error) {
      if (!isPassing(error) || Date.now() + waitMs > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}

/** PostgreSQL's classes 08 (connection) and 57P (shutdown), 40 (rollback: try again), 53300 (too many connections). */
const PASSING_SQLSTATE = /^(08|57P|40|53300)/;
const PASSING_CODES = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN"]);

/** Whether it passes by itself. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as NodeJS.ErrnoException).code;
  // pg tells of a connection that ended, or was not to be had in time, by an error without a code.
  if (code === undefined) return error.constructor === Error;
  return (
    code.startsWith("SQLITE_BUSY") ||
    code.startsWith("SQLITE_LOCKED") ||
    PASSING_CODES.has(code) ||
    PASSING_SQLSTATE.test(code)
  );
}

/** Whether the store, rather than our own code, is what failed. */
export function isStoreFault(error: unknown): boolean {
  if (isPassing(error)) return true;
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === "string" && /^(SQLITE_(?!CONSTRAINT)|ENOSPC|EROFS|EACCES|53|58)/.test(code);
}
