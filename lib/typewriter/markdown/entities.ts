import { decodeNamedCharacterReference } from "decode-named-character-reference";

const REFERENCE = /&(?:#[xX]([0-9a-fA-F]{1,6})|#([0-9]{1,7})|([A-Za-z][A-Za-z0-9]{1,31}));/y;
const UNFINISHED_REFERENCE = /&(?:#(?:[xX][0-9a-fA-F]{0,6}|[0-9]{0,7})|[A-Za-z][A-Za-z0-9]{0,31})?$/;
const ESCAPE_OR_REFERENCE = /\\([!-/:-@[-`{-~])|&(?:#[xX][0-9a-fA-F]{1,6}|#[0-9]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});/g;
const REPLACEMENT = "\uFFFD";

/** The characters an HTML character reference at `at` stands for, and where it ends; CommonMark 0.31, section 2.5. */
export function decodeReference(source: string, at: number): { value: string; end: number } | undefined {
  REFERENCE.lastIndex = at;
  const match = REFERENCE.exec(source);
  if (!match) return undefined;
  const [whole, hexadecimal, decimal, name] = match;
  const value =
    name === undefined
      ? decodeCodePoint(hexadecimal ? Number.parseInt(hexadecimal, 16) : Number(decimal))
      : decodeNamedCharacterReference(name);
  return value === false ? undefined : { value, end: at + whole.length };
}

/** Whether the text from `at` to the end could become a character reference with more text. */
export function mayBecomeReference(source: string, at: number): boolean {
  return source.length - at < 34 && UNFINISHED_REFERENCE.test(source.slice(at));
}

/** The text with backslash escapes and character references resolved, as in link destinations, titles and info strings. */
export function unescapeText(text: string): string {
  if (!/[\\&]/.test(text)) return text;
  return text.replace(ESCAPE_OR_REFERENCE, (whole, escaped: string | undefined) =>
    escaped === undefined ? (decodeReference(whole, 0)?.value ?? whole) : escaped,
  );
}

function decodeCodePoint(code: number): string {
  const isInvalid = code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff);
  return isInvalid ? REPLACEMENT : String.fromCodePoint(code);
}
