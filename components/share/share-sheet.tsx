"use client";

import { useRef, useState } from "react";
import { type ConversationState, pathTo } from "@/lib/chat/conversation";
import { type Share, type ShareableTurn, shareableTurns } from "@/lib/chat/share";
import type { ConversationStore } from "@/lib/client/store";
import { ShareForm } from "./share-form";
import { ShareLink } from "./share-link";
import { ShareList } from "./share-list";
import { useShares } from "./use-shares";

type ShareSheetProps = { store: ConversationStore; title: string };

/** What is in the dialog: the form, then the link that came of it, and all the links there are. */
export function ShareSheet({ store, title }: ShareSheetProps) {
  const conversationId = store.getState().conversation.id;
  // What is offered stays what it was when the dialog was opened.
  const [turns] = useState(() => settledTurns(store.getState()));
  const [made, setMade] = useState<Share | null>(null);
  const shares = useShares();
  const sheet = useRef<HTMLDivElement>(null);

  function keep(share: Share): void {
    setMade(share);
    shares.add(share);
  }

  function revoke(id: string): void {
    if (made?.id === id) setMade(null);
    void shares.revoke(id);
    // The button that was pressed goes, and the focus must not go with it.
    sheet.current?.focus();
  }

  function startAnother(): void {
    setMade(null);
    sheet.current?.focus();
  }

  return (
    <div ref={sheet} tabIndex={-1} className="share-form">
      {made === null ? (
        <ShareForm conversationId={conversationId} title={title} turns={turns} onMade={keep} />
      ) : (
        <ShareLink share={made} onAnother={startAnother} />
      )}
      <ShareList shares={shares.list} fault={shares.fault} conversationId={conversationId} onRevoke={revoke} />
    </div>
  );
}

/** The turns of the branch being read, up to the answer that is still being written. */
function settledTurns({ conversation }: ConversationState): ShareableTurn[] {
  const turns = shareableTurns(pathTo(conversation.messages, conversation.leafId));
  const firstOpen = turns.findIndex((turn) =>
    turn.messages.some(({ role, outcome }) => role === "assistant" && outcome === undefined),
  );
  return firstOpen === -1 ? turns : turns.slice(0, firstOpen);
}
