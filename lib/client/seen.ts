import type { ListedConversation } from "@/lib/chat/listing";

/** What has been on the screen of this browser: of each conversation its `updatedAt` then; `since` stands for the rest. */
export type Seen = { since: string; ids: Readonly<Record<string, string>> };

const MOST_REMEMBERED = 300;

/** Whether something came to its end in the conversation that this browser has not shown. */
export function isUnread({ id, updatedAt, isAnswering }: ListedConversation, seen: Seen | undefined): boolean {
  return seen !== undefined && isAnswering === undefined && updatedAt > (seen.ids[id] ?? seen.since);
}

/** `seen` with the conversation as it is now on the screen. Of the others the newest are remembered. */
export function withSeen(seen: Seen, { id, updatedAt }: ListedConversation): Seen {
  if (seen.ids[id] === updatedAt) return seen;
  const ids = Object.entries({ ...seen.ids, [id]: updatedAt }).sort(([, left], [, right]) => (left < right ? 1 : -1));
  const [, newestForgotten = ""] = ids[MOST_REMEMBERED] ?? [];
  return {
    since: [seen.since, newestForgotten].sort().at(-1) ?? seen.since,
    ids: Object.fromEntries(ids.slice(0, MOST_REMEMBERED)),
  };
}

/** What was stored, if it is ours and whole. */
export function parseSeen(stored: string | null): Seen | undefined {
  try {
    const found: unknown = JSON.parse(stored ?? "null");
    if (typeof found !== "object" || found === null || !("since" in found) || !("ids" in found)) return undefined;
    const { since, ids } = found;
    return typeof since === "string" && typeof ids === "object" && ids !== null
      ? { since, ids: { ...ids } }
      : undefined;
  } catch {
    return undefined; // Not ours, or damaged: this browser begins anew.
  }
}
