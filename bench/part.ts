import { writeFileSync } from "node:fs";

/** Where a part of the bench leaves its results for `bench/run.ts`; unset when the part is run alone. */
export const RESULTS_FILE = "PLATEN_BENCH_RESULTS";

/** Prints the tables of one part, and leaves its results to be kept in `bench/results.json`. */
export function reportPart({ tables, results }: { tables: readonly string[]; results: unknown }): void {
  process.stdout.write(`\n${tables.join("\n\n")}\n`);
  const file = process.env[RESULTS_FILE];
  if (file !== undefined) writeFileSync(file, JSON.stringify(results));
}
