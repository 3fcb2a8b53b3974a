"use client";

import { useEffect, useState } from "react";
import type { Share } from "@/lib/chat/share";
import { copyText } from "../copy-text";
import { addressOf } from "./share-words";

const COPIED_FOR_MS = 2000;

/** Puts the link on the clipboard. With `isListed` its name says which of many. */
export function CopyLinkButton({ share, isListed = false }: { share: Share; isListed?: boolean }) {
  const [copiedAtMs, setCopiedAtMs] = useState(0);
  const words = copiedAtMs > 0 ? "Copied" : "Copy link";

  useEffect(() => {
    if (copiedAtMs === 0) return;
    const timer = setTimeout(() => setCopiedAtMs(0), COPIED_FOR_MS);
    return () => clearTimeout(timer);
  }, [copiedAtMs]);

  return (
    <>
      <button
        type="button"
        className="button"
        aria-label={isListed ? `${words}: ${share.title}` : undefined}
        onClick={async () => {
          if (await copyText(addressOf(share.id))) setCopiedAtMs(performance.now());
        }}
      >
        {words}
      </button>
      <span className="sr-only" aria-live="polite">
        {copiedAtMs > 0 ? "Copied" : ""}
      </span>
    </>
  );
}
