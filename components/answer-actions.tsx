"use client";

import { useEffect, useState } from "react";
import { textOf } from "@/lib/chat/message";
import { type ConversationStore, useConversation } from "@/lib/client/store";
import { copyText } from "./copy-text";
import { Icon } from "./icons";
import type { Row } from "./rows";

type AnswerActionsProps = {
  row: Row;
  desk: { store: ConversationStore; onRetry(id: string): void };
  hasRetry: boolean;
};

/** What can be done with an answer that has ended. */
export function AnswerActions({ row, desk, hasRetry }: AnswerActionsProps) {
  const { message, versionIds } = row;
  const isAnswering = useConversation(desk.store, (state) => state.generation.phase !== "idle");
  const text = textOf(message.content);
  return (
    <div className="-ml-3 flex flex-wrap items-center font-sans text-small text-faint">
      {versionIds.length > 1 && (
        <Versions at={versionIds.indexOf(message.id)} versionIds={versionIds} onShow={desk.store.showBranch} />
      )}
      {text !== "" && <CopyButton text={text} />}
      {hasRetry && (
        <button
          type="button"
          className="icon-button"
          aria-label="Retry"
          title="Retry"
          disabled={isAnswering}
          onClick={() => desk.onRetry(message.id)}
        >
          <Icon name="retry" />
        </button>
      )}
    </div>
  );
}

type VersionsProps = { at: number; versionIds: readonly string[]; onShow(id: string): void };

function Versions({ at, versionIds, onShow }: VersionsProps) {
  const [previous, next] = [versionIds[at - 1], versionIds[at + 1]];
  return (
    <div className="flex items-center">
      <button
        type="button"
        className="icon-button"
        aria-label="Previous version"
        title="Previous version"
        disabled={previous === undefined}
        onClick={() => previous !== undefined && onShow(previous)}
      >
        <Icon name="previous" />
      </button>
      <span className="min-w-10 text-center tabular-nums">
        {at + 1} / {versionIds.length}
      </span>
      <button
        type="button"
        className="icon-button"
        aria-label="Next version"
        title="Next version"
        disabled={next === undefined}
        onClick={() => next !== undefined && onShow(next)}
      >
        <Icon name="next" />
      </button>
    </div>
  );
}

const COPIED_FOR_MS = 2000;

function CopyButton({ text }: { text: string }) {
  const [copiedAtMs, setCopiedAtMs] = useState(0);
  const isCopied = copiedAtMs > 0;

  useEffect(() => {
    if (copiedAtMs === 0) return;
    const timer = setTimeout(() => setCopiedAtMs(0), COPIED_FOR_MS);
    return () => clearTimeout(timer);
  }, [copiedAtMs]);

  return (
    <>
      <button
        type="button"
        className="icon-button"
        aria-label="Copy"
        title="Copy"
        onClick={async () => {
          if (await copyText(text)) setCopiedAtMs(performance.now());
        }}
      >
        {isCopied ? <Icon name="check" /> : <Icon name="copy" />}
      </button>
      <span className="sr-only" aria-live="polite">
        {isCopied ? "Copied" : ""}
      </span>
    </>
  );
}
