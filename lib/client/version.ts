import { useSyncExternalStore } from "react";

/** On every answer of the API: the build that the server runs. */
const VERSION_HEADER = "x-platen-version";
/** In the page: the build it came from. */
const VERSION_META = 'meta[name="platen-version"]';

let isOutdated = false;
const listeners = new Set<() => void>();

/** Notices that the server runs another build than this page came from. */
export function noticeVersion(response: Response): void {
  const theirs = response.headers.get(VERSION_HEADER);
  const ours = document.querySelector<HTMLMetaElement>(VERSION_META)?.content;
  if (isOutdated || theirs === null || ours === undefined || theirs === ours) return;
  isOutdated = true;
  for (const listener of listeners) listener();
}

/** Whether the page should be loaded again to go with the server. */
export function useIsOutdated(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isOutdated,
    () => false,
  );
}
