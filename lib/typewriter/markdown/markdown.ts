import { Blocks } from "./blocks";
import type { References } from "./inline";
import { type LeafText, rewrite, sourceOf, update } from "./leaf";
import { normalizeLabel, type Target } from "./links";
import type { Block, Item, Node, Root } from "./tree";

/** A markdown document that may still be arriving. */
export type Markdown = {
  readonly root: Root;
  /** Characters read so far to place lines and to parse inline text: a measure of the work, for tests. */
  readonly scanned: number;
  /** Takes more text. The tree shows it after the next commit. */
  append(text: string): void;
  /** Says that no text will follow: what was shown as if finished becomes what it is. */
  finish(): void;
  /**
   * Brings the tree up to the text, and returns the nodes whose own properties, children, lines or rows have changed since
   * the commit before, parents before the children they gained. A node that is new may be named too.
   */
  commit(): ReadonlySet<Node>;
};

/** A new, empty document. The tree does not depend on how the text was cut, nor on when it was committed. */
export function createMarkdown(): Markdown {
  return new MarkdownDocument();
}

/** The tree of a whole text. */
export function parseMarkdown(text: string): Root {
  const markdown = createMarkdown();
  markdown.append(text);
  markdown.finish();
  markdown.commit();
  return markdown.root;
}

const HIGH_SURROGATE_AT_END = /[\ud800-\udbff]$/;

class MarkdownDocument implements Markdown, References {
  readonly root: Root = { type: "root", children: [] };
  private readonly blocks = new Blocks(this.root, this);
  private inlineScanned = 0;
  private changed = new Set<Node>();
  private readonly edited = new Set<LeafText>();
  private readonly targets = new Map<string, Target>();
  private readonly footnotes = new Set<string>();
  /** The leaves that would change if the label were defined. Footnote labels start with `^`. */
  private readonly waiting = new Map<string, Set<LeafText>>();
  private current: LeafText | undefined;
  private isAfterReturn = false;
  /** The first half of a surrogate pair at the end of what has come. */
  private half = "";

  get scanned(): number {
    return this.blocks.scanned + this.inlineScanned;
  }

  append(text: string): void {
    const whole = this.half + text;
    this.half = HIGH_SURROGATE_AT_END.test(whole) ? whole.slice(-1) : "";
    this.take(this.half === "" ? whole : whole.slice(0, -1));
  }

  finish(): void {
    this.take(this.half);
    this.blocks.finish();
  }

  private take(text: string): void {
    if (text === "") return;
    const rest = this.isAfterReturn && text.startsWith("\n") ? text.slice(1) : text;
    this.isAfterReturn = text.endsWith("\r");
    const isPlain = !rest.includes("\r") && !rest.includes("\0");
    this.blocks.append(isPlain ? rest : rest.replace(/\r\n?/g, "\n").replaceAll("\0", "\uFFFD"));
  }

  commit(): ReadonlySet<Node> {
    for (const leaf of this.edited) {
      this.current = leaf;
      this.inlineScanned += update(leaf, this);
      this.changed.add(leaf.node);
    }
    this.edited.clear();
    const changed = this.changed;
    this.changed = new Set();
    return changed;
  }

  target(label: string): Target | undefined {
    const key = normalizeLabel(label);
    return this.targets.get(key) ?? this.wait(key);
  }

  isFootnote(label: string): boolean {
    const identifier = normalizeLabel(label);
    if (this.footnotes.has(identifier)) return true;
    this.wait(`^${identifier}`);
    return false;
  }

  add(parent: { type: string; children: (Block | Item)[] } & Node, node: Block | Item): void {
    parent.children.push(node);
    this.changed.add(parent);
  }

  replaceLast(parent: { type: string; children: (Block | Item)[] } & Node, node: Block): void {
    parent.children[parent.children.length - 1] = node;
    this.changed.add(parent);
  }

  touch(node: Node): void {
    this.changed.add(node);
  }

  edit(leaf: LeafText): void {
    this.edited.add(leaf);
  }

  define(label: string, target: Target): void {
    const key = normalizeLabel(label);
    if (this.targets.has(key)) return;
    this.targets.set(key, target);
    this.repair(key);
  }

  defineFootnote(identifier: string): boolean {
    if (this.footnotes.has(identifier)) return false;
    this.footnotes.add(identifier);
    this.repair(`^${identifier}`);
    return true;
  }

  private wait(key: string): undefined {
    const leaf = this.current;
    if (!leaf) return;
    const leaves = this.waiting.get(key);
    if (leaves) leaves.add(leaf);
    else this.waiting.set(key, new Set([leaf]));
  }

  private repair(key: string): void {
    for (const leaf of this.waiting.get(key) ?? []) {
      rewrite(leaf, sourceOf(leaf));
      this.edited.add(leaf);
    }
    this.waiting.delete(key);
  }
}
