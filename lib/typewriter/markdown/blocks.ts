import { isSpaceOrTab } from "./characters";
import { unescapeText } from "./entities";
import { MAX_DEPTH } from "./limits";
import { Line } from "./line";
import {
  ATX_HEADING,
  DELIMITER_ROW,
  FENCE,
  FOOTNOTE_DEFINITION,
  HTML_BLOCKS,
  isDecided,
  LIST_MARKER,
  MATH_START,
  SETEXT_UNDERLINE,
  THEMATIC_BREAK,
} from "./line-starts";
import { normalizeLabel } from "./links";
import { findMark } from "./mathematics";
import {
  countCells,
  OpenCode,
  OpenHeading,
  OpenHtml,
  type OpenLeaf,
  OpenMath,
  OpenParagraph,
  OpenTable,
  parseAlignments,
  type Sink,
} from "./open-leaves";
import type { Block, Blockquote, Container, FootnoteDefinition, Item, List, Root } from "./tree";

export type BlockSink = Sink & {
  /** Whether this is the first definition of the footnote, which is the one that counts. */
  defineFootnote(identifier: string): boolean;
};

/** `lastContentLine`: the last line that had something in one of its children. */
type OpenContainer = { hasChildren: boolean; lastContentLine: number } & (
  | { type: "root"; node: Root }
  | { type: "blockquote"; node: Blockquote }
  | { type: "list"; node: List; marker: string }
  /** `width`: the columns a line must be indented by to go on in the item. */
  | { type: "item"; node: Item; list: List; width: number }
  | { type: "footnoteDefinition"; node: FootnoteDefinition }
);

const NEW = { hasChildren: false, lastContentLine: 0 };

/**
 * Parts lines into blocks with CommonMark's stack of open blocks (0.31, appendix, "phase 1"). A line of which only a part
 * is here is taken in as soon as no more text could change what it starts, and its rest then goes straight to its leaf.
 */
export class Blocks {
  private readonly containers: [OpenContainer, ...OpenContainer[]];
  private leaf: OpenLeaf | undefined;
  /** How many of the containers the current line goes on in. */
  private matched = 0;
  private lineNumber = 0;
  /** The start of a line that is not decided yet. */
  private held = "";
  private isInLine = false;
  private nextTry = 0;
  /** Characters looked at to place lines; for the tests of linear cost. */
  scanned = 0;

  constructor(
    root: Root,
    private readonly sink: BlockSink,
  ) {
    this.containers = [{ type: "root", node: root, hasChildren: false, lastContentLine: 0 }];
  }

