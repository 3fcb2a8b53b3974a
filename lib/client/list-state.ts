import type { ListedConversation, Listing } from "@/lib/chat/listing";

/**
 * The list as far as it has been read: `recent` newest first, the pinned ones among them, down to where `cursor` goes
 * on; `pinned` all of those. `isKnown` is false until the server has answered once.
 */
export type ListState = {
  isKnown: boolean;
  pinned: readonly ListedConversation[];
  recent: readonly ListedConversation[];
  cursor: string | null;
};

export const UNKNOWN_LIST: ListState = { isKnown: false, pinned: [], recent: [], cursor: null };

function isOlder(left: ListedConversation, right: ListedConversation): boolean {
  return left.updatedAt < right.updatedAt || (left.updatedAt === right.updatedAt && left.id < right.id);
}

/** The list after its first page was read again: what was read beyond that page stays. */
export function withFirstPage(list: ListState, { conversations, cursor, pinned = [] }: Listing): ListState {
  const last = conversations.at(-1);
  const beyond = cursor === null || last === undefined ? [] : list.recent.filter((known) => isOlder(known, last));
  // What went on moved to the top, and would otherwise be there twice.
  const fresh = new Set(conversations.map(({ id }) => id));
  const kept = beyond.filter(({ id }) => !fresh.has(id));
  return {
    isKnown: true,
    pinned,
    recent: [...conversations, ...kept],
    cursor: kept.length > 0 ? list.cursor : cursor,
  };
}

/** The list with its next page. */
export function withNextPage(list: ListState, { conversations, cursor }: Listing): ListState {
  const known = new Set(list.recent.map(({ id }) => id));
  return { ...list, recent: [...list.recent, ...conversations.filter(({ id }) => !known.has(id))], cursor };
}

/** The list with one conversation changed, before the server has said so. */
export function withChange(
  list: ListState,
  id: string,
  change: Partial<Pick<ListedConversation, "title" | "pinned">>,
): ListState {
  const apply = (listed: ListedConversation) => (listed.id === id ? { ...listed, ...change } : listed);
  const recent = list.recent.map(apply);
  const kept = list.pinned.map(apply).filter(({ pinned }) => pinned);
  const added = recent.filter((one) => one.id === id && one.pinned && !kept.some((other) => other.id === id));
  return { ...list, recent, pinned: [...kept, ...added].sort((left, right) => (isOlder(left, right) ? 1 : -1)) };
}
