/** A caret that stands after the last character. What it adds to its line, it takes away again. */
export function createCaret(): HTMLElement {
  const caret = document.createElement("span");
  caret.className = "caret";
  caret.setAttribute("aria-hidden", "true");
  return caret;
}
