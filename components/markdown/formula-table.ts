import type { MathTree } from "./math-tree";

/** A table with more keeps its rows as short as they were written: one long row must not fill up a thousand others. */
const MOST_CELLS = 1_000;

/** No colour, so no formula has it. */
const TAG_COLOR = "tag";

/** In MathML KaTeX leaves out the number of a row, so what `\tag` is given also stands where it was written. */
export const TAG_MACROS = {
  "\\tag@literal": `\\gdef\\df@tag{\\text{#1}}\\textcolor{${TAG_COLOR}}{\\text{#1}}`,
};

/** The children, each line of them in a row of a table if there are more: MathML Core knows no other end of a line. */
export function inLines(children: MathTree[]): MathTree[] {
  if (!children.some(isLineEnd)) return children;
  const lines: MathTree[][] = [[]];
  for (const child of children) {
    if (isLineEnd(child)) lines.push([]);
    else lines.at(-1)?.push(child);
  }
  if (lines.at(-1)?.length === 0) lines.pop();
  return [{ type: "mtable", children: lines.map((line) => ({ type: "mtr", children: [cellOf(line)] })) }];
}

function cellOf(line: MathTree[]): MathTree {
  // The browser would make what stands in a table small.
  return { ...EMPTY, children: [{ type: "mstyle", attributes: { displaystyle: "true" }, children: line }] };
}

function isLineEnd({ type, attributes }: MathTree): boolean {
  return type === "mspace" && attributes?.linebreak === "newline";
}

/** Whether this is the number of a row, where it was written. It is shown elsewhere, or by KaTeX itself. */
export function isTag({ type, attributes }: MathTree): boolean {
  return type === "mstyle" && attributes?.mathcolor === TAG_COLOR;
}

/**
 * The table with each of its cells, and the classes for what stands beside and below them. If any row has a number, all
 * have space on both sides of what was written, and a last cell for the number.
 */
export function arranged(table: MathTree): MathTree {
  const { attributes = {}, children: rows = [] } = table;
  const cells = rows.map(({ children = [] }) => children.filter((cell) => !isAdded(cell)));
  const widest = cells.reduce((most, { length }) => Math.max(most, length), 0);
  const count = widest * rows.length <= MOST_CELLS ? widest : 0;
  const tags = rows.map((row) => (row.children?.some(isAdded) ? tagIn(row) : undefined));
  const isTagged = tags.some((tag) => tag !== undefined);
  const classes = cellClasses(attributes);
  return {
    ...table,
    attributes: isTagged ? { ...attributes, width: "100%" } : attributes,
    children: rows.map((row, index) => {
      const inner = Array.from({ length: Math.max(count, cells[index]?.length ?? 0) }, (_, column) => ({
        ...(cells[index]?.[column] ?? EMPTY),
        classes: classes(index, column),
      }));
      return { ...row, children: isTagged ? [EMPTY, ...inner, EMPTY, numberOf(tags[index])] : inner };
    }),
  };
}

/** MathML Core leaves to classes what a table says of its columns and rows. */
function cellClasses(attributes: Record<string, string>): (row: number, column: number) => string[] {
  const { columnalign = "", columnspacing = "", columnlines = "", rowlines = "" } = attributes;
  const [columns, gaps] = [columnalign.split(" "), columnspacing.split(" ")];
  const [columnLines, rowLines] = [columnlines.split(" "), rowlines.split(" ")];
  return (row, column) => [
    ...alignment(columns[column]),
    ...(isTight(attributes) && gaps[column] === "1em" ? ["gap-after"] : []),
    ...line(columnLines[column], "after"),
    ...line(rowLines[row], "below"),
  ];
}

const EMPTY: MathTree = { type: "mtd" };

/** What KaTeX puts into rows that are numbered, and into no others: space on both sides and a cell with nothing in it. */
function isAdded({ classes = [] }: MathTree): boolean {
  return classes.includes("mtr-glue") || classes.includes("mml-eqn-num");
}

function tagIn(tree: MathTree): MathTree | undefined {
  if (isTag(tree)) return tree;
  for (const child of tree.children ?? []) {
    const tag = tagIn(child);
    if (tag !== undefined) return tag;
  }
  return undefined;
}

function numberOf(tag: MathTree | undefined): MathTree {
  return { ...EMPTY, classes: alignment("right"), children: tag?.children ?? [] };
}

function alignment(align: string | undefined): string[] {
  return align === "left" || align === "right" ? [`align-${align}`] : [];
}

function line(look: string | undefined, place: "after" | "below"): string[] {
  if (look === "solid") return [`line-${place}`];
  return look === "dashed" ? [`dashed-${place}`] : [];
}

/** The side on which a line around a table stands. KaTeX has them crosswise (katex/src/environments/array.ts). */
export const SIDES: Record<string, string> = { top: "left", bottom: "right", left: "top", right: "bottom" };

/** The classes of a table as a whole. */
export function tableClasses(attributes: Record<string, string>): string {
  return [
    "formula",
    ...(attributes.width === "100%" ? ["formula-tagged"] : []),
    ...(isTight(attributes) ? ["formula-tight"] : []),
  ].join(" ");
}

/** Whether columns follow each other without a gap, as those of align do: all of them, or two by two. */
function isTight({ columnspacing = "" }: Record<string, string>): boolean {
  return columnspacing.startsWith("0em");
}
