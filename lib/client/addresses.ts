/**
 * Addresses that the page gives itself. With each entry of the history goes what Next had on the page then, which another
 * address named. That is right as long as the page lives; after a reload, Next would show the one under the other.
 */
type Entry = { madeAt: number };

/** When the page was loaded, which tells it from every other. */
function entry(): Entry {
  return { madeAt: performance.timeOrigin };
}

/** A new entry, which leaves the page as it is. */
export function pushAddress(path: string): void {
  window.history.pushState(entry(), "", path);
}

/** Another address for the page as it is. */
export function replaceAddress(path: string): void {
  window.history.replaceState(entry(), "", path);
}

/** Loads entries anew that were made before this page was loaded. Returns how to end that. */
export function reloadOlderEntries(): () => void {
  const arrive = (event: PopStateEvent) => {
    const { madeAt } = (event.state ?? {}) as Partial<Entry>;
    if (madeAt === undefined || madeAt === performance.timeOrigin) return;
    event.stopImmediatePropagation();
    window.location.reload();
  };
  // Before Next hears of it.
  window.addEventListener("popstate", arrive, { capture: true });
  return () => window.removeEventListener("popstate", arrive, { capture: true });
}
