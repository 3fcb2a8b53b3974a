import { buildMath } from "./build";
import { watchFit } from "./fits";
import { lateCode } from "./late-code";
import { type Child, type Shape, shape } from "./shape";

/** A formula above this stays text: typesetting must never be noticed. */
const MAX_SOURCE_LENGTH = 4000;

type Katex = { __renderToDomTree(source: string, options: object): { children: unknown[] } };
/** What KaTeX builds for MathML (katex/src/mathMLTree.ts). */
type MathTree = {
  type?: string;
  text?: string;
  width?: number;
  character?: string | null;
  attributes?: Record<string, string>;
  classes?: string[];
  children?: MathTree[];
};

/** Without it formulas stay text. */
const katex = lateCode<Katex, HTMLElement>(async () => (await import("katex")) as unknown as Katex);

/** Begins to load KaTeX, unless it is there. */
export function loadMathematics(): void {
  katex.load();
}

/** Puts the typeset formula into `element`, now or once KaTeX is loaded. One that cannot be set stays the text it is. */
export function typeset(element: HTMLElement, source: string, isDisplay: boolean): void {
  if (source.length > MAX_SOURCE_LENGTH) return;
  const run = () => set(element, source, isDisplay);
  if (katex.code === undefined) {
    katex.whenLoaded(element, run);
  } else {
    katex.forget(element);
    run();
  }
}

function set(element: HTMLElement, source: string, isDisplay: boolean): void {
  try {
    const described = describeFormula(source, isDisplay);
    if (described === undefined) return;
    element.replaceChildren(buildMath(described));
    if (isDisplay) watchFit(element);
  } catch {
    element.classList.add("math-broken"); // The source that stands there is the best that can be shown.
  }
}

function describeFormula(source: string, isDisplay: boolean): Shape | undefined {
  const tree = katex.code?.__renderToDomTree(source, {
    output: "mathml",
    displayMode: isDisplay,
    throwOnError: true,
    trust: false,
    strict: "ignore",
    maxExpand: 500,
    maxSize: 20,
  });
  const [math] = (tree?.children ?? []) as MathTree[];
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
  const { type, text, width, character, attributes = {}, children = [] } = tree;
  if (text !== undefined) return text;
  // A fragment: \cos is a name and an invisible operator.
  if (type === undefined && tree.children !== undefined) return shape("mrow", {}, ...join(children.map(describeTree)));
  if (type === undefined)
    return character ? shape("mtext", {}, character) : shape("mspace", { width: `${width ?? 0}em` });
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(attributes)) if (ATTRIBUTES.has(name)) kept[name] = value;
  const inner = join(children.map(describeTree));
  const variant = attributes.mathvariant;
  if (variant === "normal") kept.mathvariant = variant;
  if (type === "menclose")
    return shape("mrow", { class: `enclosed ${classesOf("enclosed", attributes.notation)}` }, ...inner);
  if (type === "mtable") {
    return shape("mtable", { class: tableClasses(attributes) }, ...alignColumns(inner, attributes.columnalign));
  }
  const [only] = inner;
  if (variant !== undefined && variant !== "normal" && inner.length === 1 && typeof only === "string") {
    return shape(type, kept, styled(only, variant));
  }
  return shape(type, kept, ...inner);
}

function join(children: (Shape | string)[]): Child[] {
  const joined: Child[] = [];
  for (const child of children) {
    const last = joined.length - 1;
    if (typeof child === "string" && typeof joined[last] === "string") joined[last] += child;
    else joined.push(child);
  }
  return joined;
}

function classesOf(prefix: string, words: string | undefined): string {
  return (words ?? "")
    .split(/\s+/)
    .filter((word) => /^[a-z]+$/.test(word))
    .map((word) => `${prefix}-${word}`)
    .join(" ");
}

function tableClasses({ width, columnspacing = "", rowlines }: Record<string, string>): string {
  const isTight = /^0em/.test(columnspacing);
  return [
    "formula",
    ...(width === "100%" ? ["formula-tagged"] : []),
    ...(isTight ? ["formula-tight"] : []),
    ...(rowlines?.includes("solid") ? ["formula-ruled"] : []),
  ].join(" ");
}

/** MathML Core leaves the alignment of columns to classes. */
function alignColumns(rows: Child[], alignment = ""): Child[] {
  const columns = alignment.split(" ");
  return rows.map((row) => {
    if (typeof row !== "object" || row.tag !== "mtr") return row;
    const cells = (row.children ?? []).map((cell, index) => {
      const align = columns[index];
      const isSide = align === "left" || align === "right";
      return typeof cell === "object" && isSide
        ? { ...cell, attributes: { ...cell.attributes, class: `align-${align}` } }
        : cell;
    });
    return { ...row, children: cells };
  });
}

/** Where the styled letters begin in Unicode: capitals, small letters, digits. The holes were filled elsewhere, earlier. */
const STYLES: Record<string, [capitals: number, small: number, digits: number | undefined]> = {
  bold: [0x1d400, 0x1d41a, 0x1d7ce],
  italic: [0x1d434, 0x1d44e, undefined],
  "bold-italic": [0x1d468, 0x1d482, undefined],
  script: [0x1d49c, 0x1d4b6, undefined],
  fraktur: [0x1d504, 0x1d51e, undefined],
  "double-struck": [0x1d538, 0x1d552, 0x1d7d8],
  "sans-serif": [0x1d5a0, 0x1d5ba, 0x1d7e2],
  "bold-sans-serif": [0x1d5d4, 0x1d5ee, 0x1d7ec],
  "sans-serif-italic": [0x1d608, 0x1d622, undefined],
  monospace: [0x1d670, 0x1d68a, 0x1d7f6],
};
const ELSEWHERE: Record<string, string> = {
  "double-struck": "CℂHℍNℕPℙQℚRℝZℤ",
  script: "BℬEℰFℱHℋIℐLℒMℳRℛeℯgℊoℴ",
  fraktur: "CℭHℌIℑRℜZℨ",
  italic: "hℎ",
};

function styled(text: string, variant: string): string {
  const bases = STYLES[variant];
  if (bases === undefined) return text;
  return Array.from(text, (character) => {
    const elsewhere = ELSEWHERE[variant] ?? "";
    const at = elsewhere.indexOf(character);
    if (at >= 0 && at % 2 === 0) return elsewhere[at + 1];
    const code = character.codePointAt(0) ?? 0;
    for (const [index, first] of [65, 97, 48].entries()) {
      const base = bases[index];
      if (base !== undefined && code >= first && code < first + (first === 48 ? 10 : 26))
        return String.fromCodePoint(base + code - first);
    }
    return character;
  }).join("");
}
