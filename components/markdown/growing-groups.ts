import { build } from "./build";
import { BOX_SIZE, type Grouping, groupAt, OPEN_BOXES } from "./groups";
import { type Attributes, shape } from "./shape";

/** The groups of one parent, made as its children come. */
export class GrowingGroups {
  private groupIndex = -1;
  private group: HTMLElement | undefined;
  private readonly levels: readonly Level[];

  constructor(
    private readonly parent: HTMLElement,
    private readonly grouping: Grouping,
  ) {
    const { tag, boxes } = grouping;
    this.levels = boxes.map((attributes, depth) => new Level(tag, attributes, BOX_SIZE ** (boxes.length - depth)));
  }

  /** The group that is being filled, or the parent. */
  get last(): HTMLElement {
    return this.group ?? this.parent;
  }

  /** The element for the child at `index`; children come in order. */
  at(index: number): HTMLElement {
    const groupIndex = groupAt(this.grouping, index);
    if (groupIndex !== this.groupIndex) this.begin(groupIndex);
    return this.last;
  }

  /** A group by its index. */
  of(groupIndex: number): Element | undefined {
    let box: Element | undefined = this.parent;
    let index = groupIndex;
    for (const { groups } of this.levels) {
      box = box?.children[Math.floor(index / groups)];
      index %= groups;
    }
    return box?.children[index];
  }

  private begin(groupIndex: number): void {
    const { tag, attributes, areSkipped } = this.grouping;
    if (areSkipped) this.group?.classList.add("written");
    let box = this.parent;
    for (const level of this.levels) box = level.at(groupIndex, box);
    this.group = build(shape(tag, attributes)).element;
    box.append(this.group);
    this.groupIndex = groupIndex;
  }
}

/** The boxes of one level. */
class Level {
  /** Those at the end, which are not let go yet; the last is being filled. */
  private readonly open: HTMLElement[] = [];
  private released: HTMLElement | undefined;

  constructor(
    private readonly tag: string,
    private readonly attributes: Attributes,
    /** How many a box holds. */
    readonly groups: number,
  ) {}

  /** The box for a group that begins. A new one is put into `parent`. */
  at(groupIndex: number, parent: HTMLElement): HTMLElement {
    this.settle();
    const last = this.open.at(-1);
    return last === undefined || groupIndex % this.groups === 0 ? this.begin(parent) : last;
  }

  private begin(parent: HTMLElement): HTMLElement {
    this.open.at(-1)?.classList.add("written");
    const box = build(shape(this.tag, this.attributes)).element;
    parent.append(box);
    this.open.push(box);
    if (this.open.length > OPEN_BOXES) this.release(this.open.shift());
    return box;
  }

  /**
   * What is in it is not skipped by itself any more, and a group later it is skipped as a whole. Not at once: what is
   * skipped is not styled, so all in it would stay among those that a page looks after in every frame.
   */
  private release(box: HTMLElement | undefined): void {
    box?.classList.add("released");
    this.released = box;
  }

  private settle(): void {
    if (this.released !== undefined) settle(this.released);
    this.released = undefined;
  }
}

/** What only waited for the next group is settled when no other will come. */
export function settleBoxes(answer: Element): void {
  for (const box of answer.querySelectorAll(".released")) settle(box);
}

function settle(box: Element): void {
  box.classList.replace("released", "settled");
}
