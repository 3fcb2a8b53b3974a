import { isAsciiPunctuation, isSpaceOrTab, NEWLINE } from "./characters";
import { unescapeText } from "./entities";
import { ADDRESS_REACH } from "./limits";

/** A scanned piece and where it ends; "no" when it cannot be one; "more" when the text ends before that is known. */
export type Scan<Piece> = (Piece & { end: number }) | "no" | "more";

export type Target = { href: string; title?: string };

const LABEL_LENGTH = 999;
const DEEPEST_PARENTHESIS = 32;
const QUOTE_ENDS: Record<string, string> = { '"': '"', "'": "'", "(": ")" };

/** The form in which labels are compared: CommonMark 0.31, section 6.3, "matches". */
export function normalizeLabel(label: string): string {
  return label
    .replace(/[\t\n\r ]+/g, " ")
    .replace(/^ | $/g, "")
    .toLowerCase()
    .toUpperCase();
}

/** A link label with its brackets, at the `[` at `at`. It may be empty. */
export function scanLabel(source: string, at: number): Scan<{ label: string }> {
  const last = at + LABEL_LENGTH + 1;
  for (let index = at + 1; index <= last; index++) {
    if (index >= source.length) return "more";
    const character = source[index];
    if (character === "[") return "no";
    if (character === "]") return { label: source.slice(at + 1, index), end: index + 1 };
    if (character === "\\" && isAsciiPunctuation(source.charCodeAt(index + 1))) index++;
  }
  return "no";
}

/** What stands in parentheses after the text of an inline link, at the `(` at `at`. */
export function scanResource(source: string, at: number): Scan<Target> {
  const first = skipSpace(source, at + 1);
  if (first >= source.length) return "more";
  if (source[first] === ")") return { href: "", end: first + 1 };
  const destination = scanDestination(source, first);
  if (typeof destination === "string") return destination;
  const next = skipSpace(source, destination.end);
  if (next >= source.length) return "more";
  if (source[next] === ")") return { href: destination.href, end: next + 1 };
  if (next === destination.end) return "no";
  const title = scanTitle(source, next);
  if (typeof title === "string") return title;
  const last = skipSpace(source, title.end);
  if (last >= source.length) return "more";
  return source[last] === ")" ? { href: destination.href, title: title.title, end: last + 1 } : "no";
}

/**
 * A link reference definition at the start of a paragraph's text: CommonMark 0.31, section 4.7. `end` is after its last
 * line ending. "more" is never the answer when the paragraph is not open.
 */
export function scanDefinition(source: string, isOpen: boolean): Scan<Target & { label: string }> {
  const unfinished = isOpen ? "more" : "no";
  const label = scanLabel(source, 0);
  if (label === "more") return unfinished;
  if (label === "no" || !/[^\t\n ]/.test(label.label)) return "no";
  if (label.end >= source.length) return unfinished;
  if (source[label.end] !== ":") return "no";
  const first = skipSpace(source, label.end + 1);
  if (first >= source.length) return unfinished;
  const destination = scanDestination(source, first);
  if (destination === "more") return isOpen ? "more" : "no";
  if (destination === "no" || destination.end === first) return "no";
  if (isOpen && destination.end >= source.length) return "more";

  const lineEnd = scanLineEnd(source, destination.end);
  const untitled = lineEnd === "no" ? "no" : ({ label: label.label, href: destination.href, end: lineEnd } as const);
  const next = skipSpace(source, destination.end);
  if (next >= source.length) return isOpen ? "more" : untitled;
  if (next === destination.end) return untitled;
  const title = scanTitle(source, next);
  if (title === "more") return isOpen ? "more" : untitled;
  if (title === "no") return untitled;
  const titledEnd = scanLineEnd(source, title.end);
  if (titledEnd === "no") return untitled;
  if (isOpen && titledEnd >= source.length && source[titledEnd - 1] !== "\n") return "more";
  return { label: label.label, href: destination.href, title: title.title, end: titledEnd };
}

function scanDestination(source: string, at: number): Scan<{ href: string }> {
  return source[at] === "<" ? scanPointyDestination(source, at) : scanBareDestination(source, at);
}

function scanPointyDestination(source: string, at: number): Scan<{ href: string }> {
  for (let index = at + 1; index < at + ADDRESS_REACH; index++) {
    if (index >= source.length) return "more";
    const character = source[index];
    if (character === "\n" || character === "<") return "no";
    if (character === ">") return { href: unescapeText(source.slice(at + 1, index)), end: index + 1 };
    if (character === "\\") index++;
  }
  return "no";
}

function scanBareDestination(source: string, at: number): Scan<{ href: string }> {
  let depth = 0;
  let index = at;
  for (; index < source.length; index++) {
    const code = source.charCodeAt(index);
    if (index - at >= ADDRESS_REACH) return "no";
    if (code === 92 && isAsciiPunctuation(source.charCodeAt(index + 1))) index++;
    else if (code === 40 && ++depth > DEEPEST_PARENTHESIS) return "no";
    else if (code === 41 && depth-- === 0) break;
    else if (code === 32 || code === 9 || code === NEWLINE) break;
    else if (code < 32 || code === 127) return "no";
  }
  if (depth > 0) return index >= source.length ? "more" : "no";
  return { href: unescapeText(source.slice(at, index)), end: index };
}

function scanTitle(source: string, at: number): Scan<{ title: string }> {
  const open = source[at] ?? "";
  const close = QUOTE_ENDS[open];
  if (close === undefined) return "no";
  for (let index = at + 1; index < at + ADDRESS_REACH; index++) {
    if (index >= source.length) return "more";
    const character = source[index];
    if (character === close) return { title: unescapeText(source.slice(at + 1, index)), end: index + 1 };
    if (character === "(" && open === "(") return "no";
    if (character === "\\") index++;
  }
  return "no";
}

function skipSpace(source: string, at: number): number {
  let index = at;
  while (isSpaceOrTab(source.charCodeAt(index)) || source.charCodeAt(index) === NEWLINE) index++;
  return index;
}

function scanLineEnd(source: string, at: number): number | "no" {
  let index = at;
  while (isSpaceOrTab(source.charCodeAt(index))) index++;
  if (index >= source.length) return index;
  return source.charCodeAt(index) === NEWLINE ? index + 1 : "no";
}
