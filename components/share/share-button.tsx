"use client";

import { useRef, useState } from "react";
import type { ConversationState } from "@/lib/chat/conversation";
import { useCommands } from "@/lib/client/commands";
import { type ConversationStore, useConversation } from "@/lib/client/store";
import { Dialog } from "../dialog";
import { Icon } from "../icons";
import { OnDemand } from "../on-demand";

type ShareButtonProps = { store: ConversationStore; title: string };

/** The button and the dialog it opens, once there is an answer to share. */
export function ShareButton({ store, title }: ShareButtonProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isOpen, setIsOpen] = useState(false);
  const hasAnswer = useConversation(store, hasSettledAnswer);

  function open(): void {
    setIsOpen(true);
    dialog.current?.addEventListener("close", () => setIsOpen(false), { once: true });
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
        {isOpen && (
          <OnDemand load={() => import("./share-sheet")}>
            {({ ShareSheet }) => <ShareSheet store={store} title={title} />}
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
