import type { Block, Container, Item, List, MathBlock, Node, Row, Table } from "@/lib/typewriter/markdown/tree";
import { build } from "./build";
import { CodeView } from "./code-view";
import { describeBlock, describeBox, describeCell, describeList, describeSource, languageOf, TASK } from "./describe";
import type { Desk } from "./desk";
import { BLOCKS, FAR_ROWS, type Grouping, groupAt, NESTED, ROWS, settled, startsGroup } from "./groups";
import { GrowingGroups } from "./growing-groups";
import { LeafView } from "./inlines";
import { shape } from "./shape";

/** What stands on the page for a node. */
export type View = {
  /** The element whose last child is where the next character goes. */
  readonly tip: HTMLElement;
  update(): void;
};

/** Every view of an answer, by the node it shows. */
export class Views {
  private readonly views = new WeakMap<object, View>();

  constructor(readonly desk: Desk) {}

  of(node: object): View | undefined {
    return this.views.get(node);
  }

  keep(node: object, view: View): void {
    this.views.set(node, view);
  }

  /** Makes the element for a block, with all that is in it so far. */
  create(node: Block | Item): HTMLElement {
    const { element, hole } = build(describeBlock(node));
    const view = this.viewOf(node, element, hole);
    if (view !== undefined) this.keep(node, view);
    return element;
  }

  private viewOf(node: Block | Item, element: HTMLElement, hole: HTMLElement): View | undefined {
    switch (node.type) {
      case "paragraph":
      case "heading":
        return new LeafView(node, hole, this.desk);
      case "code":
        this.desk.beginScroller(hole.parentElement);
        return new CodeView(node, hole, this.desk, languageOf(node));
      case "html":
        return new CodeView(node, hole, this.desk, "");
      case "mathBlock":
        return mathView(node, hole, this.desk);
      case "thematicBreak":
        return undefined;
      case "blockquote":
      case "footnoteDefinition":
        return containerView(node, hole, new Contents(hole, NESTED, this));
      case "list":
        return listView(node, element, new Contents(hole, NESTED, this, node.ordered ? node.start : undefined));
      case "item":
        return itemView(node, hole, new Contents(hole, NESTED, this));
      case "table":
        this.desk.beginScroller(hole.parentElement);
        return new TableView(node, element, hole, this);
    }
  }
}

/** The blocks of a container, in their groups. */
export class Contents {
  private count = 0;
  private last: Block | Item | undefined;
  private lastElement: HTMLElement | undefined;
  private readonly groups: GrowingGroups;

  constructor(
    parent: HTMLElement,
    private readonly grouping: Grouping,
    private readonly views: Views,
    /** Of an ordered list. Numbers do not go on by themselves from one group to the next. */
    private readonly firstNumber?: number,
  ) {
    this.groups = new GrowingGroups(parent, grouping);
  }

  update(children: readonly (Block | Item)[]): void {
    const last = children[this.count - 1];
    if (last !== undefined && last !== this.last) {
      const element = this.views.create(last);
      this.lastElement?.replaceWith(element);
      this.last = last;
      this.lastElement = element;
    }
    for (; this.count < children.length; this.count++) this.add(children[this.count] as Block | Item);
  }

  private add(child: Block | Item): void {
    const { count, firstNumber, grouping } = this;
    const element = this.views.create(child);
    if (firstNumber !== undefined && startsGroup(grouping, count)) {
      element.setAttribute("value", String(firstNumber + count));
    }
    this.groups.at(count).append(element);
    this.last = child;
    this.lastElement = element;
  }
}

/** The whole answer. */
export function rootView(node: Container, element: HTMLElement, views: Views): View {
  return containerView(node, element, new Contents(element, BLOCKS, views));
}

function containerView(node: Container, tip: HTMLElement, contents: Contents): View {
  const update = () => contents.update(node.children);
  update();
  return { tip, update };
}

function listView(node: List, element: HTMLElement, contents: Contents): View {
  const update = () => {
    if (describeList(node).class === undefined) element.removeAttribute("class");
    contents.update(node.children);
  };
  update();
  return { tip: element, update };
}

function itemView(node: Item, element: HTMLElement, contents: Contents): View {
  let hasBox = node.checked !== undefined;
  const update = () => {
    if (!hasBox && node.checked !== undefined) {
      hasBox = true;
      for (const name in TASK) element.setAttribute(name, TASK[name] as string);
      element.prepend(build(describeBox(node.checked)).element);
    }
    contents.update(node.children);
  };
  update();
  return { tip: element, update };
}

function mathView(node: MathBlock, element: HTMLElement, desk: Desk): View {
  let isSet = false;
  const update = () => {
    if (!node.closed) desk.expectMathematics();
    else if (!isSet) {
      isSet = true;
      for (const source of describeSource(node)) element.append(build(source).element);
      desk.typeset(element, node.value, true);
    }
  };
  update();
  return { tip: element, update };
}

/** A table: the rows of its first group set the widths of all columns. */
class TableView implements View {
  private count = 0;
  private rows: HTMLElement | undefined;

  constructor(
    private readonly node: Table,
    private readonly figure: HTMLElement,
    private readonly table: HTMLElement,
    private readonly views: Views,
  ) {
    const head = build(shape("thead", {})).element;
    this.addRow(head, node.header, "th", false);
    table.append(head);
    this.update();
  }

  update(): void {
    const { rows } = this.node;
    for (; this.count < rows.length; this.count++) {
      const group = groupAt(ROWS, this.count);
      if (group * ROWS.size === this.count) this.beginGroup(group);
      this.addRow(this.rows as HTMLElement, rows[this.count] as Row, "td", group > 0);
    }
  }

  /** The cell that is being written: the last with anything in it. */
  get tip(): HTMLElement {
    const { rows, header } = this.node;
    const { cells } = rows.at(-1) ?? header;
    const cell = cells.findLast(({ children }) => children.length > 0) ?? cells[0];
    return (cell && this.views.of(cell)?.tip) ?? this.table;
  }

  private beginGroup(group: number): void {
    if (group === 1) {
      this.figure.classList.add("table-long");
      this.views.desk.holdColumns(this.table);
    }
    if (group > 1 && this.rows !== undefined)
      for (const [name, value] of Object.entries(settled(FAR_ROWS))) this.rows.setAttribute(name, value);
    this.rows = build(shape(ROWS.tag, group === 0 ? ROWS.attributes : FAR_ROWS)).element;
    this.table.append(this.rows);
  }

  private addRow(parent: HTMLElement, row: Row, tag: "th" | "td", isFar: boolean): void {
    const element = build(shape("tr", isFar ? { role: "row" } : {})).element;
    for (const [index, cell] of row.cells.entries()) {
      const { element: dom } = build(describeCell(tag, this.node.align[index], isFar));
      this.views.keep(cell, new LeafView(cell, dom, this.views.desk));
      element.append(dom);
    }
    parent.append(element);
  }
}

/** The view in which the next character goes, as far as can be told. */
export function tipOf(node: Node, views: Views): HTMLElement | undefined {
  if ("children" in node && node.type !== "paragraph" && node.type !== "heading" && node.type !== "cell") {
    const last: Node | undefined = node.children.at(-1);
    const tip = last && tipOf(last, views);
    if (tip !== undefined) return tip;
  }
  return node.type === "root" ? undefined : views.of(node)?.tip;
}
