import { MAX_DEPTH, REACH, TEXT_LENGTH } from "./limits";
import type { Inline } from "./tree";

/** A node on its way, with the range of the source it came from. Pieces form a list in source order. */
export type Piece = {
  node: Inline;
  start: number;
  end: number;
  /** Where the run of delimiters starts that the piece starts in; elsewhere the same as `start`. */
  runStart: number;
  depth: number;
  previous: Piece | undefined;
  next: Piece | undefined;
  /** Set while the piece is a mark that later text may still pair. */
  opening: Delimiter | Bracket | undefined;
};

/** An entry of CommonMark's delimiter stack; `length` is what is left of the run. */
export type Delimiter = {
  type: "delimiter";
  piece: Piece;
  /** Where the whole run starts; its piece moves as it is used up. */
  start: number;
  character: string;
  length: number;
  fullLength: number;
  canOpen: boolean;
  canClose: boolean;
  previous: Delimiter | undefined;
  next: Delimiter | undefined;
};

/** An entry of CommonMark's bracket stack. */
export type Bracket = {
  type: "bracket";
  piece: Piece;
  start: number;
  isImage: boolean;
  delimiterBefore: Delimiter | undefined;
  hasBracketAfter: boolean;
};

/**
 * `settled` are the nodes of the first `settledLength` characters, which no later text can change; `open` are the nodes
 * of the rest as it looks now. The first `bracketUntil` characters of the rest lie in brackets that are text.
 */
export type Parted = { settled: Inline[]; settledLength: number; bracketUntil: number; open: Inline[] };

/** How many unfinished marks are shown as if finished, and over how many characters an unfinished `[` is. */
const SHOWN_OPEN = 4;
const LINK_SHOWN_OPEN = 300;

/** The pieces of one inline parse, with the stacks that pair marks: CommonMark 0.31, appendix, "phase 2". */
export class Marks {
  private first: Piece | undefined;
  private last: Piece | undefined;
  private lastDelimiter: Delimiter | undefined;
  private readonly brackets: Bracket[] = [];
  /** Links cannot hold links: a `[` before this place can no longer open one. */
  private noLinkBefore = 0;
  /** The brackets that turned out to be text. No bare address between them is a link. */
  private readonly failed: { start: number; end: number }[] = [];

  /** `bracketUntil`: up to there the source lies in brackets opened before it. */
  constructor(private readonly bracketUntil: number) {}

  add(node: Inline, start: number, end: number): Piece {
    const piece: Piece = {
      node,
      start,
      end,
      runStart: start,
      depth: 0,
      previous: this.last,
      next: undefined,
      opening: undefined,
    };
    if (this.last) this.last.next = piece;
    else this.first = piece;
    this.last = piece;
    return piece;
  }

  addDelimiter(character: string, start: number, end: number, canOpen: boolean, canClose: boolean): void {
    const length = end - start;
    const piece = this.add({ type: "text", value: character.repeat(length) }, start, end);
    const previous = this.lastDelimiter;
    const delimiter: Delimiter = {
      type: "delimiter",
      piece,
      start,
      character,
      length,
      fullLength: length,
      canOpen,
      canClose,
      previous,
      next: undefined,
    };
    piece.opening = delimiter;
    if (previous) previous.next = delimiter;
    this.lastDelimiter = delimiter;
  }

  addBracket(isImage: boolean, start: number, end: number): void {
    const piece = this.add({ type: "text", value: isImage ? "![" : "[" }, start, end);
    const enclosing = this.brackets.at(-1);
    if (enclosing) enclosing.hasBracketAfter = true;
    const bracket: Bracket = {
      type: "bracket",
      piece,
      start,
      isImage,
      delimiterBefore: this.lastDelimiter,
      hasBracketAfter: false,
    };
    piece.opening = bracket;
    this.brackets.push(bracket);
  }

