import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Not one of Claude's: of those a title is asked for as well, a while after a test has ended. */
export const PRICED_MODEL = "priced";

/** Settings for that model, at 2 dollars read, 10 written, 2.50 into the cache and 0.10 from it, for a million tokens. */
export function pricedModel(): Record<string, string> {
  const dataDir = mkdtempSync(join(tmpdir(), "platen-priced-"));
  const price = { input: 2, output: 10, cacheWrite: 2.5, cacheRead: 0.1 };
  writeFileSync(join(dataDir, "prices.json"), JSON.stringify({ models: { [PRICED_MODEL]: price } }));
  return { DATA_DIR: dataDir, ANTHROPIC_MODEL: PRICED_MODEL };
}
