import { useSyncExternalStore } from "react";

type ListedConversation = { id: string; title: string; updatedAt: string; pinned: boolean };

/** `isKnown` is false until the server has answered once. */
export type ConversationList = { isKnown: boolean; conversations: readonly ListedConversation[] };

const UNKNOWN: ConversationList = { isKnown: false, conversations: [] };

// One list for the whole tab, so that going from one conversation to another does not empty the sidebar.
let list: ConversationList = UNKNOWN;
let newestRequest = 0;
const listeners = new Set<() => void>();

/** Asks the server again. When it does not answer, the list stays as it was. Of several at once, the newest counts. */
export async function refreshConversations(): Promise<void> {
  newestRequest += 1;
  const request = newestRequest;
  const conversations = await fetchConversations();
  if (conversations === undefined || request !== newestRequest) return;
  list = { isKnown: true, conversations };
  for (const listener of listeners) listener();
}

async function fetchConversations(): Promise<ListedConversation[] | undefined> {
  try {
    const response = await fetch("/api/conversations", { headers: { accept: "application/json" } });
    if (!response.ok) return undefined;
    const body = (await response.json()) as { conversations: ListedConversation[] };
    return body.conversations;
  } catch {
    return undefined; // Offline: the list is a convenience, and is asked for again after the next answer.
  }
}

export function useConversationList(): ConversationList {
  return useSyncExternalStore(
    subscribe,
    () => list,
    () => UNKNOWN,
  );
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
