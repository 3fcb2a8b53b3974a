import { createElement, type ReactNode } from "react";
import { lexerOf } from "@/lib/typewriter/code/languages";
import { withBreak } from "@/lib/typewriter/code/runs";
import { createMarkdown } from "@/lib/typewriter/markdown/markdown";
import type { Block, Code, Inline, Item, Row, Table } from "@/lib/typewriter/markdown/tree";
import { describeBlock, describeCell, describeInline, describeSource, languageOf } from "./describe";
import {
  BLOCKS,
  BOX_SIZE,
  FAR_ROWS,
  type Grouping,
  groupAt,
  inGroups,
  LINES,
  NESTED,
  OPEN_BOXES,
  ROWS,
  settled,
  startsGroup,
  written,
} from "./groups";
import { type Attributes, type Child, HOLE, type Shape, shape } from "./shape";

type SettledMarkdownProps = {
  text: string;
  /** More may follow: what is not finished looks as if it were. */
  isGrowing?: boolean;
};

/** Markdown as it stands, for the server to render: the same elements that grow in the page (live-markdown.ts). */
export function SettledMarkdown({ text, isGrowing = false }: SettledMarkdownProps): ReactNode {
  const markdown = createMarkdown();
  markdown.append(text);
  if (!isGrowing) markdown.finish();
  markdown.commit();
  return grouped(BLOCKS, markdown.root.children.map(renderBlock));
}

function render(described: Shape, content: readonly ReactNode[] = []): ReactNode {
  const { tag, attributes = {}, children = [] } = described;
  const inner = children.flatMap((child: Child) => {
    if (child === HOLE) return content;
    return typeof child === "string" ? [child] : [render(child, content)];
  });
  return createElement(tag, propsOf(attributes), ...inner);
}

const PROPS: Record<string, string> = { class: "className", tabindex: "tabIndex" };
/** Attributes that are there or not. */
const SWITCHES = new Set(["checked", "disabled"]);

function propsOf(attributes: Attributes): Record<string, string | boolean> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [PROPS[name] ?? name, SWITCHES.has(name) || value]),
  );
}

function grouped(grouping: Grouping, children: readonly ReactNode[]): ReactNode[] {
  const groups = inGroups(grouping, children.slice(grouping.ungrouped));
  return [...children.slice(0, grouping.ungrouped), ...inBoxes(grouping, groups)];
}

function inBoxes(grouping: Grouping, groups: readonly (readonly ReactNode[])[]): ReactNode[] {
  const { tag, attributes, areSkipped, boxes } = grouping;
  const rendered = groups.map((group, index) => {
    const isWritten = areSkipped && index < groups.length - 1;
    return render(shape(tag, isWritten ? written(attributes) : attributes, HOLE), group);
  });
  return boxes.reduceRight<ReactNode[]>(
    (inner, box) =>
      inGroups({ size: BOX_SIZE }, inner).map((within, index, all) =>
        render(shape(tag, boxAttributes(box, all.length - 1 - index), HOLE), within),
      ),
    rendered,
  );
}

function boxAttributes(box: Attributes, followers: number): Attributes {
  if (followers === 0) return box;
  return followers < OPEN_BOXES ? written(box) : settled(written(box));
}

function renderBlock(node: Block | Item): ReactNode {
  const described = describeBlock(node);
  switch (node.type) {
    case "paragraph":
    case "heading":
      return render(described, inlines(node.children));
    case "code":
      return render(described, renderCode(node.lines, languageOf(node)));
    case "html":
      return render(described, renderCode(node.lines, ""));
    case "mathBlock":
      return render(
        described,
        describeSource(node).map((source) => render(source)),
      );
    case "thematicBreak":
      return render(described);
    case "blockquote":
    case "footnoteDefinition":
    case "item":
      return render(described, grouped(NESTED, node.children.map(renderBlock)));
    case "list":
      return render(
        described,
        grouped(
          NESTED,
          node.children.map((item, index) => renderItem(item, numberOf(node, index))),
        ),
      );
    case "table":
      return renderTable(node, described);
  }
}

/** The number an item must be given: the first of each group, because numbers do not go on by themselves. */
function numberOf(list: { ordered: boolean; start: number }, index: number): number | undefined {
  return list.ordered && startsGroup(NESTED, index) ? list.start + index : undefined;
}

function renderItem(item: Item, number: number | undefined): ReactNode {
  const described = describeBlock(item);
  const attributes = { ...described.attributes, ...(number === undefined ? {} : { value: String(number) }) };
  return render({ ...described, attributes }, grouped(NESTED, item.children.map(renderBlock)));
}

function renderCode(lines: Code["lines"], language: string): ReactNode[] {
  const lexer = lexerOf(language);
  let state = lexer?.start ?? [];
  const groups: (ReactNode | string)[][] = [];
  for (const [index, line] of lines.entries()) {
    const group = groupAt(LINES, index);
    groups[group] ??= [];
    const runs = groups[group];
    const read = lexer?.read(line, state) ?? { tokens: [{ kind: undefined, text: line }], next: state };
    state = read.next;
    const isLast = index === lines.length - 1;
    for (const { kind, text } of isLast ? read.tokens : withBreak(read.tokens)) {
      if (kind === undefined) pushText(runs, text);
      else runs.push(createElement("span", { className: `tok-${kind}` }, text));
    }
  }
  return inBoxes(LINES, groups);
}

function renderTable({ align, header, rows }: Table, described: Shape): ReactNode {
  const groups: Row[][] = [];
  for (const [index, row] of rows.entries()) {
    const group = groupAt(ROWS, index);
    groups[group] ??= [];
    groups[group].push(row);
  }
  const bodies = groups.map((group, index) => {
    const isFar = index > 0;
    const isLast = index === groups.length - 1;
    const attributes = isFar ? (isLast ? FAR_ROWS : settled(FAR_ROWS)) : ROWS.attributes;
    return render(
      shape(ROWS.tag, attributes, HOLE),
      group.map((row) => renderRow(row, "td", align, isFar)),
    );
  });
  const head = render(shape("thead", {}, HOLE), [renderRow(header, "th", align, false)]);
  const frame = groups.length > 1 ? { ...described, attributes: { class: "figure-table table-long" } } : described;
  return render(frame, [head, ...bodies]);
}

function renderRow(row: Row, tag: "th" | "td", align: Table["align"], isFar: boolean): ReactNode {
  const cells = row.cells.map((cell, index) => render(describeCell(tag, align[index], isFar), inlines(cell.children)));
  return render(shape("tr", isFar ? { role: "row" } : {}, HOLE), cells);
}

function inlines(nodes: readonly Inline[], isInLink = false): ReactNode[] {
  const rendered: ReactNode[] = [];
  for (const node of nodes) {
    if (node.type === "text") pushText(rendered, node.value);
    else if (node.type === "break" && !node.hard) pushText(rendered, "\n");
    else {
      const content = "children" in node ? inlines(node.children, isInLink || node.type === "link") : [];
      rendered.push(render(describeInline(node, isInLink), content));
    }
  }
  return rendered;
}

/** Neighbouring texts are one, or React would put a comment between them. */
function pushText(nodes: ReactNode[], text: string): void {
  const last = nodes.length - 1;
  if (typeof nodes[last] === "string") nodes[last] += text;
  else if (text !== "") nodes.push(text);
}
