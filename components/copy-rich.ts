import { copyText } from "./copy-text";

/** What other programs know how to paste. All else is only what stands within it. */
const KEPT = new Set(
  "a blockquote br code del em h1 h2 h3 h4 h5 h6 hr li ol p pre strong sub sup table tbody td th thead tr ul".split(
    " ",
  ),
);
/** What belongs to this page alone. */
const DROPPED = "button:not(.footnote-reference), figcaption, svg, script, style, [aria-hidden='true']";
const KEPT_ATTRIBUTES = ["href", "start", "value"];
const MATHML = "http://www.w3.org/1998/Math/MathML";

/**
 * Puts what `element` shows on the clipboard, for programs that know rich text, with `text` for those that do not.
 * Whether it is there now; where rich text cannot be copied, `text` alone is.
 */
export async function copyRich(element: Element, text: string): Promise<boolean> {
  try {
    const html = new Blob([cleanHtml(element)], { type: "text/html" });
    const plain = new Blob([text], { type: "text/plain" });
    await navigator.clipboard.write([new ClipboardItem({ "text/html": html, "text/plain": plain })]);
    return true;
  } catch {
    return copyText(text); // No permission, or a browser that copies text alone.
  }
}

/** The content of `element` as HTML without classes, buttons or anything else of this page; formulas as MathML. */
function cleanHtml(element: Element): string {
  // A document of its own: nothing in it is shown, loaded or run.
  const sheet = document.implementation.createHTMLDocument("");
  const root = sheet.createElement("div");
  appendClean(root, element);
  return root.innerHTML;
}

function appendClean(target: Element, source: Element): void {
  const { ownerDocument: sheet } = target;
  for (const node of source.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) appendText(target, node.textContent ?? "");
    if (!(node instanceof Element) || node.matches(DROPPED)) continue;
    const name = node.localName;
    if (node.namespaceURI === MATHML) target.append(cleanMath(sheet, node));
    else if (name === "input") {
      if (node.nextElementSibling?.localName !== "p") target.append(boxOf(node));
    } else if (!KEPT.has(name)) appendClean(target, node);
    else {
      // Copied before what is in it, whose line endings depend on what it is in.
      const copy = isLine(node) ? target : target.appendChild(copyOf(sheet, node));
      const before = node.previousElementSibling;
      if (name === "p" && before?.localName === "input") copy.append(boxOf(before));
      appendClean(copy, node);
    }
  }
}

function copyOf(sheet: Document, node: Element): Element {
  const copy = sheet.createElement(node.localName);
  for (const attribute of KEPT_ATTRIBUTES) {
    const value = node.getAttribute(attribute);
    if (value !== null) copy.setAttribute(attribute, value);
  }
  return copy;
}

function boxOf(input: Element): string {
  return (input as HTMLInputElement).checked ? "☑ " : "☐ ";
}

/** Whether the element is the line of an item, which is a paragraph on the page alone. */
function isLine({ localName, parentElement, previousElementSibling }: Element): boolean {
  if (localName !== "p" || parentElement?.localName !== "li" || previousElementSibling?.localName === "p") return false;
  return parentElement.closest("ul, ol")?.classList.contains("tight") ?? false;
}

/** A line that ends on the page ends where it is pasted too; of styles nothing is left there. */
function appendText(target: Element, text: string): void {
  const lines = target.closest("pre") === null ? text.split("\n") : [text];
  for (const [index, line] of lines.entries()) {
    if (index > 0) target.append(target.ownerDocument.createElement("br"));
    target.append(line);
  }
}

function cleanMath(sheet: Document, formula: Element): Node {
  const copy = sheet.importNode(formula, true);
  for (const one of [copy, ...copy.querySelectorAll("*")]) one.removeAttribute("class");
  return copy;
}