  popBracket(): Bracket | undefined {
    const bracket = this.brackets.pop();
    if (bracket) bracket.piece.opening = undefined;
    return bracket;
  }

  restoreBracket(bracket: Bracket): void {
    bracket.piece.opening = bracket;
    this.brackets.push(bracket);
  }

  failBracket({ start }: Bracket, end: number): void {
    this.failed.push({ start, end: Math.min(end, start + REACH) });
  }

  isLive(bracket: Bracket): boolean {
    return bracket.isImage || bracket.piece.start >= this.noLinkBefore;
  }

  /** Whether an unclosed bracket stands before `at`, within reach. */
  isInBracket(at: number): boolean {
    const bracket = this.brackets.at(-1);
    return at < this.bracketUntil || (bracket !== undefined && bracket.start >= at - REACH);
  }

  /** Replaces all from the bracket on by one node. */
  wrapBracket(bracket: Bracket, end: number, make: (children: Inline[]) => Inline): void {
    this.match(bracket.delimiterBefore);
    const depth = this.depthBetween(bracket.piece, undefined) + 1;
    const node = make(collect(bracket.piece.next, undefined));
    this.lastDelimiter = bracket.delimiterBefore;
    if (this.lastDelimiter) this.lastDelimiter.next = undefined;
    this.last = bracket.piece.previous;
    if (this.last) this.last.next = undefined;
    else this.first = undefined;
    this.add(node, bracket.piece.start, end).depth = bracket.isImage ? 0 : depth;
    if (!bracket.isImage) this.noLinkBefore = bracket.piece.start;
  }

  /** Pairs the delimiters after `bottom`: CommonMark's "process emphasis". */
  match(bottom?: Delimiter): void {
    const searchedTo = new Map<string, Delimiter | undefined>();
    let closer = this.firstAfter(bottom);
    while (closer) {
      if (!closer.canClose) {
        closer = closer.next;
        continue;
      }
      const key = searchKey(closer);
      const opener = this.findOpener(closer, searchedTo.has(key) ? searchedTo.get(key) : bottom, bottom);
      if (opener) {
        closer = this.pair(opener, closer);
        continue;
      }
      searchedTo.set(key, closer.previous);
      const next: Delimiter | undefined = closer.next;
      if (!closer.canOpen) this.remove(closer);
      closer = next;
    }
  }

  nodes(): Inline[] {
    return collect(this.first, undefined);
  }

  /** The nodes, parted where text after `decided` could change them; the open ones shown as if finished. */
  part(decided: number): Parted {
    this.match();
    const border = Math.min(decided, this.firstPending(decided));
    let last: Piece | undefined;
    let piece = this.first;
    for (; piece && piece.end <= border; piece = piece.next) last = piece;
    // A run must not be parted: its whole length decides what it can pair with.
    while (last && piece && piece.runStart < last.end) {
      piece = last;
      last = last.previous;
    }
    const settled = last ? collect(this.first, piece) : [];
    const settledLength = last?.end ?? 0;
    const bracketUntil = Math.max(0, this.bracketEnd(settledLength) - settledLength);
    return { settled, settledLength, bracketUntil, open: this.finished(piece, decided) };
  }

  /** Where the brackets around `at` end that are known to be text. */
  private bracketEnd(at: number): number {
    let end = this.bracketUntil;
    for (const failed of this.failed) if (failed.start < at) end = Math.max(end, failed.end);
    for (const { start } of this.brackets) if (start < at) end = Math.max(end, start + REACH);
    return end;
  }