  /** Takes text whose line endings are all `\n`. */
  append(text: string): void {
    let from = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
      this.takePart(text.slice(from, end));
      this.endLine();
      from = end + 1;
    }
    const rest = text.slice(from);
    if (rest === "") return;
    this.takePart(rest);
    if (!this.isInLine) this.tryHeld();
  }

  finish(): void {
    if (this.isInLine || this.held !== "") this.endLine();
    this.closeFrom(0);
  }

  private takePart(text: string): void {
    if (!this.isInLine) this.held += text;
    else if (text !== "") this.leaf?.extend(text);
  }

  private endLine(): void {
    if (!this.isInLine) this.takeLine(this.held);
    this.isInLine = false;
    this.held = "";
    this.nextTry = 0;
    if (this.leaf?.endLine()) this.closeLeaf();
  }

  /** Lines that stay undecided are looked at again only when they have grown by a quarter, so that long ones stay cheap. */
  private tryHeld(): void {
    if (this.held.length < this.nextTry) return;
    this.scanned += this.held.length;
    if (this.isHeldDecided()) {
      this.takeLine(this.held);
      this.isInLine = true;
      this.held = "";
    } else if (this.held.length >= 64) this.nextTry = this.held.length * 1.25;
  }

  private isHeldDecided(): boolean {
    const line = new Line(this.held);
    const areAllMatched = this.matchContainers(line) === this.containers.length;
    if (line.isBlank) return false;
    const { leaf } = this;
    if (areAllMatched && leaf) {
      if (leaf.type === "math") return false;
      if (leaf.type === "html") return true;
      if (leaf.type === "code" && leaf.fence) return line.isIndented || !mayCloseFence(line, leaf.fence.character);
      if (leaf.type === "code" && line.isIndented) return true;
    }
    return isDecided(line.text, line.offset, leaf?.type === "paragraph", areAllMatched && leaf?.type === "table");
  }

  private takeLine(text: string): void {
    this.scanned += text.length;
    this.lineNumber++;
    const line = new Line(text);
    this.matched = this.matchContainers(line);
    const hasContent = !line.isBlank;
    const areAllMatched = this.matched === this.containers.length;
    if (!(areAllMatched && this.continueLeaf(line))) this.startBlocks(line, areAllMatched);
    this.noteContent(hasContent || this.doBlankLinesCount());
  }

  /** On a blank line the marks of block quotes are content of what is around the quotes. */
  private noteContent(hasContent: boolean): void {
    const last = hasContent
      ? this.containers.length
      : this.containers.findLastIndex(({ type }) => type === "blockquote");
    for (let index = 0; index < last; index++) {
      const container = this.containers[index];
      if (container) container.lastContentLine = this.lineNumber;
    }
  }

  private doBlankLinesCount(): boolean {
    const { leaf } = this;
    return (
      leaf?.type === "math" ||
      (leaf?.type === "code" && leaf.fence !== undefined) ||
      (leaf?.type === "html" && leaf.end !== undefined)
    );
  }

  private matchContainers(line: Line): number {
    let matched = 1;
    while (matched < this.containers.length) {
      const container = this.containers[matched];
      if (!container || !continueContainer(container, line)) break;
      matched++;
    }
    return matched;
  }

  /** Gives the line to the open leaf, if it is one that takes any line. */
  private continueLeaf(line: Line): boolean {
    const { leaf } = this;
    switch (leaf?.type) {
      case "code":
        return leaf.fence ? this.continueFenced(leaf, line, leaf.fence) : this.continueIndented(leaf, line);
      case "html":
        if (line.isBlank && !leaf.end) return false;
        leaf.begin(line.rest());
        return true;
      case "math": {
        leaf.begin(line.rest());
        const rest = new Line(leaf.rest);
        if (!rest.isBlank) this.openParagraph(rest);
        return true;
      }
      case "paragraph":
      case "table":
      case "heading":
      case undefined:
        return false;
    }
  }

  private continueFenced(
    leaf: OpenCode,
    line: Line,
    fence: { character: string; length: number; indent: number },
  ): boolean {
    if (!line.isIndented && line.text.charAt(line.nextOffset) === fence.character) {
      const run = line.content().trimEnd();
      if (run.length >= fence.length && run === fence.character.repeat(run.length)) {
        this.closeLeaf();
        return true;
      }
    }
    line.skipColumns(fence.indent);
    leaf.begin(line.rest());
    return true;
  }

  private continueIndented(leaf: OpenCode, line: Line): boolean {
    if (!line.isIndented && !line.isBlank) return false;
    line.skipColumns(4);
    leaf.begin(line.rest());
    return true;
  }

  private startBlocks(line: Line, areAllMatched: boolean): void {
    const { leaf } = this;
    const wasParagraph = leaf?.type === "paragraph";
    let isInParagraph = areAllMatched && wasParagraph && !line.isBlank;
    const isInTable = areAllMatched && leaf?.type === "table" && !line.isBlank;
    let hasStarted = false;
    while (!line.isBlank) {
      const start = this.startBlock(line, isInParagraph, wasParagraph && !hasStarted);
      if (start === "leaf") return;
      if (start === "none") break;
      hasStarted = true;
      isInParagraph = false;
    }
    const isLazy = !hasStarted && wasParagraph && !line.isBlank;
    if (leaf && (isLazy || (!hasStarted && isInTable))) {
      leaf.begin(line.content());
      return;
    }
    this.closeUnmatched();
    if (!line.isBlank) this.openParagraph(line);
  }

  /** Starts one block at the line's place. `isTipParagraph`: a paragraph is open, though perhaps the line is outside it. */
  private startBlock(line: Line, isInParagraph: boolean, isTipParagraph: boolean): "container" | "leaf" | "none" {
    if (line.isIndented) {
      if (isTipParagraph) return "none";
      line.skipColumns(4);
      this.openLeaf((parent) => new OpenCode(this.sink, parent, ""), line.rest());
      return "leaf";
    }
    switch (line.next) {
      case 62:
        return this.startBlockquote(line);
      case 35:
        return this.startHeading(line);
      case 96:
      case 126:
        return this.startFence(line);
      case 60:
        return this.startHtml(line, isTipParagraph);
      case 36:
      case 92:
        return this.startMath(line);
      case 91:
        return this.startFootnote(line);
    }
    if (isInParagraph && this.startSetext(line)) return "leaf";
    if (line.match(THEMATIC_BREAK)) {
      this.closeUnmatched();
      this.sink.add(this.parentFor("thematicBreak").node, { type: "thematicBreak" });
      return "leaf";
    }
    if (this.startItem(line, isInParagraph) === "container") return "container";
    return isInParagraph && this.startTable(line) ? "leaf" : "none";
  }

  private startBlockquote(line: Line): "container" | "none" {
    if (this.matched > MAX_DEPTH) return "none";
    skipQuoteMark(line);
    this.openContainer({ type: "blockquote", node: { type: "blockquote", children: [] }, ...NEW });
    return "container";
  }

  private startHeading(line: Line): "leaf" | "none" {
    const marks = line.match(ATX_HEADING)?.[0].length;
    if (marks === undefined) return "none";
    line.skipIndent();
    line.skipCharacters(marks);
    this.openLeaf((parent) => new OpenHeading(this.sink, parent, marks), line.content());
    return "leaf";
  }

  private startFence(line: Line): "leaf" | "none" {
    const match = line.match(FENCE);
    if (!match) return "none";
    const run = match[1] ?? match[3] ?? "";
    const info = unescapeText((match[2] ?? match[4] ?? "").trim());
    const fence = { character: run.charAt(0), length: run.length, indent: line.indent };
    this.openLeaf((parent) => new OpenCode(this.sink, parent, info, fence));
    return "leaf";
  }

  private startHtml(line: Line, isTipParagraph: boolean): "leaf" | "none" {
    const block = HTML_BLOCKS.find(({ start, canInterrupt }) => (canInterrupt || !isTipParagraph) && line.match(start));
    if (!block) return "none";
    this.openLeaf((parent) => new OpenHtml(this.sink, parent, block.end), line.rest());
    return "leaf";
  }

  private startMath(line: Line): "leaf" | "none" {
    const match = line.match(MATH_START);
    if (!match) return "none";
    const close = match[1] ? "$$" : "\\]";
    const content = (match[3] ?? "").trim();
    const closeAt = findMark(content, close);
    if (closeAt >= 0 && (closeAt === 0 || closeAt < content.length - 2)) return "none";
    if (closeAt < 0 && content.includes("$")) return "none";
    this.openLeaf((parent) => new OpenMath(this.sink, parent, close), content);
    return "leaf";
  }

  private startFootnote(line: Line): "container" | "none" {
    const match = line.match(FOOTNOTE_DEFINITION);
    if (!match || this.matched > MAX_DEPTH) return "none";
    line.skipIndent();
    line.skipCharacters(match[0].length);
    const label = match[1] ?? "";
    const identifier = normalizeLabel(label);
    const node: FootnoteDefinition = { type: "footnoteDefinition", identifier, label, children: [] };
    this.openContainer({ type: "footnoteDefinition", node, ...NEW }, this.sink.defineFootnote(identifier));
    return "container";
  }

  private startSetext(line: Line): boolean {
    const match = line.match(SETEXT_UNDERLINE);
    if (!match || this.leaf?.type !== "paragraph" || !this.leaf.toHeading(match[1]?.startsWith("=") ? 1 : 2))
      return false;
    this.leaf = undefined;
    return true;
  }

  private startTable(line: Line): boolean {
    const { leaf } = this;
    if (leaf?.type !== "paragraph" || !line.match(DELIMITER_ROW)) return false;
    const row = line.content();
    if (!/[|:]/.test(row)) return false;
    const align = parseAlignments(row);
    if (countCells(leaf.header) !== align.length) return false;
    const table = new OpenTable(this.sink, align, leaf.header);
    leaf.toTable(table.node);
    this.leaf = table;
    return true;
  }

  private startItem(line: Line, isInParagraph: boolean): "container" | "none" {
    const match = line.match(LIST_MARKER);
    if (!match || this.matched + 1 > MAX_DEPTH) return "none";
    const [marker, bullet, digits, delimiter] = match;
    const isEmpty = !/[^ \t]/.test(line.text.slice(line.nextOffset + marker.length));
    if (isInParagraph && (isEmpty || (digits !== undefined && Number(digits) !== 1))) return "none";
    const markerIndent = line.indent;
    line.skipIndent();
    line.skipCharacters(marker.length);
    const spaces = line.indent;
    const hasTooMany = spaces >= 5 || isEmpty;
    line.skipColumns(hasTooMany ? 1 : spaces);
    const width = markerIndent + marker.length + (hasTooMany ? 1 : spaces);
    const kind = bullet ?? delimiter ?? "";
    const list = this.listFor(kind, digits === undefined ? undefined : Number(digits));
    this.openContainer({ type: "item", node: { type: "item", children: [] }, list, width, ...NEW });
    return "container";
  }

  /** The open list an item with this marker belongs to, or a new one. */
  private listFor(marker: string, start: number | undefined): List {
    const last = this.containers[this.matched - 1];
    if (last?.type === "list" && last.marker === marker) return last.node;
    const node: List = { type: "list", ordered: start !== undefined, start: start ?? 1, tight: true, children: [] };
    this.openContainer({ type: "list", node, marker, ...NEW });
    return node;
  }

  private openContainer(container: Exclude<OpenContainer, { type: "root" }>, isShown = true): void {
    this.closeUnmatched();
    const parent = this.parentFor(container.type);
    if (isShown) this.sink.add(parent.node, container.node);
    this.containers.push(container);
    this.matched = this.containers.length;
  }

  private openLeaf(create: (parent: Container) => OpenLeaf, text?: string): void {
    this.closeUnmatched();
    this.leaf = create(this.parentFor("leaf").node);
    if (text !== undefined) this.leaf.begin(text);
  }

  private openParagraph(line: Line): void {
    const last = this.containers[this.matched - 1];
    const isFirst = last !== undefined && !last.hasChildren;
    this.openLeaf((parent) => new OpenParagraph(this.sink, parent, isFirst), line.content());
  }

  /** The container a new child goes into; a blank line before it makes the list around it loose. */
  private parentFor(child: Block["type"] | "item" | "leaf"): OpenContainer {
    let parent = this.containers.at(-1) ?? this.containers[0];
    if (parent.type === "list" && child !== "item") {
      this.closeFrom(this.containers.length - 1);
      parent = this.containers.at(-1) ?? this.containers[0];
    }
    const isAfterBlank = parent.hasChildren && this.lineNumber - parent.lastContentLine > 1;
    if (isAfterBlank && parent.type === "list") this.loosen(parent.node);
    if (isAfterBlank && parent.type === "item") this.loosen(parent.list);
    parent.hasChildren = true;
    return parent;
  }

  private loosen(list: List): void {
    if (!list.tight) return;
    list.tight = false;
    this.sink.touch(list);
  }

  private closeUnmatched(): void {
    this.closeFrom(this.matched);
  }

  private closeFrom(depth: number): void {
    this.closeLeaf();
    while (this.containers.length > Math.max(depth, 1)) this.containers.pop();
    this.matched = Math.min(this.matched, this.containers.length);
  }

  private closeLeaf(): void {
    this.leaf?.close();
    this.leaf = undefined;
  }
}

function continueContainer(container: OpenContainer, line: Line): boolean {
  switch (container.type) {
    case "root":
    case "list":
      return true;
    case "blockquote":
      if (line.isIndented || line.next !== 62) return false;
      skipQuoteMark(line);
      return true;
    case "item":
      if (line.isBlank) {
        line.skipIndent();
        return container.hasChildren;
      }
      if (line.indent < container.width) return false;
      line.skipColumns(container.width);
      return true;
    case "footnoteDefinition":
      if (line.isBlank) return true;
      if (!line.isIndented) return false;
      line.skipColumns(4);
      return true;
  }
}

function skipQuoteMark(line: Line): void {
  line.skipIndent();
  line.skipCharacters(1);
  if (isSpaceOrTab(line.text.charCodeAt(line.offset))) line.skipColumns(1);
}

function mayCloseFence(line: Line, character: string): boolean {
  let index = line.nextOffset;
  while (line.text[index] === character) index++;
  while (isSpaceOrTab(line.text.charCodeAt(index))) index++;
  return index >= line.text.length;
}
