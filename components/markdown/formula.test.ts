import { describe, expect, it } from "vitest";
import { describeFormula } from "./formula";
import type { Child, Shape } from "./shape";

function formula(source: string): Shape {
  const described = describeFormula(source, true);
  if (described === undefined) throw new Error(`no formula: ${source}`);
  return described;
}

function all(shape: Shape, tag: string): Shape[] {
  const inner = (shape.children ?? []).filter((child) => typeof child === "object");
  return [...(shape.tag === tag ? [shape] : []), ...inner.flatMap((child) => all(child, tag))];
}

function textOf(child: Child): string {
  if (typeof child === "object") return (child.children ?? []).map(textOf).join("");
  return typeof child === "string" ? child : "";
}

/** What stands in the cells of the first table, row by row, each after its classes. */
function cellsOf(source: string): string[][] {
  return all(formula(source), "mtr").map((row) =>
    all(row, "mtd").map((cell) => `${cell.attributes?.class ?? ""} ${textOf(cell)}`.trim()),
  );
}

function tableClassesOf(source: string): string | undefined {
  return all(formula(source), "mtable")[0]?.attributes?.class;
}

function enclosuresOf(source: string): (string | undefined)[] {
  const classes = all(formula(source), "mrow").map(({ attributes }) => attributes?.class);
  return classes.filter((name) => name !== undefined);
}

describe("a table", () => {
  it("aligns its columns", () => {
    expect(cellsOf("\\begin{aligned}a&=b\\\\c&=d\\end{aligned}")).toEqual([
      ["align-right a", "align-left =b"],
      ["align-right c", "align-left =d"],
    ]);
  });

  it("parts the pairs of columns of align, and leaves those of alignat together", () => {
    expect(cellsOf("\\begin{aligned}a&=b&c&=d\\end{aligned}")).toEqual([
      ["align-right a", "align-left gap-after =b", "align-right c", "align-left =d"],
    ]);
    expect(cellsOf("\\begin{alignedat}{2}a&=b&c&=d\\end{alignedat}")).toEqual([
      ["align-right a", "align-left =b", "align-right c", "align-left =d"],
    ]);
  });

  it("has the same columns in rows with a number and without, and the number at the end", () => {
    const source = "\\begin{align*}a&=b\\tag{1}\\\\c\\\\e&=f\\tag*{$\\alpha$}\\end{align*}";
    expect(cellsOf(source)).toEqual([
      ["", "align-right a", "align-left =b", "", "align-right (1)"],
      ["", "align-right c", "align-left", "", "align-right"],
      ["", "align-right e", "align-left =f", "", "align-right α"],
    ]);
    expect(tableClassesOf(source)).toBe("formula formula-tagged formula-tight");
  });

  it("aligns its columns where KaTeX would number its rows by itself", () => {
    const source = "\\begin{align}a&=b\\\\c&=d\\notag\\end{align}";
    expect(cellsOf(source)).toEqual([
      ["align-right a", "align-left =b"],
      ["align-right c", "align-left =d"],
    ]);
    expect(tableClassesOf(source)).toBe("formula formula-tight");
  });

  it("does not grow a thousand short rows to the length of one", () => {
    const source = `\\begin{matrix}${"a&".repeat(200)}a${"\\\\b".repeat(200)}\\end{matrix}`;
    expect(cellsOf(source).reduce((count, { length }) => count + length, 0)).toBe(401);
  });

  it("shows the number of a formula of one row once", () => {
    expect(cellsOf("x=1\\tag{2}")).toEqual([["", "x=1", "", "(2)"]]);
  });

  it("has a line between the columns and below the rows it was asked for, and no other", () => {
    expect(
      cellsOf("\\begin{array}{cc|c:c}1&2&3&4\\\\\\hline5&6&7&8\\\\9&0\\\\\\hdashline a&b&c&d\\end{array}"),
    ).toEqual([
      ["line-below 1", "line-after line-below 2", "dashed-after line-below 3", "line-below 4"],
      ["5", "line-after 6", "dashed-after 7", "8"],
      ["dashed-below 9", "line-after dashed-below 0", "dashed-after dashed-below", "dashed-below"],
      ["a", "line-after b", "dashed-after c", "d"],
    ]);
  });

  it("has its outer lines on the sides they were asked for", () => {
    expect(enclosuresOf("\\begin{array}{|c|}a\\\\b\\end{array}")).toEqual(["enclosed enclosed-left enclosed-right"]);
    expect(enclosuresOf("\\begin{array}{c}\\hline a\\\\b\\\\\\hline\\end{array}")).toEqual([
      "enclosed enclosed-top enclosed-bottom",
    ]);
  });
});

it.each(["a=b\\\\c=d", "a=b\\newline c=d\\\\", "\\color{red}a=b\\\\[2pt]c=d"])(
  "ends its lines where they were ended outside a table: %s",
  (source) => {
    expect(cellsOf(source)).toEqual([["a=b"], ["c=d"]]);
    expect(all(formula(source), "mspace")).toEqual([]);
  },
);

it("names the way a formula is struck out", () => {
  expect(enclosuresOf("\\cancel{a}\\bcancel{b}\\xcancel{c}\\boxed{d}")).toEqual([
    "enclosed enclosed-updiagonalstrike",
    "enclosed enclosed-downdiagonalstrike",
    "enclosed enclosed-updiagonalstrike enclosed-downdiagonalstrike",
    "enclosed enclosed-box",
  ]);
});

it.each([
  ["\\mathbf{A\\Sigma\\Omega\\nabla 1}", "𝐀𝚺𝛀𝛁𝟏"],
  ["\\boldsymbol{\\mu\\alpha\\omega\\varsigma\\sigma}", "𝝁𝜶𝝎𝝇𝝈"],
  ["\\boldsymbol{\\epsilon\\varepsilon\\phi\\varphi\\vartheta\\varrho\\varpi}", "𝝐𝜺𝝓𝝋𝝑𝝔𝝕"],
  ["\\bm{\\Gamma x}", "𝚪𝒙"],
  ["\\mathbf{\\mu}\\mathbb{R}\\mathcal{L}", "𝛍ℝℒ"],
  ["\\mu\\Sigma", "μΣ"],
])("writes %s in the letters of its style", (source, letters) => {
  expect(textOf(formula(source))).toBe(letters);
});
