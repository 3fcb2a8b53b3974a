/**
 * Cuts the text where its last line begins on the page, and returns what stands on that line. A block can begin there
 * and no reader sees it. Undefined when the text has no line of its own, or is selected.
 */
export function lastLineOf(text: Text): Text | undefined {
  const selection = getSelection();
  if (selection !== null && !selection.isCollapsed && selection.containsNode(text, true)) return undefined;
  const range = document.createRange();
  range.selectNodeContents(text);
  const lines = range.getClientRects();
  const [first, last] = [lines[0], lines[lines.length - 1]];
  if (first === undefined || last === undefined || last.top - first.top < first.height / 2) return undefined;
  const topOf = (at: number) => {
    range.setStart(text, at);
    range.setEnd(text, at + 1);
    return range.getBoundingClientRect().bottom;
  };
  let [low, high] = [0, text.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (topOf(middle) > last.top + last.height / 2) high = middle;
    else low = middle + 1;
  }
  return low > 0 && low < text.length ? text.splitText(low) : undefined;
}

/** A part that begins with `text` and holds all that follows it. */
export function beginPart(text: Text): HTMLElement {
  const part = document.createElement("span");
  part.className = "part";
  for (let next: ChildNode | null = text; next !== null; ) {
    const following: ChildNode | null = next.nextSibling;
    part.append(next);
    next = following;
  }
  return part;
}
