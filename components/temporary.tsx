"use client";

import { useEffect } from "react";
import { useCommands } from "@/lib/client/commands";
import { draftKey } from "@/lib/client/delivery";
import { pageDrafts } from "@/lib/client/drafts";
import { type ConversationStore, useConversation } from "@/lib/client/store";
import { takeTemporaryWish, wishForTemporary } from "@/lib/client/temporary";
import { Icon } from "./icons";

/** The server forgets a temporary conversation whose page has been silent for a quarter of an hour. */
const SIGN_EVERY_MS = 2 * 60_000;

function useIsTemporary(store: ConversationStore): boolean {
  return useConversation(store, (state) => state.conversation.temporary === true);
}

/** Keeps a temporary conversation while its page is open, and lets it go with the page: left, reloaded or closed. */
export function useTemporary(store: ConversationStore, onNewConversation: () => void): void {
  const isTemporary = useIsTemporary(store);
  const isBlank = useConversation(store, (state) => state.conversation.messages.length === 0);
  const another = {
    id: "new-temporary",
    title: "New temporary conversation",
    words: "private secret",
    run() {
      wishForTemporary();
      onNewConversation();
    },
  };
  // A blank sheet is made one, and needs no other.
  useCommands(isBlank ? [] : [another]);

  useEffect(() => {
    const wish = takeTemporaryWish();
    if (wish === null) return;
    setTemporary(store, true);
    if (wish.draftKey !== null) pageDrafts().move(wish.draftKey, draftKey(store.getState()));
  }, [store]);

  useEffect(() => {
    if (!isTemporary) return;
    const timer = setInterval(() => store.keep(), SIGN_EVERY_MS);
    const leave = () => store.discard();
    // A page that Back brings out of the browser's cache shows what is no more.
    const comeBack = (event: PageTransitionEvent) => event.persisted && window.location.reload();
    window.addEventListener("pagehide", leave);
    window.addEventListener("pageshow", comeBack);
    return () => {
      clearInterval(timer);
      window.removeEventListener("pagehide", leave);
      window.removeEventListener("pageshow", comeBack);
      leave();
    };
  }, [store, isTemporary]);
}

/** What is written already goes along. */
function setTemporary(store: ConversationStore, isTemporary: boolean): void {
  const before = draftKey(store.getState());
  store.setTemporary(isTemporary);
  const after = draftKey(store.getState());
  if (after !== before) pageDrafts().move(before, after);
}

/** On a blank sheet: whether what is written on it is to be kept. */
export function TemporaryToggle({ store }: { store: ConversationStore }) {
  const isTemporary = useIsTemporary(store);
  useCommands([
    {
      id: "temporary",
      title: isTemporary ? "Make this an ordinary conversation" : "Make this a temporary conversation",
      run: () => setTemporary(store, !isTemporary),
    },
  ]);
  return (
    <button
      type="button"
      className="temporary-toggle"
      aria-pressed={isTemporary}
      onClick={() => setTemporary(store, !isTemporary)}
    >
      <Icon name={isTemporary ? "check" : "temporary"} />
      Temporary conversation
    </button>
  );
}

/** What it means, for as long as it lasts. */
export function TemporaryLine({ store }: { store: ConversationStore }) {
  if (!useIsTemporary(store)) return null;
  return (
    <p className="temporary-line">
      Temporary: in no list, and deleted for good when you leave or reload this page. The model’s provider still
      receives what you write.
    </p>
  );
}
