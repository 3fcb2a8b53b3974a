import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Usage } from "@/lib/chat/message";
import { type Environment, EXIT_CONFIGURATION, environment, faultList } from "../env";
import { processWide } from "../process-wide";
import { PRICES, type Price, type Rates, WEB_SEARCHES_PRICE } from "./prices-2026-11";

export type PriceList = {
  models: Readonly<Record<string, Price>>;
  /** For a thousand searches. */
  webSearches: number;
  /** For a model that has no price of its own. */
  otherModels: Price;
};

const PRICES_FILE = "prices.json";
/** In `prices.json`, the price of every model that neither it nor our own table names. */
const ANY_OTHER = "*";

const dollars = z.number().min(0).max(1_000_000);
const pricesFile = z.strictObject({
  models: z
    .record(
      z.string().min(1),
      z.strictObject({
        input: dollars,
        output: dollars,
        cacheWrite: dollars.optional(),
        cacheRead: dollars.optional(),
      }),
    )
    .optional(),
  webSearchesPerThousand: dollars.optional(),
});

/** The list with what `text`, the owner's `prices.json`, says instead; or every fault in it as a sentence. */
export function readPriceList(text: string | undefined): PriceList | { faults: readonly string[] } {
  const parsed = pricesFile.safeParse(parseJson(text ?? "{}"));
  if (!parsed.success) {
    return {
      faults: parsed.error.issues.map(({ path, message }) => `${[PRICES_FILE, ...path].join(" → ")}: ${message}.`),
    };
  }
  const { models: given = {}, webSearchesPerThousand = WEB_SEARCHES_PRICE } = parsed.data;
  const own = Object.entries(given).map(([model, { input, output, cacheWrite, cacheRead }]) => [
    model,
    { input, output, cacheWrite: cacheWrite ?? input * 1.25, cacheRead: cacheRead ?? input },
  ]);
  const { [ANY_OTHER]: any, ...named } = Object.fromEntries(own) as Record<string, Price>;
  const models = { ...PRICES, ...named };
  return { models, webSearches: webSearchesPerThousand, otherModels: any ?? dearest(Object.values(models)) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // The schema's own sentence says that it is no object.
  }
}

function dearest(prices: readonly Price[]): Price {
  const highest = (kind: keyof Rates) => Math.max(...prices.map((price) => price[kind]));
  return {
    input: highest("input"),
    output: highest("output"),
    cacheWrite: highest("cacheWrite"),
    cacheRead: highest("cacheRead"),
  };
}

/** The prices in force. Ends the process with every fault of `prices.json` listed (exit 78) when it is wrong. */
export function priceList(): PriceList {
  return processWide("prices", () => {
    const read = readPriceList(readOwnersFile(environment()));
    if (!("faults" in read)) return read;
    console.error(faultList(read.faults));
    return process.exit(EXIT_CONFIGURATION);
  });
}

function readOwnersFile({ dataDir }: Environment): string | undefined {
  try {
    return readFileSync(join(dataDir, PRICES_FILE), "utf8");
  } catch (error) {
    // With DATA_DIR itself not there, the store is what says so.
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    console.error(faultList([`${PRICES_FILE} in DATA_DIR cannot be read.`]));
    return process.exit(EXIT_CONFIGURATION);
  }
}

/** Whether `model` has a price of its own; another one is charged as the dearest, or as `prices.json` says of "*". */
export function hasOwnPrice(model: string, { models }: PriceList): boolean {
  return Object.hasOwn(models, undated(model));
}

function priceOf(model: string, { models, otherModels }: PriceList): Price {
  return (Object.hasOwn(models, undated(model)) ? models[undated(model)] : undefined) ?? otherModels;
}

/** "claude-haiku-4-5-20251001" costs what "claude-haiku-4-5" costs. */
function undated(model: string): string {
  return model.replace(/-\d{8}$/, "");
}

/** A thousandth of a micro-dollar: what one token costs is a whole number of these. */
function nanoUsd(dollarsPerMillion: number): number {
  return Math.ceil(Math.max(0, dollarsPerMillion * 1000 - 1e-6));
}

/** What `usage` cost, in whole micro-dollars, rounded up. */
export function costMicroUsd(model: string, usage: Usage, list: PriceList): number {
  const price = priceOf(model, list);
  const written = usage.cache_creation_input_tokens ?? 0;
  const cached = usage.cache_read_input_tokens ?? 0;
  const read = usage.input_tokens + written + cached;
  const rates = price.long !== undefined && read > price.long.aboveInputTokens ? price.long : price;
  const tokens =
    usage.input_tokens * nanoUsd(rates.input) +
    written * nanoUsd(rates.cacheWrite) +
    cached * nanoUsd(rates.cacheRead) +
    usage.output_tokens * nanoUsd(rates.output);
  const searches = (usage.server_tool_use?.web_search_requests ?? 0) * Math.ceil(list.webSearches * 1000);
  return Math.ceil(tokens / 1000) + searches;
}

/** The most that reading `inputTokens` can cost, in micro-dollars: all of it new, and written to the cache. */
export function highestInputMicroUsd(model: string, inputTokens: number, list: PriceList): number {
  const price = priceOf(model, list);
  const rates = [price, ...(isLong(price, inputTokens) ? [price.long as Rates] : [])];
  return Math.ceil(
    (inputTokens * Math.max(...rates.flatMap((rate) => [nanoUsd(rate.input), nanoUsd(rate.cacheWrite)]))) / 1000,
  );
}

/** What a written token can cost at most after reading `inputTokens`, in nano-dollars. */
export function highestOutputNanoUsd(model: string, inputTokens: number, list: PriceList): number {
  const price = priceOf(model, list);
  return Math.max(nanoUsd(price.output), isLong(price, inputTokens) ? nanoUsd(price.long?.output ?? 0) : 0);
}

function isLong({ long }: Price, inputTokens: number): boolean {
  return long !== undefined && inputTokens > long.aboveInputTokens;
}
