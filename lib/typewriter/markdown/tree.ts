/**
 * The tree of a text that may still be arriving. Nodes are mutable and keep their identity: a node that
 * grows is the same object, so a view may be kept in a WeakMap by node.
 *
 * - A container's `children` (and a table's `rows`) only change at the end: the last may be replaced, others may be
 *   added after it.
 * - A leaf's `children` below index `settled` never change; those from `settled` on are a guess at how the text
 *   goes on: they may grow in place, be replaced or go. Only a late definition can change settled ones, and then
 *   `children` is another array.
 * - A text node's `value` mostly only gains a suffix.
 */
export type Root = { type: "root"; children: Block[] };

export type Leaf = Paragraph | Heading | Cell;
export type Paragraph = { type: "paragraph"; children: Inline[]; settled: number };
export type Heading = { type: "heading"; level: number; children: Inline[]; settled: number };
export type Cell = { type: "cell"; children: Inline[]; settled: number };

/** `info` is the text after the fence, decoded; indented code has none. While not `closed`, the last line may grow and lines may follow. */
export type Code = { type: "code"; info: string; lines: string[]; closed: boolean };
/** Display mathematics on its own lines. `value` is whole only when `closed`. */
export type MathBlock = { type: "mathBlock"; value: string; closed: boolean };
/** Raw HTML, to be shown as the text it is. The last line may grow, and lines may follow. */
export type Html = { type: "html"; lines: string[] };
export type ThematicBreak = { type: "thematicBreak" };
export type Blockquote = { type: "blockquote"; children: Block[] };
/** `tight` starts true and may once turn false. */
export type List = { type: "list"; ordered: boolean; start: number; tight: boolean; children: Item[] };
/** `checked` is present on a task. */
export type Item = { type: "item"; checked?: boolean; children: Block[] };
export type Alignment = "left" | "center" | "right" | undefined;
/** Each row has as many cells as `align` from the moment it appears. */
export type Table = { type: "table"; align: Alignment[]; header: Row; rows: Row[] };
export type Row = { type: "row"; cells: Cell[] };
/** `identifier` is the label normalised, the same on every reference; `label` is what to show. */
export type FootnoteDefinition = { type: "footnoteDefinition"; identifier: string; label: string; children: Block[] };

export type Container = Root | Blockquote | List | Item | FootnoteDefinition;
export type Block =
  | Paragraph
  | Heading
  | Code
  | MathBlock
  | Html
  | ThematicBreak
  | Blockquote
  | List
  | Table
  | FootnoteDefinition;

/** What one commit may name as changed. */
export type Node = Root | Block | Item | Cell;

export type Inline =
  | Text
  | Emphasis
  | Strong
  | Delete
  | InlineCode
  | Link
  | Image
  | Break
  | InlineMath
  | FootnoteReference;
export type Text = { type: "text"; value: string };
export type Emphasis = { type: "emphasis"; children: Inline[] };
export type Strong = { type: "strong"; children: Inline[] };
export type Delete = { type: "delete"; children: Inline[] };
export type InlineCode = { type: "inlineCode"; value: string };
/** `href` is decoded and unsafe as it stands: see safeHref. It is absent while the link is still arriving. */
export type Link = { type: "link"; href?: string; title?: string; children: Inline[] };
export type Image = { type: "image"; href: string; title?: string; alt: string };
/** A soft break is a line ending in the source. */
export type Break = { type: "break"; hard: boolean };
/** `closed` is false while the end of the formula is still to come. */
export type InlineMath = { type: "inlineMath"; value: string; display: boolean; closed: boolean };
export type FootnoteReference = { type: "footnoteReference"; identifier: string; label: string };
