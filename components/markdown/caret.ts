export type Caret = {
  /** Stands after the last character in `tip`. */
  follow(tip: HTMLElement): void;
  remove(): void;
};

/** After so long without a character the caret begins to breathe: an animation costs a style and a paint in every frame. */
const REST_AFTER_MS = 600;

/**
 * A caret that stands in the line, right after the last text. It takes no room there, so no word moves for it, and what
 * is written comes after it as if it were not there: it then follows.
 */
export function createCaret(sheet: HTMLElement): Caret {
  const caret = document.createElement("span");
  caret.className = "caret";
  caret.setAttribute("aria-hidden", "true");
  sheet.append(caret);
  let movedAtMs = 0;
  let timer: ReturnType<typeof setTimeout> | undefined = setTimeout(rest, REST_AFTER_MS);
  let isResting = false;

  function rest(): void {
    timer = undefined;
    const idleMs = performance.now() - movedAtMs;
    if (idleMs < REST_AFTER_MS) timer = setTimeout(rest, REST_AFTER_MS - idleMs);
    else setResting(true);
  }

  function setResting(isNow: boolean): void {
    if (isNow === isResting) return;
    isResting = isNow;
    caret.classList.toggle("caret-resting", isNow);
  }

  return {
    follow(tip) {
      movedAtMs = performance.now();
      setResting(false);
      timer ??= setTimeout(rest, REST_AFTER_MS);
      const text = lastText(tip, caret);
      if (text === undefined) {
        if (!tip.contains(caret)) tip.append(caret);
      } else if (caret.previousSibling !== text) text.after(caret);
    },
    remove() {
      clearTimeout(timer);
      caret.remove();
    },
  };
}

/** The text that `node` ends with, the caret left out. */
function lastText(node: Node, caret: Node): Text | undefined {
  let last: Node | null = node;
  while (last !== null && !(last instanceof Text)) {
    const child: Node | null = last.lastChild;
    last = child === caret ? caret.previousSibling : child;
  }
  return last ?? undefined;
}
