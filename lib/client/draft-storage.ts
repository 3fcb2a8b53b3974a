/** What of a browser's storage drafts need. */
export type Items = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** How the drafts of several tabs stand in one place, and what was sent before what was written since. */
export const BETWEEN_DRAFTS = "\n\n";

/**
 * Keeps items in `shared`, for all tabs, but the one under `ownKey` in `tab`: two tabs that each begin a conversation
 * must not write over each other. A page that goes leaves its own in `shared`. If that was a reload it takes it back,
 * and else the next tab that has none takes it.
 */
export function ownedByTab(shared: Items, tab: Items, ownKey: string): Items & { leave(): void } {
  function takeBack(): void {
    const [left, own] = [shared.getItem(ownKey), tab.getItem(ownKey)];
    if (left === null || own === null) return;
    if (left === own) shared.removeItem(ownKey);
    else if (left.endsWith(BETWEEN_DRAFTS + own)) {
      shared.setItem(ownKey, left.slice(0, -(BETWEEN_DRAFTS + own).length));
    }
  }

  function take(): string | null {
    const left = shared.getItem(ownKey);
    if (left === null) return null;
    tab.setItem(ownKey, left);
    shared.removeItem(ownKey);
    return left;
  }

  function placeOf(key: string): Items {
    if (key !== ownKey) return shared;
    takeBack();
    return tab;
  }

  return {
    getItem: (key) => placeOf(key).getItem(key) ?? (key === ownKey ? take() : null),
    setItem: (key, text) => placeOf(key).setItem(key, text),
    removeItem: (key) => placeOf(key).removeItem(key),
    leave() {
      const own = placeOf(ownKey).getItem(ownKey);
      const left = shared.getItem(ownKey);
      if (own !== null) shared.setItem(ownKey, left === null ? own : left + BETWEEN_DRAFTS + own);
    },
  };
}
