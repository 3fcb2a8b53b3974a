"use client";

import type { Share } from "@/lib/chat/share";
import { CopyLinkButton } from "./copy-link-button";
import { dayOf, lifetimeOf } from "./share-words";

type ShareListProps = {
  shares: readonly Share[];
  fault: string | null;
  conversationId: string;
  onRevoke(id: string): void;
};

/** All of the visitor's links, those of this conversation first. */
export function ShareList({ shares, fault, conversationId, onRevoke }: ShareListProps) {
  const here = shares.filter((share) => share.conversationId === conversationId);
  const elsewhere = shares.filter((share) => share.conversationId !== conversationId);
  return (
    <>
      {fault !== null && (
        <p role="alert" className="text-small text-ribbon">
          {fault}
        </p>
      )}
      <Links heading="Links to this conversation" shares={here} onRevoke={onRevoke} />
      <Links heading="Links to others" shares={elsewhere} onRevoke={onRevoke} />
    </>
  );
}

type LinksProps = { heading: string; shares: readonly Share[]; onRevoke(id: string): void };

function Links({ heading, shares, onRevoke }: LinksProps) {
  if (shares.length === 0) return null;
  return (
    <section aria-label={heading}>
      <h3 className="mb-2 text-soft">{heading}</h3>
      <ul className="share-list">
        {shares.map((share) => (
          <li key={share.id}>
            <div className="share-listed">
              <a href={`/share/${share.id}`} target="_blank" rel="noreferrer">
                {share.title}
              </a>
              <p className="text-small text-faint">
                Made on {dayOf(share.createdAt)}. {lifetimeOf(share)}.
              </p>
            </div>
            <div className="flex gap-2">
              <CopyLinkButton share={share} isListed />
              <button
                type="button"
                className="button"
                aria-label={`Revoke: ${share.title}`}
                onClick={() => onRevoke(share.id)}
              >
                Revoke
              </button>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
