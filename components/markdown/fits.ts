/** What scrolls sideways if it must. */
const SCROLLERS = ".code pre, .table-scroll, .math-block, .math-display";

let observer: ResizeObserver | undefined;

/**
 * Keeps the class `fits` on a scroller as long as it has nothing to scroll. A scroller is painted again in each frame in
 * which anything near it is, though it stands still; a block that fits is not.
 */
export function watchFit(scroller: Element): void {
  observer ??= new ResizeObserver((entries) => {
    const scrollers = new Set(entries.map(({ target }) => target.closest(SCROLLERS)));
    // All are read before any is changed, or each would be laid out by itself.
    const looked = [...scrollers].map((one) => [one, one !== null && one.scrollWidth <= one.clientWidth] as const);
    for (const [one, fits] of looked) one?.classList.toggle("fits", fits);
  });
  observer.observe(scroller);
  if (scroller.firstElementChild !== null) observer.observe(scroller.firstElementChild);
}

/** The blocks in `element` that scroll. */
export function scrollersIn(element: Element): Iterable<Element> {
  return element.querySelectorAll(SCROLLERS);
}
