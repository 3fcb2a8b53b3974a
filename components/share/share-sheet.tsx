"use client";

import { useRef, useState } from "react";
import type { Share, ShareableTurn } from "@/lib/chat/share";
import { ShareForm } from "./share-form";
import { ShareLink } from "./share-link";
import { ShareList } from "./share-list";
import { useShares } from "./use-shares";

type ShareSheetProps = { conversationId: string; title: string; turns: readonly ShareableTurn[] };

/** What is in the dialog: the form, then the link that came of it, and all the links there are. */
export function ShareSheet({ conversationId, title, turns }: ShareSheetProps) {
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
