import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { copyRich } from "./copy-rich";

const TEXT_NODE = 3;
const VOID = new Set(["br", "hr"]);

class FakeText {
  readonly nodeType = TEXT_NODE;
  parentElement: FakeElement | null = null;
  constructor(readonly textContent: string) {}
  get outerHTML(): string {
    return this.textContent;
  }
}

/** What is asked of an element that is copied, and of its copy. */
class FakeElement {
  readonly nodeType = 1;
  readonly ownerDocument: unknown = SHEET;
  parentElement: FakeElement | null = null;
  readonly childNodes: (FakeText | FakeElement)[] = [];
  checked = false;

  constructor(
    readonly localName: string,
    private readonly className = "",
  ) {}

  get classList(): { contains(name: string): boolean } {
    return { contains: (name) => this.className === name };
  }
  get previousElementSibling(): FakeElement | null {
    return this.sibling(-1);
  }
  get nextElementSibling(): FakeElement | null {
    return this.sibling(1);
  }
  get innerHTML(): string {
    return this.childNodes.map(({ outerHTML }) => outerHTML).join("");
  }
  get outerHTML(): string {
    const start = `<${this.localName}>`;
    return VOID.has(this.localName) ? start : `${start}${this.innerHTML}</${this.localName}>`;
  }
  getAttribute(): null {
    return null;
  }
  matches(selectors: string): boolean {
    return selectors.split(", ").includes(this.localName);
  }
  closest(selectors: string): FakeElement | null {
    return this.matches(selectors) ? this : (this.parentElement?.closest(selectors) ?? null);
  }
  append(...nodes: (FakeText | FakeElement | string)[]): void {
    for (const node of nodes) this.appendChild(typeof node === "string" ? new FakeText(node) : node);
  }
  appendChild<Appended extends FakeText | FakeElement>(node: Appended): Appended {
    node.parentElement = this;
    this.childNodes.push(node);
    return node;
  }
  private sibling(step: number): FakeElement | null {
    const elements = this.parentElement?.childNodes.filter((node) => node instanceof FakeElement) ?? [];
    return elements[elements.indexOf(this) + step] ?? null;
  }
}

const SHEET = { createElement: (name: string) => new FakeElement(name) };

/** An element, with its class after a dot. */
function element(name: string, ...children: (FakeElement | string)[]): FakeElement {
  const [tag = "", className] = name.split(".");
  const made = new FakeElement(tag, className);
  made.append(...children);
  return made;
}

function done(): FakeElement {
  return Object.assign(element("input"), { checked: true });
}

async function copied(...shown: FakeElement[]): Promise<string> {
  const write = vi.fn<(items: { parts: Record<string, Blob> }[]) => Promise<void>>(async () => {});
  vi.stubGlobal("navigator", { clipboard: { write } });
  await copyRich(element("div", ...shown) as unknown as Element, "");
  return write.mock.calls[0]?.[0][0]?.parts["text/html"]?.text() ?? "";
}

beforeEach(() => {
  vi.stubGlobal("Element", FakeElement);
  vi.stubGlobal("Node", { TEXT_NODE });
  vi.stubGlobal("document", { implementation: { createHTMLDocument: () => SHEET } });
  vi.stubGlobal(
    "ClipboardItem",
    class {
      constructor(readonly parts: Record<string, Blob>) {}
    },
  );
});
afterEach(() => {
  vi.unstubAllGlobals();
});

it("the lines of a poem are parted, and those of code stay as they are", async () => {
  expect(await copied(element("p", "a\nb"))).toBe("<p>a<br>b</p>");
  const code = element("pre", element("code", element("span", "let a;\n"), element("span", "\nb()")));
  expect(await copied(code)).toBe("<pre><code>let a;\n\nb()</code></pre>");
});

it("the items of a tight list are lines, those of a loose one paragraphs", async () => {
  const inner = element("ul", element("li", element("p", "b")), element("li", element("p", "c")));
  expect(await copied(element("ol.tight", element("li", element("p", "a"), inner)))).toBe(
    "<ol><li>a<ul><li><p>b</p></li><li><p>c</p></li></ul></li></ol>",
  );
});

it("the box of a task stands before its text, on the same line", async () => {
  expect(await copied(element("ul.tight", element("li.task", done(), element("p", "a"))))).toBe(
    "<ul><li>☑ a</li></ul>",
  );
  expect(await copied(element("ul", element("li.task", element("input"), element("p", "a"))))).toBe(
    "<ul><li><p>☐ a</p></li></ul>",
  );
  expect(await copied(element("ul", element("li.task", done(), element("h2", "a"))))).toBe(
    "<ul><li>☑ <h2>a</h2></li></ul>",
  );
});
