import { characterAt, isDigit } from "./characters";
import { MATH_REACH } from "./limits";
import type { InlineMath } from "./tree";

const SHOWN_OPEN = 100;
/** A letter or digit of a script that puts spaces between its words. The others have theirs stand right before a formula. */
const SPACED_LETTER_OR_DIGIT =
  /(?![\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Bopo}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}])[\p{L}\p{N}]/u;

/** What stands before a `$` that is the end of a currency's name. */
const CURRENCY = /[\s(](?:US|CA|AU|NZ|HK|SG|NT)$/;

/**
 * Mathematics at the `$`, `\(` or `\[` at `at`. A `$` opens when no letter or digit stands before it (but of a script
 * without spaces) and no space after it; the next `$` closes it, if it can. So "$5 and $10" are prices. A formula holds no
 * backtick. "held": show nothing yet. "literal": it may become mathematics, but looks like text.
 */
export function matchMath(
  source: string,
  at: number,
  previous: string,
  isOpen: boolean,
): { node: InlineMath; end: number } | "held" | "literal" | undefined {
  const marks = openingMarks(source, at);
  if (!marks) return undefined;
  const { open, close } = marks;
  const start = at + open.length;
  const isDollar = close === "$";
  if (start >= source.length) return isOpen ? "held" : undefined;
  if (isDollar && SPACED_LETTER_OR_DIGIT.test(previous)) return undefined;
  if (isDollar && isSpace(source, start)) return undefined;

  const end = findClose(source, start, close);
  if (end >= 0) {
    const value = source.slice(start, end);
    const after = end + close.length;
    const isRefused = isDollar && !canClose(value, characterAt(source, after));
    if (isRefused || !/[^\s\\]/.test(value)) return undefined;
    // The character after a `$` decides.
    const closed = !(isOpen && isDollar && after >= source.length);
    return { node: { type: "inlineMath", value: value.trim(), display: isDisplay(open), closed }, end: after };
  }
  const rest = source.slice(start, start + MATH_REACH + 2);
  if (!isOpen || rest.length > MATH_REACH + 1 || rest.includes("`")) return undefined;
  if (rest.length > SHOWN_OPEN || rest.includes("\n") || (isDollar && isDigit(rest.charCodeAt(0)))) return "literal";
  const value = rest.replace(/[\s$\\]+$/, "");
  return { node: { type: "inlineMath", value, display: isDisplay(open), closed: false }, end: source.length };
}

function openingMarks(source: string, at: number): { open: string; close: string } | undefined {
  switch (source.slice(at, at + 2)) {
    case "\\(":
      return { open: "\\(", close: "\\)" };
    case "\\[":
      return { open: "\\[", close: "\\]" };
    case "$$":
      return source[at + 2] === "$" ? undefined : { open: "$$", close: "$$" };
    default:
      return source[at] === "$" ? { open: "$", close: "$" } : undefined;
  }
}

function findClose(source: string, start: number, close: string): number {
  const last = Math.min(source.length - close.length, start + MATH_REACH);
  for (let index = start; index <= last; index++) {
    if (source[index] === "`") return -1;
    if (source.startsWith(close, index)) return index;
    if (source[index] === "\\" && source[++index] === "`") return -1;
  }
  return -1;
}

/** Where `mark` first stands in a line of a formula, not escaped, or -1. */
export function findMark(line: string, mark: string): number {
  for (let index = 0; index < line.length; index++) {
    if (line.startsWith(mark, index)) return index;
    if (line[index] === "\\") index++;
  }
  return -1;
}

/** Whether a `$` that has this formula before it and this character after it ends it: not after a space or before a digit. */
function canClose(value: string, after: string): boolean {
  if (isSpace(value, value.length - 1) || isDigit(after.charCodeAt(0)) || CURRENCY.test(value)) return false;
  // After the n of $n$th a formula may end; the second $ of "**$AAPL**, **$TSLA**" stands before a name.
  return !SPACED_LETTER_OR_DIGIT.test(after) || /[\p{L}\p{N})\]}]'*$/u.test(value);
}

function isDisplay(open: string): boolean {
  return open === "$$" || open === "\\[";
}

function isSpace(source: string, at: number): boolean {
  return /\s/.test(source.charAt(at));
}
