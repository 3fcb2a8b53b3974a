import { useSyncExternalStore } from "react";

let isHeldBack = false;
const listeners = new Set<() => void>();

/** Whether another page can be gone to. Without a network the browser would put its own in the place of this one. */
export function canLeave(): boolean {
  if (!navigator.onLine) change(true);
  return navigator.onLine;
}

/** Whether the reader has tried to go, and cannot yet. */
export function useIsHeldBack(): boolean {
  return useSyncExternalStore(
    subscribe,
    () => isHeldBack,
    () => false,
  );
}

function change(to: boolean): void {
  if (isHeldBack === to) return;
  isHeldBack = to;
  for (const listener of listeners) listener();
}

function release(): void {
  change(false);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  // The same listener is added once, whatever the number of components.
  window.addEventListener("online", release);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) window.removeEventListener("online", release);
  };
}
