import { build } from "./build";
import { type Grouping, groupAt, OPEN_SHEAVES, SHEAF_SIZE } from "./groups";
import { shape } from "./shape";

/** The groups of one parent, made as its children come. */
export class GrowingGroups {
  private groupIndex = -1;
  private group: HTMLElement | undefined;
  private sheaf: HTMLElement | undefined;
  private readonly openSheaves: HTMLElement[] = [];

  constructor(
    private readonly parent: HTMLElement,
    private readonly grouping: Grouping,
  ) {}

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
    const sheaf = this.parent.children[Math.floor(groupIndex / SHEAF_SIZE)];
    return sheaf?.children[groupIndex % SHEAF_SIZE];
  }

  private begin(groupIndex: number): void {
    const { tag, attributes, sheaf } = this.grouping;
    if (this.grouping.areSkipped) this.group?.classList.add("written");
    if (groupIndex % SHEAF_SIZE === 0) {
      this.sheaf?.classList.add("written");
      this.sheaf = build(shape(tag, sheaf)).element;
      this.parent.append(this.sheaf);
      this.openSheaves.push(this.sheaf);
      if (this.openSheaves.length > OPEN_SHEAVES) this.openSheaves.shift()?.classList.add("settled");
    }
    this.group = build(shape(tag, attributes)).element;
    this.sheaf?.append(this.group);
    this.groupIndex = groupIndex;
  }
}
