import { characterBefore } from "./characters";
import { type InlineContext, parseInline, type References } from "./inline";
import { appendInline } from "./marks";
import type { Inline, Leaf } from "./tree";

/** A leaf's text on its way into inline nodes. Only `tail`, what later text could change, is read again. */
export type LeafText = {
  node: Leaf;
  /** The text whose nodes are final. */
  head: string;
  tail: string;
  context: InlineContext;
  /** Settled text at the end of the settled nodes: still open, because more text joins the same node. */
  carry: string;
  isOpen: boolean;
};

export function createLeafText(node: Leaf): LeafText {
  return { node, head: "", tail: "", context: beginningOf(node), carry: "", isOpen: true };
}

function beginningOf(node: Leaf): InlineContext {
  return { before: "", bracketUntil: 0, noAddressUntil: 0, isCell: node.type === "cell" };
}

export function sourceOf(leaf: LeafText): string {
  return leaf.head + leaf.tail;
}

/** Starts the leaf over with other text. Its node gets another array, so that a view looks at all of it again. */
export function rewrite(leaf: LeafText, text: string): void {
  Object.assign(leaf, { head: "", tail: text, context: beginningOf(leaf.node), carry: "" });
  leaf.node.settled = 0;
  leaf.node.children = [...leaf.node.children];
}

/** Brings the leaf's nodes up to its text, and keeps the identity of every node that is still what it was. Returns how many characters it read. */
export function update(leaf: LeafText, references: References): number {
  const { node, tail } = leaf;
  const parsed = parseInline(tail, leaf.context, leaf.isOpen, references);
  const current: Inline[] = leaf.carry === "" ? [] : [{ type: "text", value: leaf.carry }];
  for (const inline of parsed.settled) appendInline(current, inline);
  const last = current.at(-1);
  const carry = leaf.isOpen && last?.type === "text" ? last.value : "";
  const settled = current.length - (carry === "" ? 0 : 1);
  for (const inline of parsed.open) appendInline(current, inline);

  const { settledLength, bracketUntil, noAddressUntil } = parsed;
  const before = characterBefore(tail, settledLength) || leaf.context.before;
  leaf.context = { before, bracketUntil, noAddressUntil, isCell: leaf.context.isCell };
  leaf.head += tail.slice(0, settledLength);
  leaf.tail = tail.slice(settledLength);
  leaf.carry = carry;
  reconcile(node.children, current, node.settled);
  node.settled += settled;
  return tail.length + parsed.scanned;
}

/** Turns the nodes from `from` on into `current`, keeping each old node that can become the new one at its place. */
function reconcile(nodes: Inline[], current: Inline[], from: number): void {
  for (let index = 0; index < current.length; index++) {
    const next = current[index] as Inline;
    const old = nodes[from + index];
    if (!old || !become(old, next)) nodes[from + index] = next;
  }
  nodes.length = from + current.length;
}

/** Whether the old node could be changed in place to say what the new one says. */
function become(old: Inline, next: Inline): boolean {
  if (old.type !== next.type) return false;
  if ("children" in old && "children" in next) {
    const { children, ...properties } = next;
    reconcile(old.children, children, 0);
    if (old.type === "link" && next.type === "link") {
      if (next.href === undefined) delete old.href;
      if (next.title === undefined) delete old.title;
    }
    Object.assign(old, properties);
  } else Object.assign(old, next);
  return true;
}
