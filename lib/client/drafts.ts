import { browserStorage, tabStorage } from "./browser-storage";
import { BETWEEN_DRAFTS, type Items, ownedByTab } from "./draft-storage";

/** What a reader has written and not yet seen arrive, for each conversation; kept through a reload. */
export type Drafts = {
  read(key: string): string;
  /** Replaces the draft. It is stored within `SAVE_AFTER_MS`. */
  write(key: string, text: string): void;
  /** The draft becomes empty, but its text stays stored until `delivered` or `returned`: a reload in between brings it back. */
  sent(key: string): void;
  /** The server has what was sent. */
  delivered(key: string): void;
  /** The server would not take what was sent: it stands in front of what was written since. */
  returned(key: string, text: string): void;
  /** What stands under `from` goes on under `to`: a new conversation has got its place. */
  move(from: string, to: string): void;
  /** Stores what still waits. */
  flush(): void;
  /** The page goes: stores what still waits, and leaves what it keeps for itself where another can find it. */
  leave(): void;
  subscribe(listener: () => void): () => void;
};

/** A storage that may be full, forbidden or absent. */
type DraftStorage = Items & { leave?(): void };

type Draft = { text: string; sent: string };

export const SAVE_AFTER_MS = 300;
const PREFIX = "platen.draft.";
/** Drafts whose key begins so are never stored. */
export const UNSTORED = "unstored.";
/** Drafts of a conversation the server does not have yet share one place in each tab: its id changes with each visit. */
export const NEW_CONVERSATION = "new";
const EMPTY: Draft = { text: "", sent: "" };

function joined(first: string, second: string): string {
  return [first, second].filter((text) => text !== "").join(BETWEEN_DRAFTS);
}

/** Drafts over `storage`. Without one, or when it refuses, they live as long as the page. */
export function createDrafts(storage: DraftStorage | null): Drafts {
  const drafts = new Map<string, Draft>();
  const unsaved = new Set<string>();
  const listeners = new Set<() => void>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function draftOf(key: string): Draft {
    const known = drafts.get(key);
    if (known !== undefined) return known;
    const text = load(storage, key);
    const draft = text === "" ? EMPTY : { text, sent: "" };
    drafts.set(key, draft);
    return draft;
  }

  function change(key: string, draft: Draft): void {
    drafts.set(key, draft);
    unsaved.add(key);
    for (const listener of listeners) listener();
  }

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    for (const key of unsaved) {
      const { text, sent } = draftOf(key);
      save(storage, key, joined(sent, text));
    }
    unsaved.clear();
  }

  return {
    read: (key) => draftOf(key).text,
    write(key, text) {
      change(key, { ...draftOf(key), text });
      timer ??= setTimeout(flush, SAVE_AFTER_MS);
    },
    sent(key) {
      const { text, sent } = draftOf(key);
      change(key, { text: "", sent: joined(sent, text) });
      flush();
    },
    delivered(key) {
      if (draftOf(key).sent === "") return;
      change(key, { ...draftOf(key), sent: "" });
      flush();
    },
    returned(key, text) {
      change(key, { text: joined(text, draftOf(key).text), sent: "" });
      flush();
    },
    move(from, to) {
      const { text, sent } = draftOf(from);
      change(from, EMPTY);
      change(to, { text: joined(draftOf(to).text, text), sent });
      flush();
    },
    flush,
    leave() {
      flush();
      try {
        storage?.leave?.();
      } catch {
        // Full or forbidden: the draft is still the tab's.
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function load(storage: DraftStorage | null, key: string): string {
  if (key.startsWith(UNSTORED)) return "";
  try {
    return storage?.getItem(PREFIX + key) ?? "";
  } catch {
    return ""; // The reader has forbidden storage.
  }
}

function save(storage: DraftStorage | null, key: string, text: string): void {
  if (key.startsWith(UNSTORED)) return;
  try {
    if (text === "") storage?.removeItem(PREFIX + key);
    else storage?.setItem(PREFIX + key, text);
  } catch {
    // Full or forbidden: the draft lives as long as the page.
  }
}

let shared: Drafts | undefined;

/** The page's drafts, one for the whole browser tab. */
export function pageDrafts(): Drafts {
  shared ??= createDrafts(pageStorage());
  return shared;
}

function pageStorage(): DraftStorage | null {
  const [all, tab] = [browserStorage(), tabStorage()];
  return all === null || tab === null ? all : ownedByTab(all, tab, PREFIX + NEW_CONVERSATION);
}
