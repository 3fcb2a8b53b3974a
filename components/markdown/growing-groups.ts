import { build } from "./build";
import { type Grouping, groupAt, SHEAF_SIZE } from "./groups";
import { shape } from "./shape";

/** The groups of one parent, made as its children come. */
export class GrowingGroups {
  private groupIndex = -1;
  private group: HTMLElement | undefined;
  private sheaf: HTMLElement | undefined;

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
    if (groupIndex % SHEAF_SIZE === 0) {
      this.sheaf?.classList.add("settled");
      this.sheaf = build(shape(tag, sheaf)).element;
      this.parent.append(this.sheaf);
    }
    this.group = build(shape(tag, attributes)).element;
    this.sheaf?.append(this.group);
    this.groupIndex = groupIndex;
  }
}
