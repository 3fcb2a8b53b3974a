import { type Answered, ask, sending } from "./ask";
import { browserStorage, tabStorage } from "./browser-storage";
import { pageDrafts } from "./drafts";

/** The token of a link that makes another browser this visitor's, once. */
export function makeDeviceLink(): Promise<Answered<{ token: string }>> {
  return ask("/api/device-links", sending("POST", {}));
}

/** The link that carries the token; its fragment is never sent anywhere. */
export function deviceLink(token: string): string {
  return `${window.location.origin}/#device=${token}`;
}

/** Makes this browser that of the visitor the link was made for. */
export function redeemDeviceLink(token: string): Promise<Answered<unknown>> {
  return ask("/api/device-links/redeem", sending("POST", { token }));
}

const OURS = "platen.";

/** Makes this browser nobody's, and forgets what it keeps of drafts, queues and preferences. */
export async function signOut(): Promise<Answered<unknown>> {
  const answered = await ask("/api/session", { method: "DELETE" });
  if (answered.type === "done") {
    // What is still to be stored would be, when the page goes.
    pageDrafts().flush();
    for (const storage of [browserStorage(), tabStorage()]) forgetOurs(storage);
  }
  return answered;
}

function forgetOurs(storage: Storage | null): void {
  for (const key of Object.keys(storage ?? {})) if (key.startsWith(OURS)) storage?.removeItem(key);
}
