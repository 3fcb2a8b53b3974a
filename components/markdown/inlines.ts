import type { Inline, InlineMath, Leaf } from "@/lib/typewriter/markdown/tree";
import { build } from "./build";
import { write } from "./caret";
import { describeInline, type InlineElement } from "./describe";
import type { Desk } from "./desk";
import { isSelected, lastLineOf, mend, partFrom } from "./parts";

/** A paragraph is laid out as a whole for each character that comes; above this it is parted. */
const PART_LENGTH = 1500;

type Shown = TextShown | ElementShown;
type TextShown = { type: "text"; node: Inline; value: string; dom: Text };
type ElementShown = {
  type: "element";
  node: InlineElement;
  look: string;
  dom: HTMLElement;
  inner: Inlines | undefined;
};

/** Inline nodes in an element, brought up to date in place. */
export class Inlines {
  /** What may still change: the children from `from` on. */
  private shown: Shown[] = [];
  private from = 0;
  private children: readonly Inline[] | undefined;
  /** Where what comes goes: the element, or the last part of a long paragraph. */
  tip: HTMLElement;
  private settledLength = 0;

  constructor(
    private readonly element: HTMLElement,
    private readonly desk: Desk,
    private readonly isInLink = false,
  ) {
    this.tip = element;
  }

  /** Shows `children`, of which those before `settled` never change again. */
  update(children: readonly Inline[], settled: number): void {
    if (this.children !== children) this.startOver(children);
    const { shown, from } = this;
    for (let index = from; index < children.length; index++) {
      const node = children[index] as Inline;
      const old = shown[index - from];
      if (old !== undefined && old.node === node && this.renew(old)) continue;
      const next = this.create(node);
      shown[index - from] = next;
      if (old === undefined) write(next.dom, this.tip);
      else old.dom.replaceWith(next.dom);
    }
    const count = Math.max(0, children.length - from);
    for (let index = count; index < shown.length; index++) shown[index]?.dom.remove();
    shown.length = count;
    if (settled > from) {
      const done = shown.splice(0, settled - from);
      this.from = settled;
      if (this.element.localName === "p") this.part(done);
    }
  }

  /** Begins a new part at the last line when this one has become long, so that its lines are not laid out again and again. */
  private part(done: readonly Shown[]): void {
    for (const { dom } of done) this.settledLength += dom.textContent?.length ?? 0;
    const last = done.findLast(({ type }) => type === "text")?.dom;
    if (this.settledLength < PART_LENGTH || !(last instanceof Text) || isSelected(this.tip)) return;
    const rest = lastLineOf(last);
    if (rest === undefined) return;
    const next = partFrom(rest);
    // All of it in parts: lines beside a block would be laid out again with it.
    if (this.tip === this.element) this.element.append(partFrom(this.element.firstChild as ChildNode));
    this.element.append(next);
    this.tip = next;
    this.settledLength = 0;
    this.desk.parted.add(this.mend);
  }

  private readonly mend = () => {
    mend(this.element);
    this.tip = this.element;
  };

  private startOver(children: readonly Inline[]): void {
    if (this.children !== undefined) this.element.replaceChildren();
    this.children = children;
    this.shown = [];
    this.from = 0;
    this.tip = this.element;
    this.settledLength = 0;
  }

  private create(node: Inline): Shown {
    if (node.type === "text" || (node.type === "break" && !node.hard)) {
      const value = textOf(node);
      return { type: "text", node, value, dom: document.createTextNode(value) };
    }
    const { element, hole } = build(describeInline(node, this.isInLink));
    const shown: ElementShown = { type: "element", node, look: lookOf(node), dom: element, inner: undefined };
    if ("children" in node) {
      shown.inner = new Inlines(hole, this.desk, this.isInLink || node.type === "link");
      shown.inner.update(node.children, 0);
    }
    if (node.type === "inlineMath") this.typeset(node, element);
    return shown;
  }

  private typeset(node: InlineMath, element: HTMLElement): void {
    if (node.closed) this.desk.typeset(element, node.value, node.display);
    else this.desk.expectMathematics();
  }

  /** Whether what is shown could be made to show its node as it is now. */
  private renew(old: Shown): boolean {
    if (old.type === "text") {
      const value = textOf(old.node);
      if (value !== old.value) {
        if (value.startsWith(old.value)) old.dom.appendData(value.slice(old.value.length));
        else replaceEnd(old.dom, old.value, value);
        old.value = value;
      }
      return true;
    }
    const look = lookOf(old.node);
    if (old.inner !== undefined && "children" in old.node) {
      old.inner.update(old.node.children, 0);
      if (look === old.look) return true;
      old.look = look;
      const { attributes = {} } = describeInline(old.node, this.isInLink);
      for (const name of old.dom.getAttributeNames()) if (!(name in attributes)) old.dom.removeAttribute(name);
      for (const name in attributes) old.dom.setAttribute(name, attributes[name] as string);
      return true;
    }
    if (look === old.look) return true;
    if (old.node.type !== "inlineCode" || !look.startsWith(old.look)) return false;
    (old.dom.firstChild as Text | null)?.appendData(look.slice(old.look.length));
    old.look = look;
    return old.dom.firstChild !== null;
  }
}

/** Shows a leaf in its element. */
export class LeafView {
  private readonly inlines: Inlines;

  constructor(
    private readonly node: Leaf,
    element: HTMLElement,
    desk: Desk,
  ) {
    this.inlines = new Inlines(element, desk);
    this.update();
  }

  get tip(): HTMLElement {
    return this.inlines.tip;
  }

  update(): void {
    this.inlines.update(this.node.children, this.node.settled);
  }
}

function textOf(node: Inline): string {
  return node.type === "text" ? node.value : "\n";
}

/** Replaces only what differs, so that a selection before it stays. */
function replaceEnd(text: Text, old: string, value: string): void {
  let common = 0;
  while (common < old.length && common < value.length && old.charCodeAt(common) === value.charCodeAt(common)) common++;
  text.replaceData(common, old.length - common, value.slice(common));
}

/** What the looks of a node depend on, its children aside. */
function lookOf(node: InlineElement): string {
  switch (node.type) {
    case "emphasis":
    case "strong":
    case "delete":
      return "";
    case "inlineCode":
      return node.value;
    case "link":
      return `${node.href ?? ""}\n${node.title ?? ""}`;
    case "image":
      return `${node.href}\n${node.title ?? ""}\n${node.alt}`;
    case "break":
      return String(node.hard);
    case "inlineMath":
      return `${node.closed}${node.display}${node.value}`;
    case "footnoteReference":
      return node.label;
  }
}
