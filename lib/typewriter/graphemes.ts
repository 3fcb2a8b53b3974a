const WINDOW = 64;
const SELDOM_GROWS =
  /[\p{ASCII}\p{P}\p{Zs}\p{Sc}\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\uAC00-\uD7A3]$/u;
const OFTEN_GROWS = /[\r\d#*\p{M}\p{Extended_Pictographic}]$/u;
const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/**
 * Returns the largest grapheme border of `text` that is at most `to`, all in UTF-16 units; `from` is a known border
 * and the least that is returned. While the text may still grow (`isFinal` false) its last grapheme is held back:
 * a border is only certain once the code point after it is complete, and from then on no later text can move it
 * (UAX 29 looks back without bound, ahead by one code point). Reads a window of 64 units, more only for a longer
 * grapheme or a long run without a pair of plain characters.
 */
export function graphemeCut(text: string, from: number, to: number, isFinal: boolean): number {
  if (isFinal && to >= text.length) return Math.max(from, text.length);
  const known = isFinal ? text.length : wholeCodePoints(text, text.length);
  const target = Math.min(to, known - 1);
  if (target <= from) return from;
  const anchor = lastPlainBorder(text, from, target);
  return anchor === target ? target : lastBorder(text, anchor, target, known);
}

/**
 * Whether the end of `text`, a stream that has gone quiet, may be shown although more may come. False for an end that
 * is half a character (a high surrogate, a joiner, a carriage return) or is often only the start of one (emoji, flags,
 * keycap digits, scripts written with combining marks).
 */
export function mayEndHere(text: string): boolean {
  const end = text.slice(-2);
  return SELDOM_GROWS.test(end) && !OFTEN_GROWS.test(end);
}

/** The last position in (from, target] between two characters that always have a border between them, else `from`. */
function lastPlainBorder(text: string, from: number, target: number): number {
  let isNextPlain = isPlain(text.charCodeAt(target));
  for (let at = target; at > from; at--) {
    const isBeforePlain = isPlain(text.charCodeAt(at - 1));
    if (isNextPlain && isBeforePlain) return at;
    isNextPlain = isBeforePlain;
  }
  return from;
}

/** Characters that neither join the one before nor pull in the one after: ASCII, Latin, Cyrillic, CJK, Hangul syllables. */
function isPlain(unit: number): boolean {
  if (unit < 0x7f) return unit >= 0x20 || unit === 0x0a;
  return (
    (unit >= 0xc0 && unit <= 0x24f) ||
    (unit >= 0x400 && unit <= 0x481) ||
    (unit >= 0x3041 && unit <= 0x3096) ||
    (unit >= 0x30a1 && unit <= 0x30fa) ||
    (unit >= 0x4e00 && unit <= 0x9fff) ||
    (unit >= 0xac00 && unit <= 0xd7a3)
  );
}

function lastBorder(text: string, from: number, target: number, known: number): number {
  let border = from;
  let size = WINDOW;
  for (;;) {
    const reach = Math.min(border + size, known);
    const end = reach < known ? wholeCodePoints(text, reach) : reach;
    let last = border;
    for (const { index } of segmenter.segment(text.slice(border, end))) {
      if (border + index > target) return last;
      last = border + index;
    }
    if (end === known) return last;
    size = last === border ? size * 2 : WINDOW;
    border = last;
  }
}

/** `end`, or one less when it would part a surrogate pair or leave half of one. */
function wholeCodePoints(text: string, end: number): number {
  return (text.charCodeAt(end - 1) & 0xfc00) === 0xd800 ? end - 1 : end;
}
