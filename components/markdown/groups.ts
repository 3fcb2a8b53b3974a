import type { Attributes } from "./shape";

/**
 * How many siblings stand together. A page lays out what changed and asks every sibling of it for its size; so siblings
 * are put into groups, groups into sheaves, and sheaves into quires. A sheaf that is settled is skipped while it is out
 * of sight: not each of its groups, because the page looks in every frame whether what may be skipped has come into
 * sight. Only near the end of an answer that is growing are the groups skipped, since a page paints far beyond what is in
 * sight; and far from it whole quires.
 */
export type Grouping = {
  size: number;
  /** The first so many stand in the parent itself. */
  ungrouped: number;
  tag: string;
  attributes: Attributes;
  areSkipped: boolean;
  /** What groups stand in, from the outermost. */
  boxes: readonly Attributes[];
};

/** How many groups make a sheaf, and sheaves a quire. */
export const BOX_SIZE = 4;
/** How many boxes at the end are not settled: the one that is written, and the one before, which is near enough to be in sight. */
export const OPEN_BOXES = 2;

export const BLOCKS: Grouping = {
  size: 4,
  ungrouped: 0,
  tag: "div",
  attributes: { class: "group" },
  areSkipped: true,
  boxes: [{ class: "quire" }, { class: "sheaf" }],
};
/** Blocks in blocks, and items of lists: few have so many that it matters. */
export const NESTED: Grouping = {
  size: 32,
  ungrouped: 32,
  tag: "div",
  attributes: { class: "group", role: "presentation" },
  areSkipped: true,
  boxes: [
    { class: "quire", role: "presentation" },
    { class: "sheaf", role: "presentation" },
  ],
};
export const LINES: Grouping = {
  size: 8,
  ungrouped: 0,
  tag: "span",
  attributes: { class: "lines" },
  areSkipped: false,
  boxes: [{ class: "sheaf" }],
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

/** The children in groups of `size`; the last may have fewer. */
export function inGroups<Child>({ size }: { size: number }, children: readonly Child[]): Child[][] {
  const count = Math.ceil(children.length / size);
  return Array.from({ length: count }, (_, index) => children.slice(index * size, (index + 1) * size));
}

/** A group or a box that another follows. */
export function written(attributes: Attributes): Attributes {
  return withClass(attributes, "written");
}

/** A box, or a group of rows, that is far enough from the end to be skipped while out of sight. */
export function settled(attributes: Attributes): Attributes {
  return withClass(attributes, "settled");
}

function withClass(attributes: Attributes, name: string): Attributes {
  return { ...attributes, class: attributes.class === undefined ? name : `${attributes.class} ${name}` };
}
