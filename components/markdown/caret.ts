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
      const last = lastIn(tip, caret);
      if (last === undefined) {
        if (!tip.contains(caret)) tip.append(caret);
      } else if (caret.previousSibling !== last) last.after(caret);
    },
    remove() {
      clearTimeout(timer);
      caret.remove();
    },
  };
}

/** What `node` ends with, as deep as can be: a text, or a formula, which no caret can stand in. */
function lastIn(node: Node, caret: ChildNode): ChildNode | undefined {
  let deepest: ChildNode | undefined;
  for (let inner: Node = node; ; ) {
    const child: ChildNode | null = inner.lastChild === caret ? caret.previousSibling : inner.lastChild;
    if (child === null) return deepest;
    deepest = child;
    if (child instanceof Text || (child instanceof HTMLElement && child.matches(".math"))) return child;
    inner = child;
  }
}
