"use client";

import { useRef, useState } from "react";
import { isThinkingBlock, type Message, textOf } from "@/lib/chat/message";
import type { ConversationStore } from "@/lib/client/store";
import { useConversation } from "@/lib/client/store";
import { AnswerActions } from "./answer-actions";
import { Icon } from "./icons";
import { type LiveWriter, messageOf, useLiveText, useLiveThinking } from "./live-text";
import { Notice, noticeOf } from "./notice";
import { paragraphsOf } from "./paragraphs";
import type { Row } from "./rows";

/** What the transcript lends to each answer: where it comes from, and what can be done with it. */
export type AnswerDesk = {
  store: ConversationStore;
  writer: LiveWriter;
  onWritten(id: string): void;
  onRetry(id: string): void;
  onNewConversation(): void;
};

type AnswerProps = {
  row: Row;
  desk: AnswerDesk;
  /** It is being written, or was while the reader looked on. */
  isWatched: boolean;
  /** Its text is not all on the page yet. */
  isBusy: boolean;
  isReconnecting: boolean;
};

export function Answer({ row, desk, isWatched, isBusy, isReconnecting }: AnswerProps) {
  const { message, isLive } = row;
  const { store, writer, onWritten } = desk;
  const [wasLive] = useState(isLive);
  const text = useRef<HTMLDivElement>(null);
  const initialText = useLiveText(text, { store, message, isLive, writer, onWritten });
  const isThinking = useConversation(store, (state) => {
    const current = isLive ? state.conversation.messages.findLast(({ id }) => id === message.id) : message;
    return current?.content.some((block) => isThinkingBlock(block) && block.thinking !== "") ?? false;
  });
  const notice = message.outcome === undefined || isBusy ? null : noticeOf(message.outcome);

  return (
    <article aria-label="Answer" aria-busy={isBusy}>
      {isThinking && <Thinking store={store} message={message} />}
      {/* An answer that grew on the page keeps its element; React leaves what is in it to the writer. */}
      <div ref={text} className="answer-text">
        {paragraphsOf(wasLive ? initialText : textOf(message.content)).map((paragraph, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: paragraphs of a settled text have no other identity, and never move.
          <p key={index}>{paragraph}</p>
        ))}
      </div>
      {notice !== null && (
        <Notice
          notice={notice}
          isLive={isWatched}
          onRetry={() => desk.onRetry(message.id)}
          onNewConversation={desk.onNewConversation}
        />
      )}
      <div className="mt-1 flex min-h-tap items-center">
        {isBusy || message.outcome === undefined ? (
          isReconnecting && isLive && <p className="font-sans text-small text-faint">Reconnecting</p>
        ) : (
          <AnswerActions row={row} desk={desk} hasRetry={notice?.remedy !== "retry"} />
        )}
      </div>
    </article>
  );
}

function Thinking({ store, message }: { store: ConversationStore; message: Message }) {
  const element = useRef<HTMLDivElement>(null);
  const initialText = useLiveThinking(element, store, message);
  const isOnlyThinking = useConversation(store, () => {
    const current = message.outcome === undefined ? messageOf(store, message.id) : message;
    return current !== undefined && current.outcome === undefined && textOf(current.content) === "";
  });
  return (
    <details className="thinking font-sans text-chrome text-soft">
      <summary className="thinking-summary">
        <Icon name="next" />
        {isOnlyThinking ? "Thinking…" : "Thinking"}
      </summary>
      <div ref={element} className="answer-text thinking-text">
        {paragraphsOf(initialText).map((paragraph, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rendered once, and never moved.
          <p key={index}>{paragraph}</p>
        ))}
      </div>
    </details>
  );
}
