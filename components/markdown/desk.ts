import type { LexerSource } from "./highlighting";

/** What the views of one answer share. */
export type Desk = {
  /** Puts the formula into `element`, now or as soon as it can be typeset; if never, its source stays. */
  typeset(element: HTMLElement, source: string, isDisplay: boolean): void;
  /** A formula is on its way. */
  expectMathematics(): void;
  /** Lets the rows to come have the columns of those that are there. */
  holdColumns(table: HTMLElement): void;
  /** A block is begun that scrolls sideways if it must. The one before it is written. */
  beginScroller(scroller: Element | null): void;
  lexers: LexerSource;
  /** What makes paragraphs whole again that were too long to be laid out whole while they grew. */
  parted: Set<() => void>;
};
