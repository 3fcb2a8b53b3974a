import { safeHref } from "@/lib/typewriter/markdown/safe-href";
import type { Alignment, Block, Code, Inline, Item, Text } from "@/lib/typewriter/markdown/tree";
import { type Attributes, HOLE, type Shape, shape } from "./shape";

/** An inline node that is an element of its own. */
export type InlineElement = Exclude<Inline, Text>;

/** The block, or an item, around what it holds. */
export function describeBlock(node: Block | Item): Shape {
  switch (node.type) {
    case "paragraph":
      return shape("p", {}, HOLE);
    case "heading":
      // The page and the conversation have the levels above.
      return shape(`h${Math.min(6, node.level + 1)}`, { class: `heading heading-${node.level}` }, HOLE);
    case "code":
      return describeCode(node);
    case "mathBlock":
      return shape("div", { class: "math-block", tabindex: "0" }, HOLE);
    case "html":
      return shape("pre", { class: "raw-html" }, HOLE);
    case "thematicBreak":
      return shape("hr", {});
    case "blockquote":
      return shape("blockquote", {}, HOLE);
    case "list":
      return shape(node.ordered ? "ol" : "ul", describeList(node), HOLE);
    case "item":
      return node.checked === undefined ? shape("li", {}, HOLE) : shape("li", TASK, describeBox(node.checked), HOLE);
    case "table":
      return describeTable();
    case "footnoteDefinition":
      return shape(
        "div",
        { class: "footnote", role: "note", "data-footnote": node.identifier },
        shape("span", { class: "footnote-label" }, node.label),
        shape("div", { class: "footnote-text" }, HOLE),
      );
  }
}

export function describeList(node: { ordered: boolean; start: number; tight: boolean }): Attributes {
  return {
    ...(node.tight ? { class: "tight" } : {}),
    ...(node.ordered && node.start !== 1 ? { start: String(node.start) } : {}),
  };
}

/** What an item is that is a task. */
export const TASK: Attributes = { class: "task" };

/** The box of a task. */
export function describeBox(isChecked: boolean): Shape {
  return shape("input", {
    type: "checkbox",
    class: "task-box",
    disabled: "",
    "aria-label": isChecked ? "Done" : "To do",
    ...(isChecked ? { checked: "" } : {}),
  });
}

/** The first word after the fence, as it was written. */
export function languageOf({ info }: Code): string {
  return /^[^\s{,]+/.exec(info)?.[0].slice(0, 40) ?? "";
}

function describeCode(node: Code): Shape {
  const language = languageOf(node);
  return shape(
    "figure",
    { class: "code", "data-language": language },
    shape(
      "figcaption",
      { class: "code-bar" },
      shape("span", { class: "code-language" }, language === "" ? "text" : language),
      ...(language === "mermaid" ? [button("draw", "Draw")] : []),
      button("wrap", "Wrap", { "aria-pressed": "false" }),
      button("download", "Download"),
      // The answer has a Copy of its own.
      button("copy-code", "Copy", { "aria-label": "Copy code" }),
    ),
    shape("pre", { tabindex: "0", translate: "no" }, shape("code", {}, HOLE)),
  );
}

function describeTable(): Shape {
  return shape(
    "figure",
    { class: "figure-table" },
    shape(
      "div",
      { class: "table-scroll", tabindex: "0", role: "group", "aria-label": "Table" },
      shape("table", { role: "table" }, HOLE),
    ),
    shape(
      "figcaption",
      { class: "table-bar" },
      button("copy-markdown", "Copy as Markdown"),
      button("copy-csv", "Copy as CSV"),
    ),
  );
}

function button(press: string, label: string, attributes: Attributes = {}): Shape {
  return shape("button", { type: "button", class: "press", "data-press": press, ...attributes }, label);
}

/** A cell around its text. */
export function describeCell(tag: "th" | "td", align: Alignment, isFar: boolean): Shape {
  return shape(
    tag,
    {
      ...(align === undefined ? {} : { class: `align-${align}` }),
      ...(tag === "th" ? { scope: "col" } : {}),
      ...(isFar ? { role: "cell" } : {}),
    },
    HOLE,
  );
}

/** The inline element: with a hole if it holds inline nodes, whole if not. */
export function describeInline(node: InlineElement, isInLink = false): Shape {
  switch (node.type) {
    case "emphasis":
      return shape("em", {}, HOLE);
    case "strong":
      return shape("strong", {}, HOLE);
    case "delete":
      return shape("del", {}, HOLE);
    case "inlineCode":
      return shape("code", { translate: "no" }, node.value);
    case "link":
      return shape("a", { class: "link", ...describeAddress(node.href, node.title, textOf(node.children)) }, HOLE);
    case "image": {
      const label = node.alt.trim() === "" ? "Image" : node.alt;
      // HTML has no link within a link.
      if (isInLink) return shape("span", { class: "image" }, label);
      return shape("a", { class: "image", ...describeAddress(node.href, node.title, "") }, label);
    }
    case "break":
      return shape("br", {});
    case "inlineMath":
      return shape("span", { class: node.display ? "math math-display" : "math" }, ...describeSource(node));
    case "footnoteReference":
      return shape(
        "sup",
        {},
        shape(
          "button",
          {
            type: "button",
            class: "footnote-reference",
            "data-press": "footnote",
            "data-footnote": node.identifier,
            "aria-label": `Footnote ${node.label}`,
          },
          node.label,
        ),
      );
  }
}

/** A formula before it is typeset. One that is still arriving shows nothing: half of it says nothing. */
export function describeSource(node: { value: string; closed: boolean }): Shape[] {
  return node.closed ? [shape("code", { class: "math-source", translate: "no" }, node.value)] : [];
}

function describeAddress(href: string | undefined, title: string | undefined, text: string): Attributes {
  const address = href === undefined ? undefined : safeHref(href);
  if (address === undefined) return {};
  const host = NAMES_A_PLACE.test(text) ? hostOf(address) : undefined;
  return {
    href: address,
    title: title === undefined || title === "" ? address : `${title}\n${address}`,
    target: "_blank",
    rel: "noopener noreferrer nofollow",
    // A text that names one place must not lead to another unseen.
    ...(host !== undefined && hostOf(text) !== host && { "data-host": host }),
  };
}

const NAMES_A_PLACE = /^\s*(?:https?:\/\/|www\.)|^\s*[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:[/?#]\S*)?\s*$/i;

/** Where a browser would go with `place`, an address of the web with or without its scheme. */
function hostOf(place: string): string | undefined {
  const [address = ""] = place.trim().split(/\s/);
  try {
    const { protocol, hostname } = new URL(/^[a-z]+:/i.test(address) ? address : `https://${address}`);
    return protocol === "mailto:" ? undefined : hostname.replace(/^www\./, "");
  } catch {
    return undefined; // No address at all.
  }
}

function textOf(nodes: readonly Inline[]): string {
  let text = "";
  for (const node of nodes) {
    if (node.type === "text" || node.type === "inlineCode") text += node.value;
    else if ("children" in node) text += textOf(node.children);
  }
  return text;
}
