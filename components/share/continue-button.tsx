"use client";

import { useEffect, useState } from "react";
import { onEntered } from "@/lib/client/access";
import { randomUuid } from "@/lib/client/random-uuid";
import { copyShare } from "@/lib/client/shares";

/** `gated`: the gate stands before the page, and asks for a code. */
type Copying = { phase: "ready" | "copying" | "gated" } | { phase: "failed"; sentence: string };

/** Copies the conversation to the visitor's own, and goes there. */
export function ContinueButton({ shareId }: { shareId: string }) {
  const [copying, setCopying] = useState<Copying>({ phase: "ready" });
  // Of a second press, or one after a lost answer, there is no second copy.
  const [conversationId] = useState(randomUuid);
  const isGated = copying.phase === "gated";

  useEffect(() => {
    if (!isGated) return;
    return onEntered(() => void copyAndGo(shareId, conversationId, setCopying));
  }, [isGated, shareId, conversationId]);

  return (
    <div className="share-continue">
      <button
        type="button"
        className="button"
        disabled={copying.phase === "copying"}
        onClick={() => void copyAndGo(shareId, conversationId, setCopying)}
      >
        Continue this conversation
      </button>
      {copying.phase === "failed" && <p role="alert">{copying.sentence}</p>}
    </div>
  );
}

async function copyAndGo(shareId: string, conversationId: string, tell: (copying: Copying) => void): Promise<void> {
  tell({ phase: "copying" });
  const copied = await copyShare(shareId, conversationId);
  if (copied.type === "done") window.location.assign(`/c/${copied.result.conversationId}`);
  else if (copied.error.code === "access_required") tell({ phase: "gated" });
  else tell({ phase: "failed", sentence: copied.error.message });
}
