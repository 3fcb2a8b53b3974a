import { createMarkdown, type Markdown } from "@/lib/typewriter/markdown/markdown";
import { createCaret } from "./caret";
import { holdColumns } from "./columns";
import type { Desk } from "./desk";
import { watchFit } from "./fits";
import { settleBoxes } from "./growing-groups";
import { loadLanguages, pageLexers } from "./highlighting";
import { loadMathematics, typeset } from "./mathematics";
import { rootView, tipOf, Views } from "./views";

/** Markdown in an element, as it is written. */
export type LiveMarkdown = {
  append(text: string): void;
  /** Nothing more will come: what looked finished becomes what it is, and the rest stays as it stands. */
  finish(): void;
};

type Sheet = { markdown: Markdown; views: Views };

/**
 * Shows markdown in `element`, beginning with `text`, in place of what stood there. Only what changed is touched: a text
 * that grows is the same text node, so what is selected stays selected. With `hasCaret` a caret stands at the end.
 */
export function showMarkdown(element: HTMLElement, text: string, { hasCaret }: { hasCaret: boolean }): LiveMarkdown {
  let scroller: Element | null = null;
  const desk: Desk = {
    typeset,
    expectMathematics: loadMathematics,
    holdColumns,
    beginScroller(next) {
      // Not before it is written: it would be measured again with each line.
      if (scroller !== null) watchFit(scroller);
      scroller = next;
    },
    lexers: pageLexers,
    parted: new Set(),
  };
  // Let go of at the end: then nothing is kept but what stands on the page.
  let sheet: Sheet | undefined = { markdown: createMarkdown(), views: new Views(desk) };
  element.replaceChildren();
  if (hasCaret) element.classList.add("writing");
  const caret = hasCaret ? createCaret(element) : undefined;
  sheet.views.keep(sheet.markdown.root, rootView(sheet.markdown.root, element, sheet.views));
  loadLanguages();

  function commit({ markdown, views }: Sheet): void {
    for (const node of markdown.commit()) views.of(node)?.update();
    if (caret === undefined) return;
    const tip = tipOf(markdown.root, views);
    if (tip !== undefined) caret.follow(tip);
  }

  if (text !== "") sheet.markdown.append(text);
  commit(sheet);

  return {
    append(more) {
      if (sheet === undefined) return;
      sheet.markdown.append(more);
      commit(sheet);
    },
    finish() {
      if (sheet === undefined) return;
      const { markdown, views } = sheet;
      sheet = undefined;
      caret?.remove();
      element.classList.remove("writing");
      markdown.finish();
      for (const node of markdown.commit()) views.of(node)?.update();
      settleBoxes(element);
      for (const mend of desk.parted) mend();
      desk.parted.clear();
      desk.beginScroller(null);
    },
  };
}