  private finished(from: Piece | undefined, decided: number): Inline[] {
    if (!from) return [];
    let nodes: Inline[] = [];
    let shownOpen = 0;
    let hasLink = false;
    const end = this.last?.end ?? 0;
    for (let piece = this.last; piece; piece = piece === from ? undefined : piece.previous) {
      const opening = isPending(piece, decided) ? piece.opening : undefined;
      if (opening?.type === "bracket" && opening.isImage) nodes = [];
      else if (opening?.type === "bracket" && !hasLink && end - piece.start < LINK_SHOWN_OPEN) {
        hasLink = true;
        nodes = nodes.length > 0 ? [{ type: "link", children: collectReversed(nodes) }] : [];
      } else if (opening?.type === "delimiter" && canShowOpen(opening) && shownOpen < SHOWN_OPEN) {
        shownOpen++;
        if (nodes.length > 0) nodes = [emphasize(opening, collectReversed(nodes))];
      } else nodes.push(piece.node);
    }
    return collectReversed(nodes);
  }

  /** Where the first mark starts that later text may still pair. */
  private firstPending(decided: number): number {
    const isNear = ({ start }: Delimiter | Bracket) => start + REACH >= decided;
    const bracket = this.brackets.find(isNear);
    let delimiter = this.firstAfter(undefined);
    while (delimiter && !(delimiter.canOpen && isNear(delimiter))) delimiter = delimiter.next;
    return Math.min(bracket?.start ?? Number.POSITIVE_INFINITY, delimiter?.start ?? Number.POSITIVE_INFINITY);
  }

  private firstAfter(bottom: Delimiter | undefined): Delimiter | undefined {
    if (bottom) return bottom.next;
    let delimiter = this.lastDelimiter;
    while (delimiter?.previous) delimiter = delimiter.previous;
    return delimiter;
  }

  private findOpener(closer: Delimiter, searchedTo: Delimiter | undefined, bottom: Delimiter | undefined) {
    const earliest = closer.start - REACH;
    for (let opener = closer.previous; opener && opener !== searchedTo && opener !== bottom; opener = opener.previous) {
      if (opener.start < earliest) return undefined;
      if (fits(opener, closer) && this.depthBetween(opener.piece, closer.piece) < MAX_DEPTH) return opener;
    }
    return undefined;
  }

  /** Wraps what is between the two, and returns where matching goes on. */
  private pair(opener: Delimiter, closer: Delimiter): Delimiter | undefined {
    const used = closer.character === "~" ? closer.length : opener.length >= 2 && closer.length >= 2 ? 2 : 1;
    const depth = this.depthBetween(opener.piece, closer.piece) + 1;
    const children = collect(opener.piece.next, closer.piece);
    const node: Inline =
      closer.character === "~"
        ? { type: "delete", children }
        : used === 2
          ? { type: "strong", children }
          : { type: "emphasis", children };
    const wrapped: Piece = {
      node,
      start: opener.piece.end - used,
      end: closer.piece.start + used,
      runStart: opener.start,
      depth,
      previous: opener.piece,
      next: closer.piece,
      opening: undefined,
    };
    opener.piece.next = wrapped;
    closer.piece.previous = wrapped;
    opener.next = closer;
    closer.previous = opener;
    shorten(opener, used);
    opener.piece.end -= used;
    shorten(closer, used);
    closer.piece.start += used;
    if (opener.length === 0) this.removeWithPiece(opener);
    if (closer.length > 0) return closer;
    const next = closer.next;
    this.removeWithPiece(closer);
    return next;
  }

  private remove(delimiter: Delimiter): void {
    delimiter.piece.opening = undefined;
    if (delimiter.previous) delimiter.previous.next = delimiter.next;
    if (delimiter.next) delimiter.next.previous = delimiter.previous;
    else this.lastDelimiter = delimiter.previous;
  }

  private removeWithPiece(delimiter: Delimiter): void {
    this.remove(delimiter);
    const { previous, next } = delimiter.piece;
    if (previous) previous.next = next;
    else this.first = next;
    if (next) next.previous = previous;
    else this.last = previous;
  }

  private depthBetween(opener: Piece, closer: Piece | undefined): number {
    let depth = 0;
    for (let piece = opener.next; piece && piece !== closer; piece = piece.next) depth = Math.max(depth, piece.depth);
    return depth;
  }
}

