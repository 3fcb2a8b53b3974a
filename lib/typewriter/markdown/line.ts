import { isSpaceOrTab, TAB } from "./characters";

/** A place within a line: CommonMark 0.31, section 2.2, with tab stops of four columns. */
export class Line {
  /** The place in UTF-16 units, and in columns. */
  offset = 0;
  column = 0;
  /** Columns of a tab at `offset` that are used up. */
  private isInTab = false;
  nextOffset = 0;
  nextColumn = 0;

  constructor(readonly text: string) {
    this.find();
  }

  get indent(): number {
    return this.nextColumn - this.column;
  }

  get isIndented(): boolean {
    return this.indent >= 4;
  }

  get isBlank(): boolean {
    return this.nextOffset >= this.text.length;
  }

  /** The first character that is not a space, as a code; NaN on a blank line. */
  get next(): number {
    return this.text.charCodeAt(this.nextOffset);
  }

  /** What a sticky pattern finds at the first character that is not a space. */
  match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.nextOffset;
    return pattern.exec(this.text);
  }

  skipIndent(): void {
    this.offset = this.nextOffset;
    this.column = this.nextColumn;
    this.isInTab = false;
  }

  skipCharacters(count: number): void {
    this.offset += count;
    this.column += count;
    this.isInTab = false;
    this.find();
  }

  /** Moves over at most `count` columns of spaces and tabs. */
  skipColumns(count: number): void {
    let left = count;
    while (left > 0 && isSpaceOrTab(this.text.charCodeAt(this.offset))) {
      if (this.text.charCodeAt(this.offset) === TAB) {
        const width = 4 - (this.column % 4);
        const used = Math.min(width, left);
        this.column += used;
        left -= used;
        this.isInTab = used < width;
        if (!this.isInTab) this.offset++;
      } else {
        this.offset++;
        this.column++;
        left--;
      }
    }
    this.find();
  }

  /** What is left of the line, with a half used tab as spaces. */
  rest(): string {
    if (!this.isInTab) return this.text.slice(this.offset);
    return " ".repeat(4 - (this.column % 4)) + this.text.slice(this.offset + 1);
  }

  /** What is left from the first character that is not a space. */
  content(): string {
    return this.text.slice(this.nextOffset);
  }

  private find(): void {
    let offset = this.offset;
    let column = this.column;
    for (; offset < this.text.length; offset++) {
      const code = this.text.charCodeAt(offset);
      if (!isSpaceOrTab(code)) break;
      column += code === TAB ? 4 - (column % 4) : 1;
    }
    this.nextOffset = offset;
    this.nextColumn = column;
  }
}
