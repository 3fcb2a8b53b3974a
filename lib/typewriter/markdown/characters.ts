/** Tests on single characters, by UTF-16 code; NaN (the end of the text) is whitespace. */

export const TAB = 9;
export const NEWLINE = 10;
export const SPACE = 32;

const UNICODE_SPACE = /\s/;
const UNICODE_PUNCTUATION = /[\p{P}\p{S}]/u;

export type CharacterClass = "space" | "punctuation" | "other";

/** How CommonMark's flanking rules (section 6.2) see the character; the empty string is the start or end of the text. */
export function classOf(character: string): CharacterClass {
  const code = character.charCodeAt(0);
  if (!(code > SPACE)) return "space";
  if (code < 128) return isAsciiPunctuation(code) ? "punctuation" : "other";
  if (UNICODE_SPACE.test(character)) return "space";
  return UNICODE_PUNCTUATION.test(character) ? "punctuation" : "other";
}

export function isAsciiPunctuation(code: number): boolean {
  return (
    (code >= 33 && code <= 47) ||
    (code >= 58 && code <= 64) ||
    (code >= 91 && code <= 96) ||
    (code >= 123 && code <= 126)
  );
}

export function isAsciiLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

export function isSpaceOrTab(code: number): boolean {
  return code === SPACE || code === TAB;
}

/** The whole character that ends before `at`, or the empty string. */
export function characterBefore(text: string, at: number): string {
  const code = text.charCodeAt(at - 1);
  const isLowSurrogate = code >= 0xdc00 && code <= 0xdfff;
  return text.slice(Math.max(0, isLowSurrogate ? at - 2 : at - 1), at);
}

/** The whole character that starts at `at`, or the empty string. */
export function characterAt(text: string, at: number): string {
  const code = text.codePointAt(at);
  return code === undefined ? "" : String.fromCodePoint(code);
}
