import type { Modes, Rule, Words } from "./lexer";

const NUMBER =
  "\\b0[xX][\\da-fA-F_]+\\b|\\b0[bB][01_]+\\b|\\b0[oO][0-7_]+\\b|(?:\\b\\d[\\d_]*(?:\\.\\d[\\d_]*)?|\\B\\.\\d[\\d_]*)(?:[eE][+-]?\\d+)?(?:[a-zA-Z]\\w{0,3})?\\b";

/** A number in most notations, its suffix included. */
export const number: Rule = { match: NUMBER, kind: "number" };

/** A comment to the end of its line. */
export function lineComment(start: string): Rule {
  return { match: `${start}.*`, kind: "comment" };
}

/** A string that ends with its line at the latest. */
export function shortString(quote: string, prefix = ""): Rule {
  return { match: `${prefix}${quote}(?:\\\\.|[^\\\\${quote}])*(?:${quote}|$)`, kind: "string" };
}

/** Calls, words of the language, then any other name. Capitalised names are types unless `hasTypeCase` is false. */
export function names(words: Words, { pattern = "[A-Za-z_$][\\w$]*", hasTypeCase = true } = {}): Rule[] {
  const alone = Object.values(words).join(" ").split(" ").filter(Boolean).map(literal).join("|");
  return [
    // A member is never a word of the language, whatever it is called.
    { match: `(?<=\\.)${pattern}(?=\\s*\\()`, kind: "function" },
    { match: `(?<=\\.)${pattern}` },
    ...(alone === "" ? [] : [{ match: `(?<![\\w$])(?:${alone})(?![\\w$])`, words }]),
    ...(hasTypeCase
      ? [
          { match: "\\b[A-Z][A-Z\\d_]+\\b", kind: "constant" as const },
          { match: "\\b[A-Z]\\w*", kind: "type" as const },
        ]
      : []),
    { match: `${pattern}(?=\\s*\\()`, kind: "function" },
    { match: pattern },
  ];
}

/** A rule that opens a region over lines, and the mode of the region: all of `kind` until `close`. */
export function region(mode: string, open: string, close: string, kind: "comment" | "string", inside: Rule[] = []) {
  const rule: Rule = { match: open, kind, enter: mode };
  const modes: Modes = { [mode]: { kind, rules: [...inside, { match: close, kind, leave: true }] } };
  return { rule, modes };
}

/** A backslash and what it escapes. */
export const escaped: Rule = { match: "\\\\.", kind: "string" };

function literal(word: string): string {
  return word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
