import { paragraphsAfter } from "./paragraphs";

/** Where the text of an answer appears, as it is revealed. */
export interface TextSurface {
  append(text: string): void;
  /** Nothing more will come. */
  finish(): void;
}

/**
 * A surface of plain text in `element`, going on after the paragraphs that stand there. It only ever adds: a selection
 * in what is shown survives, and no paragraph is laid out again for those after it. With `hasCaret` one marks the end.
 */
export function mountPlainText(element: HTMLElement, hasCaret: boolean): TextSurface {
  const caret = hasCaret ? createCaret() : undefined;
  let last = element.lastElementChild ?? addParagraph("");
  if (caret !== undefined) last.append(caret);

  function addParagraph(text: string): HTMLParagraphElement {
    const paragraph = document.createElement("p");
    paragraph.append(document.createTextNode(text));
    element.append(paragraph);
    return paragraph;
  }

  return {
    append(text) {
      const open = last.firstChild as Text;
      const [first, ...rest] = paragraphsAfter(open.data, text);
      if (first !== "") open.appendData(first);
      for (const paragraph of rest) last = addParagraph(paragraph);
      if (caret !== undefined && rest.length > 0) last.append(caret);
    },
    finish() {
      caret?.remove();
    },
  };
}

function createCaret(): HTMLElement {
  const caret = document.createElement("span");
  caret.className = "caret";
  caret.setAttribute("aria-hidden", "true");
  return caret;
}
