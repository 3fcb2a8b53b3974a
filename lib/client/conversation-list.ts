import { useSyncExternalStore } from "react";
import type { ListedConversation, Listing } from "@/lib/chat/listing";
import { browserStorage } from "./browser-storage";
import { pageDrafts } from "./drafts";
import { noticeAccess } from "./gate";
import { type ListState, UNKNOWN_LIST, withChange, withFirstPage, withNextPage } from "./list-state";
import { createRemovals, type Removals } from "./removals";
import { isUnread, parseSeen, type Seen, withSeen } from "./seen";

/** What the sidebar shows. `conversations` are all that have been read. */
export type ConversationList = ListState & {
  conversations: readonly ListedConversation[];
  unread: ReadonlySet<string>;
  removals: ReturnType<Removals["pending"]>;
  /** The one whose last change the server did not take: it is as it was before. */
  unchangedId: string | null;
};

const EMPTY: ConversationList = {
  ...UNKNOWN_LIST,
  conversations: [],
  unread: new Set(),
  removals: new Map(),
  unchangedId: null,
};

/** What other devices do is learnt by asking now and then; other tabs of this browser say it. */
const ASK_EVERY_MS = 30_000;
const ASK_WHILE_ANSWERING_MS = 4_000;
/** The model names a conversation some seconds after its first answer. */
const TITLED_AFTER_MS = 6_000;
const CHANNEL = "platen.list";
const SEEN_KEY = "platen.seen";

// One list for the whole tab, so that going from one conversation to another does not empty the sidebar.
let state: ListState = UNKNOWN_LIST;
let seen: Seen | undefined;
let onScreen: string | null = null;
let shown: ConversationList = EMPTY;
let unchangedId: string | null = null;
let newestRequest = 0;
let loading: Promise<void> | undefined;
let stopWatching: (() => void) | undefined;
/** Puts off the next question to when it is worth while, by what is known now. */
let askLater: (() => void) | undefined;
let channel: BroadcastChannel | undefined;
/** Where stores say, by id, that there is something new in a conversation; those of this tab hear the list as well. */
let answers: BroadcastChannel | undefined;
let removals: Removals | undefined;
const listeners = new Set<() => void>();

function show(next: ListState): void {
  state = next;
  noteSeen();
  const pinnedIds = new Set(state.pinned.map(({ id }) => id));
  const conversations = [...state.pinned, ...state.recent.filter(({ id }) => !pinnedIds.has(id))];
  const unread = new Set(conversations.filter((listed) => isUnread(listed, seen)).map(({ id }) => id));
  shown = { ...state, conversations, unread, removals: pageRemovals().pending(), unchangedId };
  for (const listener of listeners) listener();
}

/** What stands on the screen and has ended is read. */
function noteSeen(): void {
  seen ??= parseSeen(browserStorage()?.getItem(SEEN_KEY) ?? null);
  const before = seen;
  if (state.isKnown) seen ??= { since: state.recent[0]?.updatedAt ?? new Date().toISOString(), ids: {} };
  const current = state.recent.find(({ id }) => id === onScreen);
  if (seen === undefined) return;
  if (current !== undefined && current.isAnswering === undefined && !document.hidden) seen = withSeen(seen, current);
  if (seen === before) return;
  try {
    browserStorage()?.setItem(SEEN_KEY, JSON.stringify(seen));
  } catch {
    // Full or forbidden: what was read is known as long as the page lives.
  }
}

/** Says which conversation is on the screen. */
export function putOnScreen(id: string): void {
  onScreen = id;
  if (shown.unread.has(id)) show(state);
  // What was on the screen may be answering: of that only the list knows the end now.
  askLater?.();
}

/** Asks the server again. When it does not answer, the list stays as it was. Of several at once, the newest counts. */
export async function refreshConversations(): Promise<void> {
  newestRequest += 1;
  const request = newestRequest;
  const listing = await read({});
  if (listing === undefined || request !== newestRequest) return;
  unchangedId = null;
  show(withFirstPage(state, listing));
}

/** An answer has ended here: the list is asked for now, and again when its title may have come. */
export function refreshAfterAnswer(): void {
  void refreshConversations();
  channel?.postMessage("changed");
  setTimeout(() => void refreshConversations(), TITLED_AFTER_MS);
}

/** Reads the next page, if there is one. */
export function readMoreConversations(): Promise<void> {
  const { cursor } = state;
  if (cursor === null) return Promise.resolve();
  loading ??= read({ cursor })
    .then((listing) => {
      if (listing !== undefined && state.cursor === cursor) show(withNextPage(state, listing));
    })
    .finally(() => {
      loading = undefined;
    });
  return loading;
}

