import katex from "katex";
import { arranged, inLines, isTag, SIDES, TAG_MACROS, tableClasses } from "./formula-table";
import { styled } from "./math-letters";
import type { MathTree } from "./math-tree";
import { type Child, type Shape, shape } from "./shape";

/** What KaTeX's types leave out. */
type Katex = { __renderToDomTree(source: string, options: object): { children: unknown[] } };

/** The formula in MathML. Throws for what is no formula. KaTeX comes with this file, so whoever needs it loads it late. */
export function describeFormula(source: string, isDisplay: boolean): Shape | undefined {
  const tree = (katex as unknown as Katex).__renderToDomTree(source, {
    output: "mathml",
    displayMode: isDisplay,
    throwOnError: true,
    trust: false,
    strict: "ignore",
    maxExpand: 500,
    maxSize: 20,
    // A copy: KaTeX keeps in it what a formula defines.
    macros: { ...TAG_MACROS },
  });
  const [math] = tree.children as MathTree[];
  if (math === undefined) return undefined;
  const described = describeTree(withSource(math, source));
  return typeof described === "object" ? described : undefined;
}

/** KaTeX keeps the source in an annotation, in a row, in `semantics`: three elements to style and lay out for each formula. */
function withSource(math: MathTree, source: string): MathTree {
  const [formula] = math.children?.find(({ type }) => type === "semantics")?.children ?? [];
  if (formula === undefined) return math;
  const isPlainRow = formula.type === "mrow" && Object.keys(formula.attributes ?? {}).length === 0;
  const children = isPlainRow ? (formula.children ?? []) : [formula];
  return { ...math, attributes: { ...math.attributes, alttext: source }, children };
}

// What MathML Core knows, and little else: no address and no style gets through, whatever KaTeX makes of a formula.
const ATTRIBUTES = new Set(
  "accent accentunder alttext columnspan depth display displaystyle encoding fence form height linethickness lspace mathbackground mathcolor mathsize maxsize minsize movablelimits rowspan rspace scriptlevel separator stretchy symmetric voffset width".split(
    " ",
  ),
);

function describeTree(tree: MathTree): Shape | string {
  if (isTag(tree)) return "";
  const { type, text, width, character, attributes = {}, classes = [] } = tree;
  const children = inLines(tree.children ?? []);
  if (text !== undefined) return text;
  // A fragment: \cos is a name and an invisible operator.
  if (type === undefined && tree.children !== undefined) return shape("mrow", {}, ...join(children.map(describeTree)));
  if (type === undefined)
    return character ? shape("mtext", {}, character) : shape("mspace", { width: `${width ?? 0}em` });
  if (type === "mtable") {
    const { attributes: arrangedAttributes, children: rows = [] } = arranged(tree);
    return shape("mtable", { class: tableClasses(arrangedAttributes ?? {}) }, ...join(rows.map(describeTree)));
  }
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(attributes)) if (ATTRIBUTES.has(name)) kept[name] = value;
  if (type === "mtd" && classes.length > 0) kept.class = classes.join(" ");
  const inner = join(children.map(describeTree));
  const variant = attributes.mathvariant;
  if (variant === "normal") kept.mathvariant = variant;
  if (type === "menclose") return shape("mrow", { class: enclosure(attributes.notation) }, ...inner);
  const [only] = inner;
  if (variant !== undefined && variant !== "normal" && inner.length === 1 && typeof only === "string") {
    return shape(type, kept, styled(only, variant));
  }
  return shape(type, kept, ...inner);
}

function join(children: (Shape | string)[]): Child[] {
  const joined: Child[] = [];
  for (const child of children) {
    if (child === "") continue;
    const last = joined.length - 1;
    if (typeof child === "string" && typeof joined[last] === "string") joined[last] += child;
    else joined.push(child);
  }
  return joined;
}

function enclosure(notation = ""): string {
  const words = notation.split(/\s+/).filter((word) => /^[a-z]+$/.test(word));
  return ["enclosed", ...words.map((word) => `enclosed-${SIDES[word] ?? word}`)].join(" ");
}
