export type Caret = {
  /** Stands at the end of `tip`. */
  follow(tip: HTMLElement): void;
  remove(): void;
};

/** After so long without a character the caret begins to breathe: an animation costs a style and a paint in every frame. */
const REST_AFTER_MS = 600;

/**
 * A caret that stands in the line, right after the last text. It takes no room there, so no word moves for it. What is
 * added to its element is put before it (see `write`), and a text that grows pushes it along.
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
      if (caret.parentElement !== tip || caret.nextSibling !== null) tip.append(caret);
    },
    remove() {
      clearTimeout(timer);
      caret.remove();
    },
  };
}

/**
 * Adds `node` to what is written in `tip`, and leaves a caret that stands at its end where it is: one that is moved is
 * styled and laid out anew.
 */
export function write(node: Node, tip: HTMLElement): void {
  const last = tip.lastElementChild;
  tip.insertBefore(node, last?.classList.contains("caret") && last.nextSibling === null ? last : null);
}
