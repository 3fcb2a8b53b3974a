import { createLeafText, type LeafText, rewrite, sourceOf } from "./leaf";
import { scanDefinition, type Target } from "./links";
import { findMark } from "./mathematics";
import type {
  Alignment,
  Block,
  Cell,
  Code,
  Container,
  Heading,
  Html,
  Item,
  MathBlock,
  Node,
  Paragraph,
  Row,
  Table,
} from "./tree";

/** What an open block tells the document about. */
export type Sink = {
  add(parent: Container, node: Block | Item): void;
  replaceLast(parent: Container, node: Block): void;
  touch(node: Node): void;
  /** The leaf's text has changed, so its nodes are out of date. */
  edit(leaf: LeafText): void;
  define(label: string, target: Target): void;
};

/**
 * A leaf block that lines still come to. A line comes as `begin`, any number of `extend`, and `endLine`; when that
 * returns true the leaf wants no more lines. `close` ends it for good.
 */
export type OpenLeaf = OpenParagraph | OpenHeading | OpenCode | OpenHtml | OpenMath | OpenTable;

const TASK = /^\[([ xX])\](?:[ \t]+(?=[^ \t])|(?=\n))/;
const MAYBE_TASK = /^\[(?:[ xX](?:\][ \t]*)?)?$/;

export class OpenParagraph {
  readonly type = "paragraph";
  private leaf: LeafText | undefined;
  /** Text not yet in the leaf, because it may turn out to be a definition, a task's box or a table's header. */
  private held = "";
  private lines = 0;
  private lastLine = "";
  private mayBeHeader = false;
  private mayBeTask: boolean;
  private mayBeDefinition = true;

  constructor(
    private readonly sink: Sink,
    private readonly parent: Container,
    isFirst: boolean,
  ) {
    this.mayBeTask = isFirst && parent.type === "item";
  }

  begin(text: string): void {
    this.held += this.lines > 0 ? `\n${text}` : text;
    this.lines++;
    this.lastLine = text;
    this.mayBeHeader = text.startsWith("|");
    this.release(false);
  }

  extend(text: string): void {
    this.held += text;
    this.lastLine += text;
    this.release(false);
  }

  endLine(): boolean {
    return false;
  }

  close(): void {
    this.release(true);
    if (this.leaf) this.settle(this.leaf);
  }

  /** The last line without its box, which may be a table's header. */
  get header(): string {
    return this.lastLine;
  }

  /** Becomes a heading, unless it held only definitions. */
  toHeading(level: number): boolean {
    this.release(true);
    if (!this.leaf) return false;
    const { children, settled } = this.leaf.node;
    this.leaf.node = { type: "heading", level, children, settled };
    this.sink.replaceLast(this.parent, this.leaf.node);
    this.settle(this.leaf);
    return true;
  }

  /** Gives up its last line to the table that takes its place, or follows it when there are other lines. */
  toTable(table: Table): void {
    const length = (this.leaf ? sourceOf(this.leaf).length : 0) + this.held.length;
    const dropped = Math.min(length, this.lastLine.length + 1);
    if (this.held.length >= dropped) this.held = this.held.slice(0, this.held.length - dropped);
    else if (this.leaf) {
      const text = sourceOf(this.leaf) + this.held;
      this.held = "";
      rewrite(this.leaf, text.slice(0, text.length - dropped));
      if (sourceOf(this.leaf) === "") {
        this.sink.replaceLast(this.parent, table);
        return;
      }
    }
    this.close();
    this.sink.add(this.parent, table);
  }

  private settle(leaf: LeafText): void {
    leaf.isOpen = false;
    this.sink.edit(leaf);
  }

  private release(isLast: boolean): void {
    if (this.mayBeTask && !this.releaseTask(isLast)) return;
    if (this.mayBeDefinition && !this.releaseDefinitions(isLast)) return;
    const kept =
      !isLast && this.mayBeHeader ? Math.min(this.held.length, this.lastLine.length + (this.lines > 1 ? 1 : 0)) : 0;
    const text = this.held.slice(0, this.held.length - kept);
    if (text === "") return;
    this.held = this.held.slice(this.held.length - kept);
    this.feed(text);
  }

