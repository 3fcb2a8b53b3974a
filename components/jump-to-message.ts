import { type RefObject, useEffect } from "react";
import { pathTo } from "@/lib/chat/conversation";
import { anchorOf, messageNamedBy, onJump } from "@/lib/client/jumps";
import type { ConversationStore } from "@/lib/client/store";

type Scroller = RefObject<HTMLElement | null>;

/** A page settles: fonts, formulas, and blocks that are laid out when they come near. */
const SETTLED_AFTER_MS = 400;
const MARKED_FOR_MS = 2_400;
/** What a reader does. From then on the view is the reader's. */
const READERS_EVENTS = ["wheel", "touchmove", "pointerdown", "keydown", "click"];

/** Goes to the message that the address or a search names, on whatever branch it is, and marks it for a moment. */
export function useJumpToMessage(store: ConversationStore, scroller: Scroller): void {
  useEffect(() => {
    let end = () => {};
    const jump = (id: string) => {
      end();
      end = goTo(store, scroller, id);
    };
    const look = () => {
      const id = messageNamedBy(window.location.hash);
      if (id === undefined) return;
      // It is where one has come to, not where one is: a reload shows the end of the conversation again.
      window.history.replaceState(null, "", window.location.pathname);
      jump(id);
    };
    look();
    window.addEventListener("hashchange", look);
    const leave = onJump(jump);
    return () => {
      end();
      leave();
      window.removeEventListener("hashchange", look);
    };
  }, [store, scroller]);
}

/** Returns how to end what it began. */
function goTo(store: ConversationStore, scroller: Scroller, id: string): () => void {
  let endShowing = () => {};
  const isThere = () => store.getState().conversation.messages.some((message) => message.id === id);
  const show = () => {
    const { messages, leafId } = store.getState().conversation;
    if (!pathTo(messages, leafId).some((message) => message.id === id)) store.showBranch(id);
    endShowing = showMessage(scroller, id);
  };
  if (isThere()) show();
  // It was written on another device after this page was opened.
  else void store.refresh().then(() => isThere() && show());
  return () => endShowing();
}

function showMessage(scroller: Scroller, id: string): () => void {
  const find = () => scroller.current?.querySelector(`#${anchorOf(id)}`);
  const show = () => {
    find()?.scrollIntoView({ block: "start" });
    find()?.classList.add("jumped-to");
  };
  // The page first goes to its end, as it always does.
  let frame = requestAnimationFrame(() => {
    frame = requestAnimationFrame(show);
  });
  const again = setTimeout(() => {
    show();
    letGo();
  }, SETTLED_AFTER_MS);
  const unmark = setTimeout(() => find()?.classList.remove("jumped-to"), MARKED_FOR_MS);
  const reader = new AbortController();
  const letGo = () => {
    reader.abort();
    cancelAnimationFrame(frame);
    clearTimeout(again);
  };
  // Before it comes to the page: the press that led here is over for the window.
  for (const name of READERS_EVENTS)
    window.addEventListener(name, letGo, { capture: true, passive: true, signal: reader.signal });
  return () => {
    letGo();
    clearTimeout(unmark);
    find()?.classList.remove("jumped-to");
  };
}
