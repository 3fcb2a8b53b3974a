/** About so many tokens stand for `text`: four characters of Latin a token, one of most other scripts. */
export function estimateTokens(text: string): number {
  let latin = 0;
  let others = 0;
  for (const character of text) {
    if (character < "\u0250") latin += 1;
    else others += 1;
  }
  return Math.ceil(latin / 4 + others);
}

/** A message this long is a paste, and worth a word on its size before it is sent. */
export const LARGE_TOKENS = 4_000;

/** Text shorter than this, in UTF-16 units, cannot be large. */
const SHORTEST_LARGE = LARGE_TOKENS;

/** The tokens of `text` in round numbers, where it is large enough to be told; otherwise undefined. */
export function largeEstimate(text: string): number | undefined {
  if (text.length <= SHORTEST_LARGE) return undefined;
  const tokens = estimateTokens(text);
  return tokens > LARGE_TOKENS ? Math.round(tokens / 100) * 100 : undefined;
}
