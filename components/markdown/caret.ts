export type Caret = {
  /** Stands after the last character in `tip`. */
  follow(tip: HTMLElement): void;
  remove(): void;
};

/** After so long without a character the caret begins to breathe. */
const REST_AFTER_MS = 600;
/** Where in the height of a line the caret stands, as a share of it. */
const AT_HEIGHT = 0.84;

/**
 * A caret over `sheet`. It is moved as a layer of its own and stands in no line, so that it costs neither a layout nor a
 * paint, and what is written need not know of it.
 */
export function createCaret(sheet: HTMLElement): Caret {
  const caret = document.createElement("span");
  caret.className = "caret";
  caret.setAttribute("aria-hidden", "true");
  sheet.append(caret);
  const range = document.createRange();
  let tip: HTMLElement | undefined;
  let movedAtMs = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isResting = false;

  function place(): void {
    const text = tip === undefined ? undefined : lastText(tip);
    if (text === undefined) return;
    range.setStart(text, text.length);
    const [end] = range.getClientRects();
    if (end === undefined) return;
    const paper = sheet.getBoundingClientRect();
    // A long line of code goes on beyond the edge of the paper; the caret stays on it.
    const x = Math.min(end.left - paper.left, paper.width - 8);
    const y = end.top - paper.top + end.height * AT_HEIGHT;
    caret.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
  }

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

  let width = sheet.clientWidth;
  timer = setTimeout(rest, REST_AFTER_MS);
  window.addEventListener("resize", placeIfWider);

  function placeIfWider(): void {
    if (sheet.clientWidth === width) return;
    width = sheet.clientWidth;
    place();
  }

  return {
    follow(newTip) {
      tip = newTip;
      movedAtMs = performance.now();
      setResting(false);
      timer ??= setTimeout(rest, REST_AFTER_MS);
      if (!document.hidden) place();
    },
    remove() {
      clearTimeout(timer);
      window.removeEventListener("resize", placeIfWider);
      caret.remove();
    },
  };
}

function lastText(node: Node): Text | undefined {
  for (let last: Node | null = node; last !== null; last = last.lastChild) if (last instanceof Text) return last;
  return undefined;
}
