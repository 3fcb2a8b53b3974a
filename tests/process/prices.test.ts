import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { launch, startServer } from "./server";

function dataDirWith(prices: string): string {
  const dataDir = mkdtempSync(join(tmpdir(), "platen-prices-"));
  writeFileSync(join(dataDir, "prices.json"), prices);
  return dataDir;
}

test("a wrong prices.json ends the start with 78 and every fault in it", async () => {
  const DATA_DIR = dataDirWith('{"models": {"a": {"input": -1}}, "typo": 1}');
  const server = await launch({ DATA_DIR }, "serve.mjs");
  expect(await server.exited).toBe(78);
  for (const fault of ["models → a → input", "models → a → output", '"typo"']) {
    expect(server.output()).toContain(fault);
  }
});

test("a ceiling over a model that nobody priced is said at the start, and not where the owner has priced it", async () => {
  const settings = { ANTHROPIC_BASE_URL: "http://127.0.0.1:9", ANTHROPIC_MODEL: "llama", DAILY_BUDGET_USD: "1" };
  const unpriced = await startServer(settings);
  await unpriced.end("SIGKILL");
  expect(unpriced.output()).toContain("price_unknown");
  const DATA_DIR = dataDirWith('{"models": {"llama": {"input": 0, "output": 0}}}');
  const priced = await startServer({ ...settings, DATA_DIR });
  await priced.end("SIGKILL");
  expect(priced.output()).not.toContain("price_unknown");
});
