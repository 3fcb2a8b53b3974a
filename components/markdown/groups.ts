import type { Attributes } from "./shape";

/**
 * How many siblings stand together. A page lays out what changed and asks every sibling of it for its size; so siblings
 * are put into groups, and groups into sheaves. A sheaf that is done is skipped while it is out of sight: not each of its
 * groups, because the page looks in every frame whether what may be skipped has come into sight.
 */
export type Grouping = {
  size: number;
  /** The first so many stand in the parent itself. */
  ungrouped: number;
  tag: string;
  attributes: Attributes;
  sheaf: Attributes;
};

/** How many groups make a sheaf. */
export const SHEAF_SIZE = 4;

export const BLOCKS: Grouping = {
  size: 8,
  ungrouped: 0,
  tag: "div",
  attributes: { class: "group" },
  sheaf: { class: "sheaf" },
};
/** Blocks in blocks, and items of lists: few have so many that it matters. */
export const NESTED: Grouping = {
  size: 32,
  ungrouped: 32,
  tag: "div",
  attributes: { class: "group", role: "presentation" },
  sheaf: { class: "sheaf", role: "presentation" },
};
export const LINES: Grouping = {
  size: 8,
  ungrouped: 0,
  tag: "span",
  attributes: { class: "lines" },
  sheaf: { class: "sheaf" },
};
/** Rows stand in groups alone: a table holds no deeper ones. */
export const ROWS = { size: 32, ungrouped: 0, tag: "tbody", attributes: {} as Attributes };
/** Rows after the first group, which sets the widths of the columns. */
export const FAR_ROWS: Attributes = { class: "rows", role: "rowgroup" };

/** The group that the child at `index` stands in, counted from 0; -1 for the parent itself. */
export function groupAt({ size, ungrouped }: Pick<Grouping, "size" | "ungrouped">, index: number): number {
  return index < ungrouped ? -1 : Math.floor((index - ungrouped) / size);
}

/** Whether the child at `index` is the first of its group. */
export function startsGroup({ size, ungrouped }: Grouping, index: number): boolean {
  return index >= ungrouped && (index - ungrouped) % size === 0;
}

/** A sheaf, or a group of rows, that another follows. Only such are skipped while out of sight: the last one is still being written. */
export function settled(attributes: Attributes): Attributes {
  return { ...attributes, class: attributes.class === undefined ? "settled" : `${attributes.class} settled` };
}
