export type Rates = { input: number; output: number; cacheWrite: number; cacheRead: number };

/** US dollars for a million tokens of each kind. `long` stands instead for a call that reads more than so many. */
export type Price = Rates & { long?: Rates & { aboveInputTokens: number } };

/** Cache writes (kept for five minutes) cost a quarter more than input; reads a tenth, where nothing else is said. */
function price(input: number, output: number, cacheRead = input / 10): Price {
  return { input, output, cacheWrite: input * 1.25, cacheRead };
}

/**
 * What Anthropic asked in November 2026, in US dollars for a million tokens, from its price list
 * (platform.claude.com/docs/en/about-claude/pricing). Fable 5.2 and Mythos 5.2 were not on it yet: theirs are those of
 * the generation before, with the dearer cache of the one before that. `prices.json` in DATA_DIR stands over this table.
 */
export const PRICES: Readonly<Record<string, Price>> = {
  demo: { input: 0, output: 0, cacheWrite: 0, cacheRead: 0 },
  "claude-fable-5-2": price(10, 50),
  "claude-mythos-5-2": price(10, 50),
  "claude-fable-5-1": price(10, 50, 0.25),
  "claude-mythos-5-1": price(10, 50, 0.25),
  "claude-fable-5": price(10, 50),
  "claude-mythos-5": price(10, 50),
  "claude-mythos-preview": price(25, 125),
  "claude-opus-5-5": price(4, 20, 0.2),
  "claude-opus-5": price(5, 25),
  "claude-opus-4-8": price(5, 25),
  "claude-opus-4-7": price(5, 25),
  "claude-opus-4-6": price(5, 25),
  "claude-opus-4-5": price(5, 25),
  "claude-sonnet-5-5": price(2, 10, 0.1),
  "claude-sonnet-5": price(2, 10),
  "claude-sonnet-4-6": price(3, 15),
  "claude-sonnet-4-5": { ...price(3, 15), long: { aboveInputTokens: 200_000, ...price(6, 22.5) } },
  "claude-haiku-5-5": { ...price(0.1, 0.5), long: { aboveInputTokens: 100_000, ...price(0.5, 2.5) } },
  "claude-haiku-4-5": price(1, 5),
};

/** For a thousand searches by the model's web search, in US dollars. */
export const WEB_SEARCHES_PRICE = 10;