/** A page of what is found; undefined when the server does not answer, or the signal aborted. */
export function searchConversations(
  query: string,
  cursor: string | null,
  signal: AbortSignal,
): Promise<Listing | undefined> {
  return read({ query, ...(cursor === null ? {} : { cursor }) }, signal);
}

async function read(parameters: Record<string, string>, signal?: AbortSignal): Promise<Listing | undefined> {
  const query = new URLSearchParams(parameters).toString();
  try {
    const response = await fetch(`/api/conversations${query === "" ? "" : `?${query}`}`, {
      headers: { accept: "application/json" },
      ...(signal === undefined ? {} : { signal }),
    });
    noticeAccess(response);
    return response.ok ? ((await response.json()) as Listing) : undefined;
  } catch {
    return undefined; // Offline: the list is a convenience, and is asked for again before long.
  }
}

/** Renames or pins it: at once here, and on the server. When that fails it is as before, and the list names it. */
export async function changeConversation(id: string, change: { title?: string; pinned?: boolean }): Promise<void> {
  const before = shown.conversations.find((listed) => listed.id === id);
  unchangedId = null;
  show(withChange(state, id, change));
  newestRequest += 1;
  if (await isTaken(id, change)) {
    channel?.postMessage("changed");
    return refreshConversations();
  }
  unchangedId = id;
  show(before === undefined ? state : withChange(state, id, { title: before.title, pinned: before.pinned }));
}

async function isTaken(id: string, change: object): Promise<boolean> {
  try {
    const response = await fetch(`/api/conversations/${id}`, {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(change),
    });
    return response.ok;
  } catch {
    return false; // Offline.
  }
}

/** Deletes it, unless that is undone within ten seconds. */
export function removeConversation(id: string): void {
  pageRemovals().remove(id);
}

export function undoRemoval(id: string): void {
  pageRemovals().undo(id);
}

function pageRemovals(): Removals {
  removals ??= createRemovals({
    storage: browserStorage(),
    nowMs: () => Date.now(),
    async send(id, isLeaving) {
      try {
        const response = await fetch(`/api/conversations/${id}`, { method: "DELETE", keepalive: isLeaving });
        if (!response.ok && response.status !== 404) return false;
      } catch {
        return false; // Offline: it is tried again.
      }
      // What is being written there is for the next conversation.
      if (id !== onScreen) pageDrafts().write(id, "");
      answers?.postMessage(id);
      await refreshConversations();
      channel?.postMessage("changed");
      return true;
    },
  });
  return removals;
}

/** Keeps the list fresh as long as anything shows it. Returns how to end that. */
function watch(): () => void {
  const ended = new AbortController();
  const { signal } = ended;
  if (typeof BroadcastChannel !== "undefined") {
    channel = new BroadcastChannel(CHANNEL);
    channel.addEventListener("message", () => void refresh(), { signal });
    answers = new BroadcastChannel("platen.conversations");
    answers.addEventListener("message", () => void refresh(), { signal });
  }
  let timer: ReturnType<typeof setTimeout> | undefined;
  const setTimer = () => {
    const isAnswering = state.recent.some((listed) => listed.isAnswering && listed.id !== onScreen);
    clearTimeout(timer);
    if (!signal.aborted) timer = setTimeout(ask, isAnswering ? ASK_WHILE_ANSWERING_MS : ASK_EVERY_MS);
  };
  // Whoever hears from another tab that an answer is under way asks soon whether it has ended: nobody may say that.
  const refresh = () => refreshConversations().then(setTimer);
  const ask = () => (document.hidden ? setTimer() : void refresh());
  askLater = setTimer;
  document.addEventListener("visibilitychange", () => void (document.hidden || ask()), { signal });
  window.addEventListener("focus", ask, { signal });
  window.addEventListener("pagehide", () => pageRemovals().leave(), { signal });
  signal.addEventListener(
    "abort",
    pageRemovals().subscribe(() => show(state)),
  );
  pageRemovals().resume();
  ask();
  return () => {
    ended.abort();
    clearTimeout(timer);
    askLater = undefined;
    channel?.close();
    channel = undefined;
    answers?.close();
    answers = undefined;
  };
}

export function useConversationList(): ConversationList {
  return useSyncExternalStore(
    subscribe,
    () => shown,
    () => EMPTY,
  );
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  stopWatching ??= watch();
  return () => {
    listeners.delete(listener);
    // Going from one page to another takes the sidebar down and puts it up again at once.
    setTimeout(() => {
      if (listeners.size > 0) return;
      stopWatching?.();
      stopWatching = undefined;
    }, 0);
  };
}
