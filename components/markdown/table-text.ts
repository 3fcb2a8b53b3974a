import { characterBefore } from "@/lib/typewriter/markdown/characters";
import { matchMath } from "@/lib/typewriter/markdown/mathematics";

/** A table of the page as CSV (RFC 4180), with what its cells say. */
export function tableToCsv(table: HTMLTableElement): string {
  const rows = [...table.rows].map((row) => [...row.cells].map((cell) => field(plainText(cell))).join(","));
  return `${rows.join("\r\n")}\r\n`;
}

/** What a spreadsheet would take for a formula: it begins as one, and is no number with a sign. */
const FORMULA = /^(?:[=@\t\r]|[+-](?!\p{Sc}?[\d.,]*\s?%?$))/u;

function field(text: string): string {
  const said = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(said) ? `"${said.replaceAll('"', '""')}"` : said;
}

/** A table of the page as Markdown, with the marks of what is in its cells. */
export function tableToMarkdown(table: HTMLTableElement): string {
  const [header, ...rows] = [...table.rows].map((row) => [...row.cells]);
  if (header === undefined) return "";
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |\n`;
  const delimiters = header.map(({ classList }) => {
    if (classList.contains("align-center")) return ":-:";
    if (classList.contains("align-right")) return "--:";
    return classList.contains("align-left") ? ":--" : "---";
  });
  return [header.map(markdownOf), delimiters, ...rows.map((cells) => cells.map(markdownOf))].map(line).join("");
}

function markdownOf(cell: Node): string {
  return [...cell.childNodes].map(inlineOf).join("").replace(/\n/g, " ").trim();
}

function inlineOf(node: Node): string {
  if (!(node instanceof Element)) return escaped(node);
  switch (node.localName) {
    case "strong":
      return `**${markdownOf(node)}**`;
    case "em":
      return `*${markdownOf(node)}*`;
    case "del":
      return `~~${markdownOf(node)}~~`;
    case "br":
      return "<br>";
    case "code":
      return codeSpan(node.textContent ?? "");
    case "sup":
      return `[^${(node.textContent ?? "").replaceAll("|", "\\|")}]`;
    case "a": {
      const href = node.getAttribute("href");
      const mark = node.classList.contains("image") ? "!" : "";
      return href === null ? markdownOf(node) : `${mark}[${markdownOf(node)}](<${href.replaceAll("|", "%7C")}>)`;
    }
    default:
      return node.classList.contains("math") ? mathOf(node).replaceAll("|", "\\|") : markdownOf(node);
  }
}

function escaped(text: Node): string {
  // Not the opening bracket: after a backslash it would open a formula.
  const marks = /[\\`*_\]|<$~]|&(?=#?\w+;)/g;
  const said = (text.textContent ?? "").replace(marks, "\\$&");
  // Before a link it would make an image of it.
  return text.nextSibling === null ? said : said.replace(/!$/, "\\!");
}

/** A formula in its marks: `\(` where a `$` would not be read as one. */
function mathOf(element: Element): string {
  const value = formulaOf(element);
  if (element.classList.contains("math-display")) return `$$${value}$$`;
  const before = element.previousSibling?.textContent ?? "";
  const after = element.nextSibling?.textContent ?? "";
  const dollars = `$${value}$`;
  const math = matchMath(dollars + after, 0, characterBefore(before, before.length), false);
  return typeof math === "object" && math.end === dollars.length ? dollars : `\\(${value}\\)`;
}

function codeSpan(text: string): string {
  const ticks = "`".repeat(Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length)) + 1);
  const space = /^`|`$/.test(text) ? " " : "";
  return `${ticks}${space}${text.replaceAll("|", "\\|")}${space}${ticks}`;
}

function plainText(node: Node): string {
  if (!(node instanceof Element)) return node.textContent ?? "";
  if (node.localName === "br") return "\n";
  // The number of a footnote would join the value before it.
  if (node.localName === "sup") return "";
  if (node.classList.contains("math")) return formulaOf(node);
  return [...node.childNodes].map(plainText).join("");
}

/** The source of a formula, typeset or not. */
function formulaOf(element: Element): string {
  return element.querySelector("math")?.getAttribute("alttext") ?? element.textContent ?? "";
}