  private feed(text: string): void {
    if (!this.leaf) {
      const node: Paragraph = { type: "paragraph", children: [], settled: 0 };
      this.leaf = createLeafText(node);
      this.sink.add(this.parent, node);
    }
    this.leaf.tail += text;
    this.sink.edit(this.leaf);
  }

  private releaseTask(isLast: boolean): boolean {
    if (!isLast && MAYBE_TASK.test(this.held)) return false;
    this.mayBeTask = false;
    const task = TASK.exec(this.held);
    if (task && this.parent.type === "item") {
      this.parent.checked = task[1] !== " ";
      this.sink.touch(this.parent);
      this.held = this.held.slice(task[0].length).replace(/^\n/, "");
      if (this.lines === 1) this.lastLine = this.held;
      this.mayBeDefinition = false;
    }
    return true;
  }

  private releaseDefinitions(isLast: boolean): boolean {
    while (this.held.charCodeAt(0) === 91) {
      const definition = scanDefinition(this.held, !isLast);
      if (definition === "more") return false;
      if (definition === "no") break;
      const { label, end, ...target } = definition;
      this.sink.define(label, target);
      this.held = this.held.slice(end);
    }
    if (this.held !== "") this.mayBeDefinition = false;
    return true;
  }
}

export class OpenHeading {
  readonly type = "heading";
  private readonly leaf: LeafText;
  /** Spaces and `#` at the end, which are dropped if nothing follows them. */
  private held = " ";

  constructor(
    private readonly sink: Sink,
    parent: Container,
    level: number,
  ) {
    const node: Heading = { type: "heading", level, children: [], settled: 0 };
    this.leaf = createLeafText(node);
    sink.add(parent, node);
  }

  begin(text: string): void {
    this.extend(text);
  }

  extend(text: string): void {
    const line = this.held + text;
    let end = line.length;
    while (isHeadingSpace(line, end - 1)) end--;
    let marks = end;
    while (line.charCodeAt(marks - 1) === 35) marks--;
    if (isHeadingSpace(line, marks - 1)) end = marks;
    while (isHeadingSpace(line, end - 1)) end--;
    this.held = line.slice(end);
    const content = line.slice(0, end);
    this.leaf.tail += this.leaf.tail === "" && this.leaf.head === "" ? content.trimStart() : content;
    this.sink.edit(this.leaf);
  }

  endLine(): boolean {
    return true;
  }

  close(): void {
    this.leaf.isOpen = false;
    this.sink.edit(this.leaf);
  }
}

function isHeadingSpace(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 32 || code === 9;
}

export type Fence = { character: string; length: number; indent: number };

export class OpenCode {
  readonly type = "code";
  readonly node: Code;
  private blankLines: string[] = [];

  constructor(
    private readonly sink: Sink,
    parent: Container,
    info: string,
    /** Absent on indented code. */
    readonly fence?: Fence,
  ) {
    this.node = { type: "code", info, lines: [], closed: false };
    sink.add(parent, this.node);
  }

  begin(text: string): void {
    if (!this.fence && /^[ \t]*$/.test(text)) {
      this.blankLines.push(text);
      return;
    }
    // Blank lines at the end of indented code are not part of it.
    this.node.lines.push(...this.blankLines, text);
    this.blankLines = [];
    this.sink.touch(this.node);
  }

  extend(text: string): void {
    this.node.lines[this.node.lines.length - 1] += text;
    this.sink.touch(this.node);
  }

  endLine(): boolean {
    return false;
  }

  close(): void {
    this.node.closed = true;
    this.sink.touch(this.node);
  }
}

export class OpenHtml {
  readonly type = "html";
  private readonly node: Html = { type: "html", lines: [] };

  constructor(
    private readonly sink: Sink,
    parent: Container,
    readonly end: RegExp | undefined,
  ) {
    sink.add(parent, this.node);
  }

  begin(text: string): void {
    this.node.lines.push(text);
    this.sink.touch(this.node);
  }

  extend(text: string): void {
    this.node.lines[this.node.lines.length - 1] += text;
    this.sink.touch(this.node);
  }

  endLine(): boolean {
    return this.end?.test(this.node.lines.at(-1) ?? "") ?? false;
  }

  close(): void {}
}

/** Its lines only ever come whole. */
export class OpenMath {
  readonly type = "math";
  private readonly node: MathBlock = { type: "mathBlock", value: "", closed: false };
  private isEnded = false;
  /** What stands after the end mark on its line. */
  rest = "";

