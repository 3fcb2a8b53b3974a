/** Whether any of `node` is selected: what is moved would not be selected any more. */
export function isSelected(node: Node): boolean {
  const selection = getSelection();
  return selection !== null && !selection.isCollapsed && selection.containsNode(node, true);
}

/**
 * Cuts the text where its last line begins on the page, and returns what stands on that line. A block can begin there
 * and no reader sees it. Undefined when the text has no line of its own.
 */
export function lastLineOf(text: Text): Text | undefined {
  const range = document.createRange();
  range.selectNodeContents(text);
  const lines = range.getClientRects();
  const [first, last] = [lines[0], lines[lines.length - 1]];
  if (first === undefined || last === undefined || last.top - first.top < first.height / 2) return undefined;
  const bottomOf = (at: number) => {
    range.setStart(text, at);
    range.setEnd(text, at + 1);
    return range.getBoundingClientRect().bottom;
  };
  let [low, high] = [0, text.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (bottomOf(middle) > last.top + last.height / 2) high = middle;
    else low = middle + 1;
  }
  return low > 0 && low < text.length ? text.splitText(low) : undefined;
}

/** A part that takes `first` and all that follows it. */
export function partFrom(first: ChildNode): HTMLElement {
  const part = document.createElement("span");
  part.className = "part";
  for (let next: ChildNode | null = first; next !== null; ) {
    const following: ChildNode | null = next.nextSibling;
    part.append(next);
    next = following;
  }
  return part;
}

/** Puts what the parts of `paragraph` hold back into it. What is selected stays selected. */
export function mend(paragraph: Element): void {
  const selection = getSelection();
  const { anchorNode, anchorOffset, focusNode, focusOffset } = selection ?? {};
  const wasSelected = isSelected(paragraph);
  for (const part of paragraph.querySelectorAll(":scope > .part")) part.replaceWith(...part.childNodes);
  if (wasSelected && anchorNode?.isConnected && focusNode?.isConnected)
    selection?.setBaseAndExtent(anchorNode, anchorOffset ?? 0, focusNode, focusOffset ?? 0);
}
