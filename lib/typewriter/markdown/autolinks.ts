import { characterAt, classOf, isAsciiLetter, isDigit } from "./characters";
import { ADDRESS_REACH, REACH } from "./limits";

/**
 * Bare addresses as links (GFM 6.9), decided as micromark-extension-gfm-autolink-literal decides them. An end equal to the
 * text's length may change with more text.
 */

/** Where the text ends that starts like an address, and whether it is one. */
export type Run = { end: number; isAddress: boolean };

const TRAILING = new Set("!\"')*,.:;?_~");
const PATH_STOPS = new Set("!\"&')*,.:;<?]_~");

/** What starts with `http://` or `https://` at `at`. */
export function matchProtocol(source: string, at: number): Run | undefined {
  const prefix = /^https?:\/\//i.exec(source.slice(at, at + 8))?.[0];
  if (prefix === undefined || classOf(characterAt(source, at + prefix.length)) !== "other") return undefined;
  return matchAddress(source, at + prefix.length);
}

/** What starts with `www.` at `at`. */
export function matchWww(source: string, at: number): Run | undefined {
  if (source.slice(at, at + 4).toLowerCase() !== "www." || at + 4 >= source.length) return undefined;
  return matchAddress(source, at);
}

/** The end of an e-mail address whose local part starts at `at`, or -1. */
export function matchEmail(source: string, at: number): number {
  let index = at;
  while (isEmailCharacter(source.charCodeAt(index))) index++;
  if (index === at || source[index] !== "@") return -1;
  index++;
  let hasDot = false;
  let hasName = false;
  for (; index < source.length && index - at <= REACH; index++) {
    const code = source.charCodeAt(index);
    if (code === 46) {
      if (!isAlphanumeric(source.charCodeAt(index + 1))) break;
      hasDot = true;
    } else if (code === 45 || code === 95 || isAlphanumeric(code)) hasName = true;
    else break;
  }
  return hasDot && hasName && isAsciiLetter(source.charCodeAt(index - 1)) && index - at <= REACH ? index : -1;
}

/** Letters, digits and `+-._`: what may stand before the `@`. */
export function isEmailCharacter(code: number): boolean {
  return isAlphanumeric(code) || code === 43 || code === 45 || code === 46 || code === 95;
}

function isAlphanumeric(code: number): boolean {
  return isAsciiLetter(code) || isDigit(code);
}

function matchAddress(source: string, at: number): Run {
  const domain = matchDomain(source, at);
  if (!domain.isAddress) return domain;
  const end = matchPath(source, domain.end);
  return { end, isAddress: end - at <= ADDRESS_REACH };
}

function matchDomain(source: string, at: number): Run {
  let underscoreInLast = false;
  let underscoreBeforeLast = false;
  let lastFailure = -1;
  let index = at;
  let hasName = false;
  for (; index < source.length && index - at <= ADDRESS_REACH; index++) {
    const character = characterAt(source, index);
    if (character === "." || character === "_") {
      if (index > lastFailure) {
        lastFailure = trailFailure(source, index);
        if (lastFailure < 0) break;
      }
      if (character === "_") underscoreInLast = true;
      else {
        underscoreBeforeLast = underscoreInLast;
        underscoreInLast = false;
      }
      continue;
    }
    if (character !== "-" && classOf(character) !== "other") break;
    hasName = true;
    index += character.length - 1;
  }
  return { end: index, isAddress: hasName && !underscoreInLast && !underscoreBeforeLast };
}

function matchPath(source: string, at: number): number {
  let opened = 0;
  let closed = 0;
  let index = at;
  // What is not the trail from here to there is none from any place between.
  let lastFailure = -1;
  for (; index < source.length && index - at <= ADDRESS_REACH; index++) {
    const character = source[index] ?? "";
    if (character === "(") opened++;
    else if (character === ")" && closed < opened) closed++;
    else if (PATH_STOPS.has(character)) {
      if (index > lastFailure) {
        lastFailure = trailFailure(source, index);
        if (lastFailure < 0) break;
      }
      if (character === ")") closed++;
    } else if (classOf(character) === "space") break;
  }
  return index;
}

/** Where the text from `at` proves not to be only punctuation at the end of an address, or -1 when it is that. */
function trailFailure(source: string, at: number): number {
  let index = at;
  for (;;) {
    while (TRAILING.has(source[index] ?? "")) index++;
    if (index - at > ADDRESS_REACH) return -1;
    const character = source[index];
    if (character === "&") {
      const start = index;
      do index++;
      while (isAsciiLetter(source.charCodeAt(index)));
      if (index === start + 1 || source[index] !== ";") return start;
      index++;
    } else if (character === "]") {
      index++;
      const next = source[index];
      if (next === undefined || next === "(" || next === "[" || classOf(next) === "space") return -1;
    } else {
      return character === undefined || character === "<" || classOf(character) === "space" ? -1 : index;
    }
  }
}
