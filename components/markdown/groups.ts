import type { Attributes } from "./shape";

/**
 * How many siblings stand together. A page lays out what changed and asks every sibling of it for its size; so siblings
 * are put into groups, and groups that are done are skipped while they are out of sight.
 */
export type Grouping = {
  size: number;
  /** The first so many stand in the parent itself. */
  ungrouped: number;
  tag: string;
  attributes: Attributes;
};

export const BLOCKS: Grouping = { size: 16, ungrouped: 0, tag: "div", attributes: { class: "group" } };
/** Blocks in blocks, and items of lists: few have so many that it matters. */
export const NESTED: Grouping = {
  size: 32,
  ungrouped: 32,
  tag: "div",
  attributes: { class: "group", role: "presentation" },
};
export const LINES: Grouping = { size: 32, ungrouped: 0, tag: "span", attributes: { class: "lines" } };
export const ROWS: Grouping = { size: 32, ungrouped: 0, tag: "tbody", attributes: {} };
/** Rows after the first group, which sets the widths of the columns. */
export const FAR_ROWS: Attributes = { class: "rows", role: "rowgroup" };

/** The group that the child at `index` stands in, counted from 0; -1 for the parent itself. */
export function groupAt({ size, ungrouped }: Grouping, index: number): number {
  return index < ungrouped ? -1 : Math.floor((index - ungrouped) / size);
}

/** Whether the child at `index` is the first of its group. */
export function startsGroup({ size, ungrouped }: Grouping, index: number): boolean {
  return index >= ungrouped && (index - ungrouped) % size === 0;
}

/** A group that another follows. Only such groups are skipped while out of sight: the last one is still being written. */
export function settled(attributes: Attributes): Attributes {
  return { ...attributes, class: attributes.class === undefined ? "settled" : `${attributes.class} settled` };
}
