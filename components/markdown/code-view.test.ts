import { createElement, type ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { lexerOf } from "@/lib/typewriter/code/languages";
import { createMarkdown } from "@/lib/typewriter/markdown/markdown";
import { CodeView } from "./code-view";
import type { Desk } from "./desk";
import { SettledMarkdown } from "./settled-markdown";

class FakeText {
  parentElement: FakeElement | null = null;
  constructor(private text: string) {}
  get outerHTML(): string {
    return this.text;
  }
  appendData(more: string): void {
    this.text += more;
  }
  remove(): void {
    this.parentElement?.drop(this);
  }
}

/** What is asked of the elements that code is written in. */
class FakeElement {
  parentElement: FakeElement | null = null;
  className = "";
  readonly lastElementChild = null;
  private readonly nodes: (FakeText | FakeElement)[] = [];
  get children(): FakeElement[] {
    return this.nodes.filter((node) => node instanceof FakeElement);
  }
  get innerHTML(): string {
    return this.nodes.map(({ outerHTML }) => outerHTML).join("");
  }
  get outerHTML(): string {
    return `<span class="${this.className}">${this.innerHTML}</span>`;
  }
  setAttribute(_name: "class", value: string): void {
    this.className = value;
  }
  append(node: FakeText | FakeElement): void {
    node.parentElement = this;
    this.nodes.push(node);
  }
  insertBefore(node: FakeText | FakeElement, before: null): void {
    if (before === null) this.append(node);
  }
  remove(): void {
    this.parentElement?.drop(this);
  }
  drop(node: FakeText | FakeElement): void {
    this.nodes.splice(this.nodes.indexOf(node), 1);
  }
}

beforeEach(() => {
  vi.stubGlobal("document", {
    createElement: () => new FakeElement(),
    createTextNode: (text: string) => new FakeText(text),
  });
});
afterEach(() => vi.unstubAllGlobals());

/** The code of a text that is nothing but code, as it stands after it has come in pieces. */
function written(pieces: readonly string[], isOver: boolean): string {
  const element = new FakeElement();
  const markdown = createMarkdown();
  let view: CodeView | undefined;
  const commit = () => {
    markdown.commit();
    const [node] = markdown.root.children;
    if (node?.type !== "code") return;
    view ??= new CodeView(node, element as unknown as HTMLElement, desk, node.info);
    view.update();
  };
  for (const piece of pieces) {
    markdown.append(piece);
    commit();
  }
  if (isOver) markdown.finish();
  commit();
  return element.innerHTML;
}

const desk = { lexers: { lexerOf, whenLoaded() {} } } as unknown as Desk;

function rendered(text: string): string {
  const blocks = [SettledMarkdown({ text })].flat() as ReactNode[];
  return /<code[^>]*>(.*)<\/code>/s.exec(renderToStaticMarkup(createElement("div", {}, ...blocks)))?.[1] ?? "";
}

const LONG = "let a = 1; ".repeat(60);
const TOO_LONG = "let a = 1; ".repeat(100);

it.each([
  ["a long last line", `\`\`\`js\nf()\n${LONG}`],
  ["one that is too long for colours", `\`\`\`js\nf()\n${TOO_LONG}`],
  ["a short one", "```js\nf()\nlet a = 1;"],
])("leaves %s as the server renders it, however it came", (_what, text) => {
  for (const whole of [text, `${text}\n\`\`\``, `${text}\n\`\`\`\n`]) {
    expect(written([whole], true)).toBe(rendered(whole));
    expect(written([...whole], true)).toBe(rendered(whole));
  }
});

it("colours a long last line when its block is closed, before the text is over", () => {
  const text = `\`\`\`js\n${LONG}\n\`\`\`\n`;
  expect(written([...text], false)).toBe(rendered(text));
  expect(rendered(text)).toContain('<span class="tok-keyword">let </span>');
});
