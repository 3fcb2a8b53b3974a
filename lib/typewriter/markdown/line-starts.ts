/** The patterns by which a line starts a block, sticky at the first character that is not a space. */

export const ATX_HEADING = /#{1,6}(?=[ \t]|$)/y;
export const FENCE = /(`{3,})([^`]*)$|(~{3,})(.*)$/y;
export const THEMATIC_BREAK = /(?:(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|(?:-[ \t]*){3,})$/y;
export const SETEXT_UNDERLINE = /(=+|-+)[ \t]*$/y;
export const LIST_MARKER = /(?:([-+*])|(\d{1,9})([.)]))(?=[ \t]|$)/y;
export const FOOTNOTE_DEFINITION = /\[\^((?:\\[[\]\\]|[^\s[\]]){1,999})\]:[ \t]*/y;
export const DELIMITER_ROW = /\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/y;
/** A `$$` or `\[` alone on its line, or closed at its end. After `$$` a formula may also start and go on below, after `\[` an environment. */
export const MATH_START = /(?:(\$\$)(?!\$|\d)|(\\\[)(?=[ \t]*(?:$|\\begin\{)|.*\\\][ \t]*$))(.*)$/y;

const OPEN_TAG =
  /<[A-Za-z][A-Za-z0-9-]*(?:[ \t]+[A-Za-z_:][\w.:-]*(?:[ \t]*=[ \t]*(?:[^\s"'=<>`]+|'[^']*'|"[^"]*"))?)*[ \t]*\/?>/;
const CLOSE_TAG = /<\/[A-Za-z][A-Za-z0-9-]*[ \t]*>/;
export const WHOLE_TAG = new RegExp(`(?:${OPEN_TAG.source}|${CLOSE_TAG.source})`, "y");
const BLOCK_NAMES =
  "address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul";

/** The seven kinds of HTML block, CommonMark 0.31, section 4.6. One without an end goes to the next blank line. */
export const HTML_BLOCKS: { start: RegExp; end?: RegExp; canInterrupt: boolean }[] = [
  {
    start: /<(?:script|pre|style|textarea)(?=[ \t>]|$)/iy,
    end: /<\/(?:script|pre|style|textarea)>/i,
    canInterrupt: true,
  },
  { start: /<!--/y, end: /-->/, canInterrupt: true },
  { start: /<\?/y, end: /\?>/, canInterrupt: true },
  { start: /<![A-Za-z]/y, end: />/, canInterrupt: true },
  { start: /<!\[CDATA\[/y, end: /\]\]>/, canInterrupt: true },
  { start: new RegExp(`</?(?:${BLOCK_NAMES})(?=[ \\t]|/?>|$)`, "iy"), canInterrupt: true },
  { start: new RegExp(`${WHOLE_TAG.source}[ \\t]*$`, "y"), canInterrupt: false },
];

const MAY_START_BLOCK = [
  /([-_*])(?:[ \t]*\1)*[ \t]*$/y,
  /[-+*][ \t]*$/y,
  /\d{1,9}(?:[.)][ \t]*)?$/y,
  /#{1,6}[ \t]*$/y,
  /`{1,2}$|`{3,}[^`]*$|~{1,2}$|~{3}/y,
  /<(?:[A-Za-z/!?](?![A-Za-z0-9+.-]*:)|$)/y,
  /\|/y,
  /\[(?:\^(?:\\[[\]\\]|[^\s[\]]){0,999}(?:\]:?)?[ \t]*)?$/y,
  /\$(?:\$|$)/y,
  /\\(?:\[|$)/y,
  />[ \t]*$/y,
];
const MAY_END_PARAGRAPH = /(?:=+|[|:-][|: \t-]*)[ \t]*$/y;
const CONTAINER_MARKER = />[ \t]?|(?:[-+*]|\d{1,9}[.)])[ \t]+|\[\^(?:\\[[\]\\]|[^\s[\]]){1,999}\]:[ \t]*/y;
const INDENT = /[ \t]*/y;

/**
 * Whether a line of which only this much is here, from `at` on, already shows what it starts: no more text can change
 * that. A line that could yet be a marker, an underline, a fence or a table is not decided; so it is held back.
 */
export function isDecided(line: string, at: number, isInParagraph: boolean, isInTable: boolean): boolean {
  let index = at;
  for (;;) {
    index = endOf(INDENT, line, index);
    if (index >= line.length) return false;
    const isRow = isInTable && line[index] === "|";
    if (!isRow && MAY_START_BLOCK.some((pattern) => endOf(pattern, line, index) >= 0)) return false;
    if (isInParagraph && endOf(MAY_END_PARAGRAPH, line, index) >= 0) return false;
    const next = endOf(CONTAINER_MARKER, line, index);
    if (next < 0) return true;
    index = next;
  }
}

function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}
