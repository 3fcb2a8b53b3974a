import type { Token } from "./lexer";

/** The runs of a line that another follows: the break belongs to the last of them. */
export function withBreak(tokens: readonly Token[]): Token[] {
  const last = tokens.at(-1);
  return [...tokens.slice(0, -1), { kind: last?.kind, text: `${last?.text ?? ""}\n` }];
}
