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
  let lineMiddle: number | undefined;
  let start = text.length;
  for (let at = text.length - 1; at >= 0; at--) {
    range.setStart(text, at);
    range.setEnd(text, at + 1);
    const { top, height } = range.getBoundingClientRect();
    // A space that has collapsed has no place of its own, and half a surrogate pair may have none.
    if (height === 0) continue;
    const middle = top + height / 2;
    lineMiddle ??= middle;
    if (lineMiddle - middle > height / 2) return start < text.length ? text.splitText(start) : undefined;
    start = at;
  }
  return undefined;
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
