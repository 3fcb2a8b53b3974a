import type { MathTree } from "./math-tree";

/** No colour, so no formula has it. */
const TAG_COLOR = "tag";

/** In MathML KaTeX leaves out the number of a row, so what `\tag` is given also stands where it was written. */
export const TAG_MACROS = {
  "\\tag@literal": `\\gdef\\df@tag{\\text{#1}}\\textcolor{${TAG_COLOR}}{\\text{#1}}`,
};

/** Whether this is the number of a row, where it was written. It is shown elsewhere, or by KaTeX itself. */
export function isTag({ type, attributes }: MathTree): boolean {
  return type === "mstyle" && attributes?.mathcolor === TAG_COLOR;
}

/**
 * The table with each of its cells, and the classes for their alignment and the lines beside and below them. If any row has a number, all have space on both
 * sides of what was written, and a last cell for the number.
 */
export function arranged(table: MathTree): MathTree {
  const { attributes = {}, children: rows = [] } = table;
  const columns = wordsOf(attributes.columnalign);
  const columnLines = wordsOf(attributes.columnlines);
  const rowLines = wordsOf(attributes.rowlines);
  const cells = rows.map(({ children = [] }) => children.filter((cell) => !isAdded(cell)));
  const count = Math.max(...cells.map(({ length }) => length));
  const tags = rows.map((row) => (row.children?.some(isAdded) ? tagIn(row) : undefined));
  const isTagged = tags.some((tag) => tag !== undefined);
  return {
    ...table,
    attributes: isTagged ? { ...attributes, width: "100%" } : attributes,
    children: rows.map((row, index) => {
      const inner = Array.from({ length: count }, (_, column) => ({
        ...(cells[index]?.[column] ?? EMPTY),
        classes: [
          ...alignment(columns[column]),
          ...line(columnLines[column], "after"),
          ...line(rowLines[index], "below"),
        ],
      }));
      return { ...row, children: isTagged ? [EMPTY, ...inner, EMPTY, numberOf(tags[index])] : inner };
    }),
  };
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

/** MathML Core leaves the alignment of columns to classes. */
function alignment(align: string | undefined): string[] {
  return align === "left" || align === "right" ? [`align-${align}`] : [];
}

function line(look: string | undefined, place: "after" | "below"): string[] {
  if (look === "solid") return [`line-${place}`];
  return look === "dashed" ? [`dashed-${place}`] : [];
}

function wordsOf(words = ""): string[] {
  return words.split(/\s+/).filter(Boolean);
}

/** The side on which a line around a table stands. KaTeX has them crosswise (katex/src/environments/array.ts). */
export const SIDES: Record<string, string> = { top: "left", bottom: "right", left: "top", right: "bottom" };

/** The classes of a table as a whole. */
export function tableClasses({ width, columnspacing = "" }: Record<string, string>): string {
  const isTight = /^0em/.test(columnspacing);
  return ["formula", ...(width === "100%" ? ["formula-tagged"] : []), ...(isTight ? ["formula-tight"] : [])].join(" ");
}
