import { isEmailCharacter, matchEmail, matchProtocol, matchWww } from "./autolinks";
import { characterAt, characterBefore, classOf, isAsciiLetter, NEWLINE } from "./characters";
import { decodeReference, mayBecomeReference } from "./entities";
import { ADDRESS_REACH, REACH } from "./limits";
import { normalizeLabel, scanLabel, scanResource, type Target } from "./links";
import { type Bracket, Marks, type Parted, plainText } from "./marks";
import { matchMath } from "./mathematics";
import type { Inline } from "./tree";

/** What the rest of the document says about labels. A label not known is remembered, for it may be defined later. */
export type References = {
  target(label: string): Target | undefined;
  isFootnote(label: string): boolean;
};

/**
 * Where a source stands: the last character before it, how far brackets opened before still reach, how far what started
 * like an address and is none, and whether it is in the cell of a table, where a tag is the only way to begin another line.
 */
export type InlineContext = { before: string; bracketUntil: number; noAddressUntil: number; isCell: boolean };

/** `scanned`: the characters read to find addresses. */
export type Parsed = Parted & { noAddressUntil: number; scanned: number };

const AUTOLINK =
  /<(?:([A-Za-z][A-Za-z0-9.+-]{1,31}:[^\s<>]*)|([\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*))>/y;
const HTML_TAG =
  /<(?:[A-Za-z][A-Za-z0-9-]*(?:\s+[A-Za-z_:][\w.:-]*(?:\s*=\s*(?:[^\s"'=<>`]+|'[^']*'|"[^"]*"))?)*\s*\/?>|\/[A-Za-z][A-Za-z0-9-]*\s*>|![A-Za-z][^>]*>)/y;
/** `overlap`: how much of the opening may belong to the end, as in `<!-->`. */
const BRACKETED_HTML = [
  { open: "<!--", close: "-->", overlap: 2 },
  { open: "<?", close: "?>", overlap: 0 },
  { open: "<![CDATA[", close: "]]>", overlap: 0 },
];
const BREAK_TAG = /^<br\s*\/?>$/i;
const UNFINISHED_AUTOLINK = /^<[A-Za-z][A-Za-z0-9.+-]{1,31}:[^\s<>]*$/;
const MAYBE_AUTOLINK_OR_HTML = /^<(?:[\w.!#$%&'*+/=?^`{|}~@-]|$)/;
const UNFINISHED_NAME = /^<[\w.+@-]{0,32}$/;
const FOOTNOTE = /\[\^((?:\\[[\]\\]|[^\s[\]]){1,999})\]/y;
const UNFINISHED_FOOTNOTE = /^!?\[\^[^\s[\]]{0,60}\]?$/;

const ALWAYS = 1;
const ADDRESS_START = 2;
const special = new Uint8Array(128);
for (const character of "\n\\`*_~[]!<&$") special[character.charCodeAt(0)] = ALWAYS;
for (const character of "hHwW") special[character.charCodeAt(0)] = ADDRESS_START;

/**
 * Parses inline text by CommonMark's delimiter-stack algorithm (0.31, appendix) with GFM and mathematics. While `isOpen`, more text may follow: what only that can decide
 * is shown as it would look when finished, or held back.
 */
export function parseInline(source: string, context: InlineContext, isOpen: boolean, references: References): Parsed {
  return new InlineParser(source, context, isOpen, references).parse();
}

class InlineParser {
  private at = 0;
  private end: number;
  /** Everything from here on could read otherwise with more text. */
  private undecidedFrom = Number.POSITIVE_INFINITY;
  private readonly wordStart: number;
  private nextEmail = -1;
  /** What started like an address and is none. No other starts in it: each would be read as far as the bound. */
  private readonly failedRuns: { start: number; end: number }[] = [];
  private scanned = 0;
  private readonly nextPlaces = new Map<string, number>();
  private readonly marks: Marks;

  constructor(
    private readonly source: string,
    private readonly context: InlineContext,
    private readonly isOpen: boolean,
    private readonly references: References,
  ) {
    this.marks = new Marks(context.bracketUntil);
    // Spaces at the end may turn out to stand before a line ending, or the end, where they mean something else.
    this.end = trimmedLength(source);
    this.wordStart = isOpen ? lastWordStart(source, this.end, this.context.before) : this.end;
    this.nextEmail = this.findEmail(0);
  }

  parse(): Parsed {
    while (this.at < this.end) this.step();
    const { settled, settledLength, bracketUntil, open } = this.part();
    const noAddressUntil = Math.max(0, this.failedEnd(settledLength) - settledLength);
    return { settled, settledLength, bracketUntil, open, noAddressUntil, scanned: this.scanned };
  }

  /** Where the last that starts before `at` ends of what is no address. */
  private failedEnd(at: number): number {
    let last = this.context.noAddressUntil;
    for (const { start, end } of this.failedRuns) if (start < at) last = end;
    return last;
  }

  private part(): Parted {
    if (this.isOpen) return this.marks.part(Math.min(this.undecidedFrom, this.wordStart, this.end));
    this.marks.match();
    return { settled: this.marks.nodes(), settledLength: this.source.length, bracketUntil: 0, open: [] };
  }

  private step(): void {
    const { source, at } = this;
    const code = source.charCodeAt(at);
    if (this.nextEmail >= 0 && this.nextEmail < at) this.nextEmail = this.findEmail(at);
    if (at === this.nextEmail) {
      if (this.email()) return;
      this.nextEmail = this.findEmail(source.indexOf("@", at) + 1);
    }
    if (!this.isSpecial(code, at)) {
      this.plain();
      return;
    }
    switch (code) {
      case NEWLINE:
        this.lineEnd();
        return;
      case 92:
        this.backslash();
        return;
      case 96:
        this.code();
        return;
      case 42:
      case 95:
      case 126:
        this.delimiters(code);
        return;
      case 91:
        this.openBracket(false);
        return;
      case 33:
        this.bang();
        return;
      case 93:
        this.closeBracket();
        return;
      case 60:
        this.angle();
        return;
      case 38:
        this.reference();
        return;
      case 36:
        this.dollar();
        return;
      default:
        this.bareAddress(code);
        return;
    }
  }

  private plain(): void {
    const { source, at } = this;
    let stop = this.end;
    if (this.nextEmail > at && this.nextEmail < stop) stop = this.nextEmail;
    if (this.wordStart > at && this.wordStart < stop) stop = this.wordStart;
    let index = at + 1;
    for (; index < stop; index++) {
      if (this.isSpecial(source.charCodeAt(index), index)) break;
    }
    this.text(source.slice(at, source.charCodeAt(index) === NEWLINE ? trimmedLength(source, at, index) : index), index);
  }

  private isSpecial(code: number, at: number): boolean {
    if (code >= 128 || special[code] === 0) return false;
    if (special[code] === ALWAYS) return true;
    // Only "ht" and "ww" can start an address; a lone letter at the end is in the last word, which is undecided anyway.
    return (this.source.charCodeAt(at + 1) | 32) === ((code | 32) === 104 ? 116 : 119);
  }

  private text(value: string, end: number): void {
    if (value !== "") this.marks.add({ type: "text", value }, this.at, end);
    this.at = end;
  }

  private literal(length = 1): void {
    this.text(this.source.slice(this.at, this.at + length), this.at + length);
  }

  private undecided(from = this.at): void {
    this.undecidedFrom = Math.min(this.undecidedFrom, from);
  }

  /** Leaves out the rest of the text: it is too early to say what it is. */
  private holdBack(): void {
    this.undecided();
    this.end = this.at;
  }

  private lineEnd(): void {
    const { source, at } = this;
    const spaces = at - trimmedLength(source, 0, at);
    const isHard = spaces >= 2 && !source.slice(at - spaces, at).includes("\t");
    this.marks.add({ type: "break", hard: isHard }, at, at + 1);
    this.at++;
  }

  private backslash(): void {
    const { source, at } = this;
    const next = source[at + 1];
    if (next === undefined && this.isOpen) {
      this.holdBack();
      return;
    }
    if (next === "\n") {
      this.marks.add({ type: "break", hard: true }, at, at + 2);
      this.at += 2;
      return;
    }
    if ((next === "(" || next === "[") && this.mathematics()) return;
    if (next !== undefined && classOf(next) === "punctuation" && next < "\x80") {
      this.text(next, at + 2);
      return;
    }
    this.literal();
  }

  private dollar(): void {
    if (this.mathematics()) return;
    let end = this.at + 1;
    while (this.source[end] === "$") end++;
    if (this.isOpen && end >= this.source.length) this.holdBack();
    else this.literal(end - this.at);
  }

  /** Whether mathematics was taken or held back at this place. */
  private mathematics(): boolean {
    const previous = characterBefore(this.source, this.at) || this.context.before;
    const math = matchMath(this.source, this.at, previous, this.isOpen);
    if (math === undefined) return false;
    if (math === "held") {
      this.holdBack();
      return true;
    }
    if (math === "literal") {
      this.undecided();
      return false;
    }
    if (!math.node.closed) this.undecided();
    this.marks.add(math.node, this.at, math.end);
    this.at = math.end;
    if (!math.node.closed) this.end = this.at;
    return true;
  }

  private code(): void {
    const { source, at } = this;
    let contentStart = at + 1;
    while (source[contentStart] === "`") contentStart++;
    const length = contentStart - at;
    if (this.isOpen && contentStart >= source.length) {
      this.holdBack();
      return;
    }
    const close = findCodeEnd(source, contentStart, length, at + REACH);
    if (close >= 0) {
      const end = close + length;
      if (this.isOpen && end >= source.length) this.undecided();
      this.marks.add({ type: "inlineCode", value: codeValue(source.slice(contentStart, close)) }, at, end);
      this.at = end;
    } else if (this.isOpen && source.length <= at + REACH + length) {
      this.undecided();
      const value = source
        .slice(contentStart)
        .replace(/\s*`*$/, "")
        .replace(/\n/g, " ");
      if (value !== "") this.marks.add({ type: "inlineCode", value }, at, this.end);
      this.at = this.end;
    } else this.literal(length);
  }

  private delimiters(code: number): void {
    const { source, at } = this;
    let end = at + 1;
    while (source.charCodeAt(end) === code) end++;
    if (this.isOpen && end >= source.length) {
      this.holdBack();
      return;
    }
    const character = source.charAt(at);
    const previous = classOf(characterBefore(source, at) || this.context.before);
    const next = classOf(characterAt(source, end));
    const isLeftFlanking = next === "other" || (next === "punctuation" && previous !== "other");
    const isRightFlanking = previous === "other" || (previous === "punctuation" && next !== "other");
    const isUnderscore = character === "_";
    const canOpen = isLeftFlanking && (!isUnderscore || !isRightFlanking || previous === "punctuation");
    const canClose = isRightFlanking && (!isUnderscore || !isLeftFlanking || next === "punctuation");
    const length = end - at;
    if ((!canOpen && !canClose) || (character === "~" && length > 2)) {
      this.literal(length);
      return;
    }
    this.marks.addDelimiter(character, at, end, canOpen, canClose);
    this.at = end;
  }

  private bang(): void {
    const { source, at } = this;
    if (this.isOpen && at + 1 >= source.length) {
      this.holdBack();
      return;
    }
    if (source[at + 1] !== "[") {
      this.literal();
      return;
    }
    const footnote = this.matchFootnote(at + 1);
    const after = footnote && source[at + 2 + footnote.length + 2];
    if (footnote !== undefined && after === undefined && this.isOpen) {
      this.holdBack();
      return;
    }
    if (footnote !== undefined && after !== "(" && after !== "[") {
      this.literal();
      return;
    }
    this.openBracket(true);
  }

  private openBracket(isImage: boolean): void {
    const { source, at } = this;
    if (!isImage) {
      const label = this.matchFootnote(at);
      if (label !== undefined) {
        const end = at + label.length + 3;
        this.marks.add({ type: "footnoteReference", identifier: normalizeLabel(label), label }, at, end);
        this.at = end;
        return;
      }
    }
    if (this.isOpen && source.length - at < 66 && UNFINISHED_FOOTNOTE.test(source.slice(at))) {
      this.holdBack();
      return;
    }
    const length = isImage ? 2 : 1;
    this.marks.addBracket(isImage, at, at + length);
    this.at += length;
  }

  private matchFootnote(at: number): string | undefined {
    if (this.source[at + 1] !== "^") return undefined;
    FOOTNOTE.lastIndex = at;
    const label = FOOTNOTE.exec(this.source)?.[1];
    return label !== undefined && this.references.isFootnote(label) ? label : undefined;
  }

  private closeBracket(): void {
    const { source, at } = this;
    const bracket = this.marks.popBracket();
    if (!bracket) {
      this.literal();
      return;
    }
    if (bracket.start < at - REACH || !this.marks.isLive(bracket)) {
      this.failBracket(bracket);
      return;
    }
    const next = source[at + 1];
    if (next === undefined && this.isOpen) {
      this.holdBackLink(bracket);
      return;
    }
    if (next === "(") {
      const resource = scanResource(source, at + 1);
      if (resource === "more" && this.isOpen && source.length - at <= ADDRESS_REACH) {
        this.holdBackLink(bracket);
        return;
      }
      if (typeof resource === "object" && resource.end - at <= ADDRESS_REACH) {
        this.link(bracket, resource, resource.end);
        return;
      }
    }
    const label = next === "[" ? scanLabel(source, at + 1) : "no";
    if (label === "more" && this.isOpen) {
      this.holdBackLink(bracket);
      return;
    }
    const text = source.slice(bracket.piece.end, at);
    if (typeof label === "object" && label.label !== "") {
      const target = this.target(label.label);
      if (target) {
        this.link(bracket, target, label.end);
        return;
      }
    } else if (!bracket.hasBracketAfter) {
      const target = this.target(text);
      if (target) {
        this.link(bracket, target, typeof label === "object" ? label.end : at + 1);
        return;
      }
    }
    this.failBracket(bracket);
  }

  private failBracket(bracket: Bracket): void {
    this.marks.failBracket(bracket, this.at);
    this.literal();
  }

  private target(label: string): Target | undefined {
    return label.length <= 999 && /[^\t\n ]/.test(label) ? this.references.target(label) : undefined;
  }

  private holdBackLink(bracket: Bracket): void {
    this.marks.restoreBracket(bracket);
    this.holdBack();
  }

  private link(bracket: Bracket, target: Target, end: number): void {
    this.marks.wrapBracket(bracket, end, (children) =>
      bracket.isImage
        ? { type: "image", ...pick(target), alt: plainText(children) }
        : { type: "link", ...pick(target), children },
    );
    this.at = end;
  }

  private angle(): void {
    const { source, at } = this;
    if (this.isWithinReach(">", ADDRESS_REACH)) {
      AUTOLINK.lastIndex = at;
      const match = AUTOLINK.exec(source);
      const [whole, address, email] = match ?? [""];
      const text = address ?? email ?? "";
      if (text !== "" && whole.length <= (address === undefined ? REACH : ADDRESS_REACH)) {
        this.addressNode(address ?? `mailto:${email}`, text, at + whole.length);
        return;
      }
      const html = this.matchHtml();
      if (html !== undefined && html.length <= REACH) {
        this.htmlText(html);
        return;
      }
    }
    const length = source.length - at;
    const mayBeMark = this.isOpen && MAYBE_AUTOLINK_OR_HTML.test(source.slice(at, at + 2));
    if (!mayBeMark || length > ADDRESS_REACH) {
      this.literal();
      return;
    }
    const rest = source.slice(at);
    if (UNFINISHED_AUTOLINK.test(rest)) {
      this.undecided();
      this.marks.add(pendingLink(rest.slice(1)), at, source.length);
      this.at = this.end;
      return;
    }
    if (UNFINISHED_NAME.test(rest)) {
      this.holdBack();
      return;
    }
    if (length <= REACH) this.undecided();
    this.literal();
  }

  private matchHtml(): string | undefined {
    const { source, at } = this;
    const bracketed = BRACKETED_HTML.find(({ open }) => source.startsWith(open, at));
    if (!bracketed) {
      HTML_TAG.lastIndex = at;
      return HTML_TAG.exec(source)?.[0];
    }
    const { open, close, overlap } = bracketed;
    if (!this.isWithinReach(close)) return undefined;
    const end = source.indexOf(close, at + open.length - overlap);
    return end < 0 ? undefined : source.slice(at, end + close.length);
  }

  /** Whether `mark` stands within reach from here. Each mark's next place is kept, so asking again costs nothing. */
  private isWithinReach(mark: string, reach = REACH): boolean {
    let place = this.nextPlaces.get(mark) ?? -1;
    if (place < this.at) {
      const found = this.source.indexOf(mark, this.at);
      place = found < 0 ? Number.POSITIVE_INFINITY : found;
      this.nextPlaces.set(mark, place);
    }
    return place <= this.at + reach;
  }

  private htmlText(html: string): void {
    const { at } = this;
    const end = at + html.length;
    if (this.context.isCell && BREAK_TAG.test(html)) {
      this.marks.add({ type: "break", hard: true }, at, end);
      this.at = end;
      return;
    }
    const lines = html.split("\n");
    lines.forEach((line, index) => {
      if (index > 0) this.marks.add({ type: "break", hard: false }, at, end);
      if (line !== "") this.marks.add({ type: "text", value: line }, at, end);
    });
    this.at = end;
  }

  private reference(): void {
    const { source, at } = this;
    const reference = decodeReference(source, at);
    if (reference) {
      this.text(reference.value, reference.end);
      return;
    }
    if (this.isOpen && mayBecomeReference(source, at)) {
      this.holdBack();
      return;
    }
    this.literal();
  }

  private bareAddress(code: number): void {
    const { source, at } = this;
    const isWww = (code | 32) === 119;
    const previous = characterBefore(source, at) || this.context.before;
    const isAllowed = isWww
      ? previous === "" || "(*_[]~ \t\n".includes(previous)
      : !isAsciiLetter(previous.charCodeAt(0));
    if (!isAllowed || at < (this.failedRuns.at(-1)?.end ?? this.context.noAddressUntil) || this.marks.isInBracket(at)) {
      this.plain();
      return;
    }
    const rest = source.slice(at, at + 8).toLowerCase();
    if (this.isOpen && at + rest.length >= source.length && isAddressPrefix(rest)) this.undecided();
    const run = isWww ? matchWww(source, at) : matchProtocol(source, at);
    if (run === undefined) {
      this.plain();
      return;
    }
    const { end, isAddress } = run;
    this.scanned += end - at;
    if (!isAddress) {
      // What follows may still make one of it, as .d.e does of a host that ends with b_c.
      if (this.isOpen && end - at <= ADDRESS_REACH && trailMayGrow(source, end)) this.undecided();
      this.failedRuns.push({ start: at, end });
      this.plain();
      return;
    }
    const address = source.slice(at, end);
    this.addressNode(isWww ? `http://${address}` : address, address, end);
  }

  private email(): boolean {
    const { source, at } = this;
    if (this.marks.isInBracket(at)) return false;
    const end = matchEmail(source, at);
    if (this.isOpen && (end < 0 ? emailMayFollow(source, at) : end >= source.length)) this.undecided();
    if (end < 0) return false;
    const address = source.slice(at, end);
    this.addressNode(`mailto:${address}`, address, end);
    return true;
  }

  private addressNode(href: string, text: string, end: number): void {
    const { source, at } = this;
    // What follows may belong to the address: it must not be clickable by half.
    const mayGrow = this.isOpen && source[at] !== "<" && trailMayGrow(source, end);
    if (mayGrow) this.undecided();
    const node: Inline = mayGrow ? pendingLink(text) : { type: "link", href, children: [textNode(text)] };
    this.marks.add(node, at, end);
    this.at = end;
    if (this.nextEmail >= 0 && this.nextEmail < end) this.nextEmail = this.findEmail(end);
  }

  /** Where the local part of the next possible e-mail address starts whose `@` is not before `from`, or -1. */
  private findEmail(from: number): number {
    const { source } = this;
    for (let sign = source.indexOf("@", from); sign >= 0; sign = source.indexOf("@", sign + 1)) {
      let start = sign;
      while (start > 0 && sign - start <= REACH && isEmailCharacter(source.charCodeAt(start - 1))) start--;
      const previous = start > 0 ? source.charAt(start - 1) : this.context.before;
      const isStart = previous !== "/" && !isEmailCharacter(previous.charCodeAt(0));
      if (start < sign && isStart && start >= this.at) return start;
    }
    return -1;
  }
}

function pick({ href, title }: Target): Target {
  return title === undefined ? { href } : { href, title };
}

function textNode(value: string): Inline {
  return { type: "text", value };
}

function pendingLink(text: string): Inline {
  return { type: "link", children: text === "" ? [] : [textNode(text)] };
}

function isAddressPrefix(rest: string): boolean {
  return "https://".startsWith(rest) || "http://".startsWith(rest) || "www.".startsWith(rest);
}

function emailMayFollow(source: string, at: number): boolean {
  const sign = source.indexOf("@", at);
  return source.length - at <= REACH && /^[\w.-]*$/.test(source.slice(sign + 1));
}

/** Whether nothing but an address's trailing punctuation stands between `end` and the end of the text. */
function trailMayGrow(source: string, end: number): boolean {
  if (source.length - end > ADDRESS_REACH) return false;
  let index = end;
  while (index < source.length && /[!"')*,.:;?_~&\]\w]/.test(source.charAt(index))) index++;
  return index >= source.length;
}

function trimmedLength(source: string, from = 0, to = source.length): number {
  let end = to;
  while (end > from && (source.charCodeAt(end - 1) === 32 || source.charCodeAt(end - 1) === 9)) end--;
  return end;
}

/** Where the letters at the end begin that may be the start of an e-mail address. */
function lastWordStart(source: string, end: number, before: string): number {
  if (end < source.length) return end;
  let start = end;
  while (start > 0 && end - start <= REACH && isEmailCharacter(source.charCodeAt(start - 1))) start--;
  const isWholeWord = start > 0 ? end - start <= REACH : !isEmailCharacter(before.charCodeAt(0));
  return isWholeWord ? start : end;
}

function findCodeEnd(source: string, from: number, length: number, last: number): number {
  for (let start = source.indexOf("`", from); start >= 0 && start <= last; ) {
    let end = start + 1;
    while (source[end] === "`") end++;
    if (end - start === length) return start;
    start = source.indexOf("`", end);
  }
  return -1;
}

function codeValue(content: string): string {
  const value = content.replace(/\n/g, " ");
  const isPadded = value.startsWith(" ") && value.endsWith(" ") && /[^ ]/.test(value);
  return isPadded ? value.slice(1, -1) : value;
}
