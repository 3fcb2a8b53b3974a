import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { parseMarkdown } from "@/lib/typewriter/markdown/markdown";
import type { Inline, Row } from "@/lib/typewriter/markdown/tree";
import { describeCell, describeInline } from "./describe";
import { HOLE, type Shape } from "./shape";
import { tableToCsv, tableToMarkdown } from "./table-text";

type FakeNode = FakeText | FakeElement;

class FakeText {
  previousSibling: FakeNode | null = null;
  nextSibling: FakeNode | null = null;
  constructor(readonly textContent: string) {}
}

/** What is asked of the elements in a table. */
class FakeElement {
  previousSibling: FakeNode | null = null;
  nextSibling: FakeNode | null = null;
  readonly localName: string;
  readonly childNodes: FakeNode[];
  readonly classList: { contains(name: string): boolean };

  constructor(
    { tag, attributes = {}, children = [] }: Shape,
    content: FakeNode[],
    private readonly values = attributes,
  ) {
    this.localName = tag;
    this.classList = { contains: (name) => (values.class ?? "").split(" ").includes(name) };
    this.childNodes = children.flatMap((child) => {
      if (child === HOLE) return content;
      return [typeof child === "string" ? new FakeText(child) : new FakeElement(child, content)];
    });
    this.childNodes.forEach((node, index, all) => {
      node.previousSibling = all[index - 1] ?? null;
      node.nextSibling = all[index + 1] ?? null;
    });
  }
  get textContent(): string {
    return this.childNodes.map(({ textContent }) => textContent).join("");
  }
  getAttribute(name: string): string | null {
    return this.values[name] ?? null;
  }
  querySelector(): null {
    return null;
  }
}

function elements(nodes: readonly Inline[]): FakeNode[] {
  return nodes.map((node) =>
    node.type === "text"
      ? new FakeText(node.value)
      : new FakeElement(describeInline(node), "children" in node ? elements(node.children) : []),
  );
}

/** The first table of the text, as it stands in the page. */
function table(text: string): HTMLTableElement {
  const found = parseMarkdown(text).children.find(({ type }) => type === "table");
  if (found?.type !== "table") throw new Error(`no table: ${text}`);
  const { align, header, rows } = found;
  const cells = (row: Row) =>
    row.cells.map(
      ({ children }, index) => new FakeElement(describeCell("td", align[index], false), elements(children)),
    );
  return { rows: [header, ...rows].map((row) => ({ cells: cells(row) })) } as unknown as HTMLTableElement;
}

beforeEach(() => {
  vi.stubGlobal("Element", FakeElement);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

function inTable(cells: string): string {
  return `| a | b |\n| --- | :-: |\n| ${cells} |\n`;
}

const NOTE = "\n[^1]: note\n\n[^a|b]: other\n";

describe("a table as CSV", () => {
  it.each([
    ["2020[^1] | 42[^a\\|b]", "2020,42"],
    ['a, "b" | x<br>y', '"a, ""b""","x\ny"'],
    ["**a** `b` | $x^2$", "a b,x^2"],
  ])("has what its cells say: %s", (cells, row) => {
    expect(tableToCsv(table(inTable(cells) + NOTE))).toBe(`a,b\r\n${row}\r\n`);
  });
});

describe("a table as CSV for a spreadsheet", () => {
  it.each([
    ["=1+1 | @A1", "'=1+1,'@A1"],
    ["+A1 | -1+cmd\\|x", "'+A1,'-1+cmd|x"],
    ["=f(1, 2) | &#9;=1", "\"'=f(1, 2)\",'\t=1"],
    ["-5 | +1,234.5 %", '-5,"+1,234.5 %"'],
    ["- | -$3.20", "-,-$3.20"],
  ])("says nothing that would be reckoned there: %s", (cells, row) => {
    expect(tableToCsv(table(inTable(cells)))).toBe(`a,b\r\n${row}\r\n`);
  });
});

describe("a table as Markdown", () => {
  it.each([
    "2020[^1] | 42[^a\\|b]",
    "**a** *b* ~~c~~ | `d\\|e`",
    "[a](<https://a.b/c>) | x<br>y",
    "$x^2$ | a \\* b",
    "a\\(y\\) | \\(x\\)1",
    "设$y$为 | $$z$$",
    "$x$\\(y\\) | \\(a$b\\)",
    "[x\\] | [a\\](b)",
    "\\&lt; \\&#33; & | a & b;",
    "![a](<https://a.b/i.png>) | **![b](<https://a.b/j.png>)**",
    "[a](<https://a.b/c>)! | c\\![a](<https://a.b/c>)",
  ])("has the marks of what is in its cells: %s", (cells) => {
    expect(tableToMarkdown(table(inTable(cells) + NOTE))).toBe(inTable(cells));
  });
});
