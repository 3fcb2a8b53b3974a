"use client";

import { useEffect, useRef } from "react";
import type { Share } from "@/lib/chat/share";
import { CopyLinkButton } from "./copy-link-button";
import { addressOf, lifetimeOf } from "./share-words";

/** The link that was just made. */
export function ShareLink({ share, onAnother }: { share: Share; onAnother(): void }) {
  const field = useRef<HTMLInputElement>(null);
  // The button that was pressed is gone: the reader is taken to what came of it.
  useEffect(() => field.current?.select(), []);
  return (
    <section aria-label="The link">
      <label>
        <span className="share-label">The link is ready</span>
        <input ref={field} className="share-field" readOnly value={addressOf(share.id)} />
      </label>
      <p className="mt-2 text-small text-soft">
        Whoever has it can read “{share.title}”. {lifetimeOf(share)}.
      </p>
      <div className="share-row mt-4">
        <CopyLinkButton share={share} />
        <a className="button" href={`/share/${share.id}`} target="_blank" rel="noreferrer">
          Open
        </a>
        <button type="button" className="button" onClick={onAnother}>
          Make another
        </button>
      </div>
    </section>
  );
}
