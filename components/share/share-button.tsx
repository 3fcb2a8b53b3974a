"use client";

import { useRef, useState } from "react";
import { type ConversationState, pathTo } from "@/lib/chat/conversation";
import { type ShareableTurn, shareableTurns } from "@/lib/chat/share";
import { useCommands } from "@/lib/client/commands";
import { type ConversationStore, useConversation } from "@/lib/client/store";
import { Dialog } from "../dialog";
import { Icon } from "../icons";
import { OnDemand } from "../on-demand";

type ShareButtonProps = { store: ConversationStore; title: string };

/** The button and the dialog it opens, once there is an answer to share. */
export function ShareButton({ store, title }: ShareButtonProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [turns, setTurns] = useState<readonly ShareableTurn[] | null>(null);
  const hasAnswer = useConversation(store, hasSettledAnswer);

  function open(): void {
    setTurns(settledTurns(store.getState()));
    dialog.current?.addEventListener("close", () => setTurns(null), { once: true });
    dialog.current?.showModal();
  }

  useCommands(hasAnswer ? [{ id: "share", title: "Share conversation", words: "link", run: open }] : []);

  return (
    <>
      {hasAnswer && (
        <button
          type="button"
          className="icon-button"
          aria-label="Share"
          title="Share"
          aria-haspopup="dialog"
          onClick={open}
        >
          <Icon name="share" />
        </button>
      )}
      <Dialog dialog={dialog} title="Share conversation" className="dialog-share">
        {turns !== null && (
          <OnDemand load={() => import("./share-sheet")}>
            {({ ShareSheet }) => (
              <ShareSheet conversationId={store.getState().conversation.id} title={title} turns={turns} />
            )}
          </OnDemand>
        )}
      </Dialog>
    </>
  );
}

function hasSettledAnswer({ conversation }: ConversationState): boolean {
  // A temporary conversation is kept nowhere, so there is nothing that a link could show.
  return !conversation.temporary && conversation.messages.some((message) => message.outcome !== undefined);
}

/** The turns of the branch being read, up to the answer that is still being written. */
function settledTurns({ conversation }: ConversationState): ShareableTurn[] {
  const turns = shareableTurns(pathTo(conversation.messages, conversation.leafId));
  const firstOpen = turns.findIndex((turn) =>
    turn.messages.some(({ role, outcome }) => role === "assistant" && outcome === undefined),
  );
  return firstOpen === -1 ? turns : turns.slice(0, firstOpen);
}
