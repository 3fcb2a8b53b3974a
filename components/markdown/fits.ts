/** What scrolls sideways if it must. */
const SCROLLERS = ".code pre, .table-scroll, .math-block, .math-display";
/** What answers stand in. It gets another width when they do, and another height when none of them does. */
const FRAME = ".scroller";

type Watch = { scrollers: ResizeObserver; frames: ResizeObserver; widths: Map<Element, number> };

let watch: Watch | undefined;

/**
 * Gives a scroller the class `fits` if it has nothing to scroll, once it is laid out and again when the page has another
 * width. A scroller is painted again in each frame in which anything near it is, though it stands still; a block that
 * fits is not. Each is watched only until it is measured: a page looks at all that is watched in every frame.
 */
export function watchFit(scroller: Element): void {
  watch ??= startWatch();
  watch.scrollers.observe(scroller);
  const frame = scroller.closest(FRAME) ?? document.documentElement;
  if (watch.widths.has(frame)) return;
  watch.widths.set(frame, frame.clientWidth);
  watch.frames.observe(frame);
}

/** The blocks in `element` that scroll. */
export function scrollersIn(element: Element): Iterable<Element> {
  return element.querySelectorAll(SCROLLERS);
}

function startWatch(): Watch {
  const widths: Watch["widths"] = new Map();
  const scrollers = new ResizeObserver((entries) => {
    // All are read before any is changed, or each would be laid out by itself.
    const looked = entries.map(({ target }) => [target, target.scrollWidth <= target.clientWidth] as const);
    for (const [scroller, fits] of looked) {
      scrollers.unobserve(scroller);
      scroller.classList.toggle("fits", fits);
    }
  });
  const frames = new ResizeObserver((entries) => {
    for (const { target } of entries) lookAgain(target);
  });
  const lookAgain = (frame: Element) => {
    if (!frame.isConnected) {
      frames.unobserve(frame);
      widths.delete(frame);
    } else if (widths.get(frame) !== frame.clientWidth) {
      widths.set(frame, frame.clientWidth);
      for (const scroller of scrollersIn(frame)) scrollers.observe(scroller);
    }
  };
  // Another face may be wider.
  document.fonts.addEventListener("loadingdone", () => {
    for (const frame of widths.keys()) for (const scroller of scrollersIn(frame)) scrollers.observe(scroller);
  });
  return { scrollers, frames, widths };
}