/** Adds a node to a list, joining text to text. The list owns its text nodes: they grow in place. */
export function appendInline(list: Inline[], node: Inline): void {
  const last = list.at(-1);
  if (node.type !== "text") {
    list.push(node);
    return;
  }
  if (last?.type !== "text") {
    appendText(list, "", node.value);
    return;
  }
  list.pop();
  appendText(list, last.value, node.value);
}

/** The text of the nodes without their marks. */
export function plainText(nodes: Inline[]): string {
  return nodes.map(textOf).join("");
}

function textOf(node: Inline): string {
  switch (node.type) {
    case "text":
    case "inlineCode":
    case "inlineMath":
      return node.value;
    case "image":
      return node.alt;
    case "break":
      return "\n";
    case "footnoteReference":
      return node.label;
    case "emphasis":
    case "strong":
    case "delete":
    case "link":
      return plainText(node.children);
  }
}

function appendText(list: Inline[], start: string, added: string): void {
  let value = start;
  let rest = added;
  while (value.length + rest.length > TEXT_LENGTH) {
    const cut = breakableFrom(rest, Math.max(0, TEXT_LENGTH - value.length));
    if (cut < 0) break;
    list.push({ type: "text", value: value + rest.slice(0, cut) });
    value = "";
    rest = rest.slice(cut);
  }
  list.push({ type: "text", value: value + rest });
}

/** The first space or CJK character not before `from`, where no cluster of characters can be cut in two. */
function breakableFrom(text: string, from: number): number {
  for (let index = from; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const isCjk =
      code >= 0x3001 && code <= 0x9fff && code !== 0x3099 && code !== 0x309a && !(code >= 0x302a && code <= 0x302f);
    if (code === 32 || isCjk) return index;
  }
  return -1;
}

function collect(from: Piece | undefined, to: Piece | undefined): Inline[] {
  const nodes: Inline[] = [];
  for (let piece = from; piece && piece !== to; piece = piece.next) appendInline(nodes, piece.node);
  return nodes;
}

function collectReversed(reversed: Inline[]): Inline[] {
  const nodes: Inline[] = [];
  for (let index = reversed.length - 1; index >= 0; index--) {
    const node = reversed[index];
    if (node) appendInline(nodes, node);
  }
  return nodes;
}

function isPending(piece: Piece, decided: number): boolean {
  const { opening } = piece;
  if (!opening || opening.start + REACH < decided) return false;
  return opening.type === "bracket" || opening.canOpen;
}

function canShowOpen({ character, length }: Delimiter): boolean {
  // A single ~ mostly means "about".
  return character === "~" ? length === 2 : length <= 3;
}

function emphasize({ character, length }: Delimiter, children: Inline[]): Inline {
  if (character === "~") return { type: "delete", children };
  if (length === 1) return { type: "emphasis", children };
  const strong: Inline = { type: "strong", children };
  return length === 2 ? strong : { type: "emphasis", children: [strong] };
}

function fits(opener: Delimiter, closer: Delimiter): boolean {
  if (opener.character !== closer.character || !opener.canOpen) return false;
  if (closer.character === "~") return opener.fullLength === closer.fullLength;
  const isAmbiguous = opener.canClose || closer.canOpen;
  const sum = opener.fullLength + closer.fullLength;
  return !isAmbiguous || sum % 3 !== 0 || (opener.fullLength % 3 === 0 && closer.fullLength % 3 === 0);
}

function searchKey({ character, fullLength, canOpen }: Delimiter): string {
  return character + (canOpen ? "o" : "c") + (character === "~" ? fullLength : fullLength % 3);
}

function shorten(delimiter: Delimiter, by: number): void {
  delimiter.length -= by;
  delimiter.piece.node = { type: "text", value: delimiter.character.repeat(delimiter.length) };
}
