import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { createMarkdown, type Markdown } from "./markdown";
import type { Alignment, Block, FootnoteDefinition, Inline, Item, List, Root, Row } from "./tree";

/** The tree of a text that arrives in these pieces, with a commit after each. */
export function parsePieces(pieces: string[], eachCommit?: (markdown: Markdown) => void): Root {
  const markdown = createMarkdown();
  for (const piece of pieces) {
    markdown.append(piece);
    markdown.commit();
    eachCommit?.(markdown);
  }
  markdown.finish();
  markdown.commit();
  return markdown.root;
}

/** The reference: micromark with GFM, raw HTML escaped. */
export function referenceHtml(text: string): string {
  return normalizeHtml(micromark(text, { extensions: [gfm()], htmlExtensions: [gfmHtml()] }));
}

/** Drops what the comparison does not mean: line endings around tags and the furniture of the footnote section. */
export function normalizeHtml(html: string): string {
  return html
    .replace(/<section data-footnotes[\s\S]*$/, "")
    .replace(/<sup>.*?<\/sup>/g, "<sup></sup>")
    .replace(/<(img|br|hr|input)([^>]*?) ?\/>/g, "<$1$2>")
    .replace(/ disabled=""/g, "")
    .replace(/(<input[^>]*>)\s+/g, "$1")
    .replace(/\n*(<\/?(?:p|ul|ol|li|blockquote|h[1-6]|table|thead|tbody|tr|th|td|hr|pre)(?: [^>]*)?>)\n*/g, "$1")
    .replace(/<tbody><\/tbody>/g, "")
    .replace(/\n+$/, "")
    .replace(/^\n+/, "");
}

/** The tree as HTML like the CommonMark examples', raw HTML as text; links without an address as `<a>`. */
export function toHtml(root: Root): string {
  return normalizeHtml(blocks(root.children, false));
}

function blocks(nodes: Block[], isTight: boolean): string {
  return nodes.map((node) => block(node, isTight)).join("\n");
}

function block(node: Block, isTight: boolean): string {
  switch (node.type) {
    case "paragraph":
      return isTight ? inlines(node.children) : `<p>${inlines(node.children)}</p>`;
    case "heading":
      return `<h${node.level}>${inlines(node.children)}</h${node.level}>`;
    case "code": {
      const language = /^\S+/.exec(node.info)?.[0];
      const attribute = language ? ` class="language-${escapeHtml(language)}"` : "";
      return `<pre><code${attribute}>${escapeHtml(node.lines.map((line) => `${line}\n`).join(""))}</code></pre>`;
    }
    case "mathBlock":
      return `<math display="block">${escapeHtml(node.value)}</math>`;
    case "html":
      return escapeHtml(node.lines.join("\n"));
    case "thematicBreak":
      return "<hr>";
    case "blockquote":
      return `<blockquote>${blocks(node.children, false)}</blockquote>`;
    case "list":
      return list(node);
    case "table":
      return `<table><thead>${row(node.header, node.align, "th")}</thead><tbody>${node.rows.map((each) => row(each, node.align, "td")).join("")}</tbody></table>`;
    case "footnoteDefinition":
      return "";
  }
}

function list(node: List): string {
  const name = node.ordered ? "ol" : "ul";
  const start = node.ordered && node.start !== 1 ? ` start="${node.start}"` : "";
  return `<${name}${start}>${node.children.map((each) => item(each, node.tight)).join("")}</${name}>`;
}

function item(node: Item, isTight: boolean): string {
  const box = node.checked === undefined ? "" : `<input type="checkbox"${node.checked ? ' checked=""' : ""}>`;
  const content = blocks(node.children, isTight);
  return `<li>${content.startsWith("<p>") ? `<p>${box}${content.slice(3)}` : box + content}</li>`;
}

function row(node: Row, align: Alignment[], name: string): string {
  const cells = node.cells.map((cell, index) => {
    const attribute = align[index] ? ` align="${align[index]}"` : "";
    return `<${name}${attribute}>${inlines(cell.children)}</${name}>`;
  });
  return `<tr>${cells.join("")}</tr>`;
}

/** Inline nodes as HTML. */
export function inlines(nodes: Inline[]): string {
  return nodes.map(inline).join("");
}

function inline(node: Inline): string {
  switch (node.type) {
    case "text":
      return escapeHtml(node.value);
    case "emphasis":
      return `<em>${inlines(node.children)}</em>`;
    case "strong":
      return `<strong>${inlines(node.children)}</strong>`;
    case "delete":
      return `<del>${inlines(node.children)}</del>`;
    case "inlineCode":
      return `<code>${escapeHtml(node.value)}</code>`;
    case "link":
      return `<a${node.href === undefined ? "" : ` href="${encodeAddress(node.href)}"`}${title(node)}>${inlines(node.children)}</a>`;
    case "image":
      return `<img src="${encodeAddress(node.href)}" alt="${escapeHtml(node.alt)}"${title(node)}>`;
    case "break":
      return node.hard ? "<br>\n" : "\n";
    case "inlineMath":
      return `<math${node.display ? ' display="block"' : ""}>${escapeHtml(node.value)}</math>`;
    case "footnoteReference":
      return "<sup></sup>";
  }
}

/** The footnote definitions at the top of the tree. */
export function footnotes(root: Root): FootnoteDefinition[] {
  return root.children.filter((node) => node.type === "footnoteDefinition");
}

function title(node: { title?: string }): string {
  return node.title === undefined ? "" : ` title="${escapeHtml(node.title)}"`;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

function encodeAddress(href: string): string {
  const encoded = href.replace(/%(?![0-9a-fA-F]{2})|[^\w!#$%&'()*+,\-./:;=?@~]/gu, (character) =>
    /[\ud800-\udfff]/.test(character) && character.length === 1 ? "%EF%BF%BD" : encodeURIComponent(character),
  );
  return escapeHtml(encoded);
}
