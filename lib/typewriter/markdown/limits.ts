/**
 * How far, in UTF-16 units of its paragraph, an opening mark may lie from its closing one: emphasis, brackets, code
 * spans, raw HTML. CommonMark knows no such bound; without it one stray `*` would keep a whole
 * answer from ever settling.
 */
export const REACH = 2048;

/** The bound of REACH for addresses and the titles of links, which may well be longer. */
export const ADDRESS_REACH = 8192;

/** The bound of REACH for inline mathematics, which prices and shell variables look like. */
export const MATH_REACH = 1000;

/** How deep block containers, and inline marks within one paragraph, may nest; deeper marks are literal text. */
export const MAX_DEPTH = 100;

/** A text node of this many UTF-16 units is followed by another at the next space or CJK character, so that none grows without end. */
export const TEXT_LENGTH = 2048;
