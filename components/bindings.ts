import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { onEntered } from "@/lib/client/access";
import { replaceAddress } from "@/lib/client/addresses";
import { refreshAfterAnswer, refreshConversations } from "@/lib/client/conversation-list";
import { followDelivery } from "@/lib/client/delivery";
import { pageDrafts } from "@/lib/client/drafts";
import type { ConversationStore } from "@/lib/client/store";
import { stopsAnswer } from "./keys";

/** Goes on with an answer that was under way, takes up what other tabs did, and keeps drafts, address and list in step with what the server has. */
export function useDelivery(store: ConversationStore): void {
  useEffect(() => {
    const drafts = pageDrafts();
    const leave = followDelivery({
      store,
      drafts,
      onKept() {
        // Next takes the new address along without loading the page again.
        replaceAddress(`/c/${store.getState().conversation.id}`);
        void refreshConversations();
      },
      onUnkept: () => replaceAddress("/"),
    });
    const look = () => {
      if (!document.hidden) void store.refresh();
      // An installed app that is put away may be ended without another word.
      else if (matchMedia("(display-mode: standalone)").matches) drafts.leave();
    };
    window.addEventListener("pagehide", drafts.leave);
    document.addEventListener("visibilitychange", look);
    store.resume();
    return () => {
      document.removeEventListener("visibilitychange", look);
      window.removeEventListener("pagehide", drafts.leave);
      drafts.flush();
      leave();
    };
  }, [store]);
}

/** A code was taken in the middle of things: what it kept from the page is asked for again. */
export function useEntered(store: ConversationStore): void {
  useEffect(
    () =>
      onEntered(() => {
        if (store.getState().refused?.error.code === "access_required") store.dismissRefusal();
        void store.refresh();
        void refreshConversations();
      }),
    [store],
  );
}

/** The list is asked for whenever an answer ends; it asks by itself when it appears. */
export function useFreshList(isAnswering: boolean): void {
  const wasAnswering = useRef(isAnswering);
  useEffect(() => {
    if (wasAnswering.current === isAnswering) return;
    wasAnswering.current = isAnswering;
    if (!isAnswering) refreshAfterAnswer();
  }, [isAnswering]);
}

/** Esc stops the answer under way, from anywhere but a dialog or menu, which it closes. */
export function useEscape(store: ConversationStore, stop: () => void): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (!stopsAnswer(event) || store.getState().generation.phase === "idle") return;
      if (document.querySelector("dialog[open], :popover-open") !== null) return;
      event.preventDefault();
      stop();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  });
}

/** Whether `isOn` has been true for `afterMs` without a break. */
export function useLasting(isOn: boolean, afterMs: number): boolean {
  const [hasLasted, setHasLasted] = useState(false);
  useEffect(() => {
    if (!isOn) return;
    const timer = setTimeout(() => setHasLasted(true), afterMs);
    return () => {
      clearTimeout(timer);
      setHasLasted(false);
    };
  }, [isOn, afterMs]);
  return isOn && hasLasted;
}

const ANNOUNCER = "next-route-announcer";

/**
 * Next announces each page in a hidden `alert` of its own (app-router-announcer.js). Here an alert is a failure and
 * nothing else, so the announcement becomes a polite one.
 */
export function useQuietAnnouncer(): void {
  useEffect(() => {
    const quieten = () => {
      const announcer = document.querySelector(ANNOUNCER)?.shadowRoot?.firstElementChild;
      announcer?.removeAttribute("role");
      announcer?.setAttribute("aria-live", "polite");
      return announcer != null;
    };
    if (quieten()) return;
    const observer = new MutationObserver(() => {
      if (quieten()) observer.disconnect();
    });
    observer.observe(document.body, { childList: true });
    return () => observer.disconnect();
  }, []);
}

/** The same functions in every render; each does what its namesake of the last render does. */
export function useSteady<Functions extends Record<string, (...given: never[]) => void>>(now: Functions): Functions {
  const latest = useRef(now);
  useLayoutEffect(() => {
    latest.current = now;
  });
  const [steady] = useState(() => {
    const names = Object.keys(now) as (keyof Functions)[];
    return Object.fromEntries(names.map((name) => [name, (...given: never[]) => latest.current[name]?.(...given)]));
  });
  return steady as Functions;
}
