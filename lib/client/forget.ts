import { browserStorage, tabStorage } from "./browser-storage";

const DRAFTS_AND_QUEUES = /^platen\.(draft|queue)\./;

/** Forgets what this browser keeps of what was written and not yet sent. Preferences stay. */
export function forgetWritten(): void {
  for (const storage of [browserStorage(), tabStorage()]) {
    for (const key of Object.keys(storage ?? {})) if (DRAFTS_AND_QUEUES.test(key)) storage?.removeItem(key);
  }
}