  constructor(
    private readonly sink: Sink,
    parent: Container,
    private readonly end: "$$" | "\\]",
  ) {
    sink.add(parent, this.node);
  }

  begin(text: string): void {
    const end = findMark(text, this.end);
    this.isEnded = end >= 0;
    if (this.isEnded) this.rest = text.slice(end + this.end.length);
    const content = (this.isEnded ? text.slice(0, end) : text).trimEnd();
    if (content.trim() !== "") this.node.value += this.node.value === "" ? content.trimStart() : `\n${content}`;
    this.sink.touch(this.node);
  }

  extend(): void {}

  endLine(): boolean {
    return this.isEnded;
  }

  close(): void {
    this.node.closed = true;
    this.sink.touch(this.node);
  }
}

export class OpenTable {
  readonly type = "table";
  readonly node: Table;
  private cells: LeafText[] = [];
  private column = 0;
  private isRowStart = true;
  /** A backslash at the end of what has come: what it escapes is not known yet. */
  private held = "";

  constructor(
    private readonly sink: Sink,
    align: Alignment[],
    header: string,
  ) {
    this.node = { type: "table", align, header: emptyRow(align.length), rows: [] };
    this.fill(this.node.header, header);
    this.endLine();
  }

  begin(text: string): void {
    const row = emptyRow(this.node.align.length);
    this.node.rows.push(row);
    this.sink.touch(this.node);
    this.fill(row, text);
  }

  extend(text: string): void {
    const line = this.held + text;
    this.held = "";
    let from = 0;
    for (let index = 0; index < line.length; index++) {
      const code = line.charCodeAt(index);
      if (code === 92) {
        if (index + 1 >= line.length) {
          this.feed(line.slice(from, index));
          this.held = "\\";
          return;
        }
        // Only here does \| mean | even in code, so it is resolved before inline parsing.
        if (line.charCodeAt(index + 1) === 124) {
          this.feed(line.slice(from, index));
          from = index + 1;
        }
        index++;
      } else if (code === 124) {
        this.feed(line.slice(from, index));
        from = index + 1;
        this.endCell();
      }
    }
    this.feed(line.slice(from));
  }

  endLine(): boolean {
    this.feed(this.held);
    this.held = "";
    this.endCell();
    return false;
  }

  close(): void {}

  private fill(row: Row, text: string): void {
    this.cells = row.cells.map(createLeafText);
    this.column = 0;
    this.isRowStart = true;
    this.extend(text);
  }

  private feed(text: string): void {
    const cell = this.cells[this.column];
    const isEmpty = cell === undefined || (cell.head === "" && cell.tail === "");
    const content = isEmpty ? text.replace(/^[ \t]+/, "") : text;
    if (content === "") return;
    this.isRowStart = false;
    if (!cell) return;
    cell.tail += content;
    this.sink.edit(cell);
  }

  private endCell(): void {
    // The bar before the first cell ends none.
    if (this.isRowStart) {
      this.isRowStart = false;
      return;
    }
    const cell = this.cells[this.column];
    if (cell) {
      cell.isOpen = false;
      this.sink.edit(cell);
    }
    this.column++;
  }
}

function emptyRow(columns: number): Row {
  return {
    type: "row",
    cells: Array.from({ length: columns }, (): Cell => ({ type: "cell", children: [], settled: 0 })),
  };
}

/** How the columns of a delimiter row are aligned. */
export function parseAlignments(row: string): Alignment[] {
  return row
    .replace(/^[ \t]*\|?|\|?[ \t]*$/g, "")
    .split("|")
    .map((cell) => {
      const [isLeft, isRight] = [/^\s*:/.test(cell), /:\s*$/.test(cell)];
      if (isLeft && isRight) return "center";
      return isLeft ? "left" : isRight ? "right" : undefined;
    });
}

/** How many cells a row of a table has. */
export function countCells(row: string): number {
  let cells = 0;
  let hasContent = false;
  let isFirst = true;
  for (let index = 0; index < row.length; index++) {
    const character = row[index];
    if (character === "|") {
      if (hasContent || !isFirst) cells++;
      hasContent = false;
      isFirst = false;
    } else if (character !== " " && character !== "\t") hasContent = true;
    if (character === "\\") index++;
  }
  return hasContent ? cells + 1 : cells;
}
