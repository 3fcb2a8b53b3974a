import { describe, expect, test } from "vitest";
import {
  costMicroUsd,
  hasOwnPrice,
  highestInputMicroUsd,
  highestOutputNanoUsd,
  type PriceList,
  readPriceList,
} from "./prices";

function listOf(file?: unknown): PriceList {
  const read = readPriceList(file === undefined ? undefined : JSON.stringify(file));
  if ("faults" in read) throw new Error(read.faults.join("\n"));
  return read;
}

describe("the cost of a call", () => {
  test("counts each kind of token at its own price, and each search", () => {
    const usage = {
      input_tokens: 1_000,
      output_tokens: 100,
      cache_creation_input_tokens: 2_000,
      cache_read_input_tokens: 30_000,
      server_tool_use: { web_search_requests: 2 },
    };
    // Sonnet 5.5: $2, $10, $2.50 and $0.10 for a million; a search is a cent.
    expect(costMicroUsd("claude-sonnet-5-5", usage, listOf())).toBe(2_000 + 1_000 + 5_000 + 3_000 + 20_000);
  });

  test("is rounded up to a whole micro-dollar", () => {
    expect(costMicroUsd("claude-haiku-5-5", { input_tokens: 1, output_tokens: 0 }, listOf())).toBe(1);
  });

  test("of a long prompt is that of long prompts, whatever part of it was cached", () => {
    const usage = { input_tokens: 1, output_tokens: 1_000, cache_read_input_tokens: 100_000 };
    expect(costMicroUsd("claude-haiku-5-5", usage, listOf())).toBe(Math.ceil(0.5 + 5_000 + 2_500));
  });

  test("of a dated model is that of the model", () => {
    const usage = { input_tokens: 1_000, output_tokens: 1_000 };
    expect(costMicroUsd("claude-haiku-4-5-20251001", usage, listOf())).toBe(6_000);
  });

  test("of the demo model is nothing", () => {
    expect(costMicroUsd("demo", { input_tokens: 1e6, output_tokens: 1e6 }, listOf())).toBe(0);
    expect(highestInputMicroUsd("demo", 1e6, listOf())).toBe(0);
  });

  test("of a model nobody priced is that of the dearest", () => {
    const list = listOf();
    expect(hasOwnPrice("llama", list)).toBe(false);
    expect(costMicroUsd("llama", { input_tokens: 1_000, output_tokens: 1_000 }, list)).toBe(25_000 + 125_000);
    expect(costMicroUsd("constructor", { input_tokens: 1_000, output_tokens: 0 }, list)).toBe(25_000);
  });

  test("is never more than what is held for the same tokens", () => {
    const list = listOf();
    for (const model of [...Object.keys(list.models), "llama"]) {
      for (const tokens of [1, 999, 100_001, 250_001]) {
        const held =
          highestInputMicroUsd(model, tokens, list) +
          Math.ceil((tokens * highestOutputNanoUsd(model, tokens, list)) / 1000);
        for (const read of ["input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"]) {
          const usage = { input_tokens: 0, output_tokens: tokens, [read]: tokens };
          expect(costMicroUsd(model, usage, list)).toBeLessThanOrEqual(held);
        }
      }
    }
  });
});

describe("the owner's prices.json", () => {
  test("stands over the table, for one model and for all that are not named", () => {
    const list = listOf({
      models: { "claude-opus-5-5": { input: 1, output: 2 }, "*": { input: 0, output: 0 } },
      webSearchesPerThousand: 20,
    });
    expect(costMicroUsd("claude-opus-5-5", { input_tokens: 1_000, output_tokens: 1_000 }, list)).toBe(3_000);
    expect(costMicroUsd("claude-opus-5", { input_tokens: 1_000, output_tokens: 1_000 }, list)).toBe(30_000);
    const searched = { input_tokens: 9, output_tokens: 9, server_tool_use: { web_search_requests: 1 } };
    expect(costMicroUsd("llama", searched, list)).toBe(20_000);
  });

  test("is refused with every fault listed", () => {
    const read = readPriceList('{"models": {"a": {"input": -1, "output": "2"}}, "typo": 1}');
    expect("faults" in read && read.faults).toHaveLength(3);
    expect(readPriceList("{")).toHaveProperty("faults");
    expect(readPriceList("[]")).toHaveProperty("faults");
  });
});
