"use client";

import { useRef } from "react";
import { canContinue } from "@/lib/chat/continuation";
import { isThinkingBlock, type Message, textOf } from "@/lib/chat/message";
import { anchorOf } from "@/lib/client/jumps";
import type { ConversationStore } from "@/lib/client/store";
import { useConversation } from "@/lib/client/store";
import { AnswerActions } from "./answer-actions";
import { Icon } from "./icons";
import { type LiveWriter, messageOf, useLiveText, useLiveThinking } from "./live-text";
import { MarkdownElement } from "./markdown/markdown-element";
import { Notice, noticeOf, retryingSentence } from "./notice";
import type { Row } from "./rows";

/** What the transcript lends to each answer: where it comes from, and what can be done with it. */
export type AnswerDesk = {
  store: ConversationStore;
  writer: LiveWriter;
  /** The configured model, for a person. */
  modelName: string;
  onWritten(id: string): void;
  /** Asks again, another model if one is named. */
  onRetry(id: string, model?: string): void;
  onContinue(id: string): void;
  onShowVersion(id: string): void;
  onNewConversation(): void;
};

type AnswerProps = {
  row: Row;
  desk: AnswerDesk;
  /** This or another answer is under way. */
  isAnswering: boolean;
  /** It is being written, or was while the reader looked on. */
  isWatched: boolean;
  /** Its text is not all on the page yet. */
  isBusy: boolean;
  isReconnecting: boolean;
};

export function Answer({ row, desk, isAnswering, isWatched, isBusy, isReconnecting }: AnswerProps) {
  const { message, isLive } = row;
  const { store, writer, onWritten } = desk;
  const text = useRef<HTMLDivElement>(null);
  const initialText = useLiveText(text, { store, message, isLive, writer, onWritten });
  const isThinking = useConversation(
    store,
    (state) => {
      const current = isLive ? state.conversation.messages.findLast(({ id }) => id === message.id) : message;
      return current?.content.some((block) => isThinkingBlock(block) && block.thinking !== "") ?? false;
    },
    isLive,
  );
  const retrying = useConversation(
    store,
    ({ generation }) => (isLive && generation.phase !== "idle" ? generation.retrying : undefined),
    isLive,
  );
  const notice = message.outcome === undefined || isBusy ? null : noticeOf(message.outcome);

  const waiting = retrying === undefined ? "" : retryingSentence(retrying);

  return (
    <article id={anchorOf(message.id)} aria-label="Answer" aria-busy={isBusy}>
      {isThinking && <Thinking store={store} message={message} />}
      <MarkdownElement
        ref={text}
        className="answer-text"
        text={initialText}
        isGrowing={message.outcome === undefined}
      />
      {notice !== null && (
        <Notice
          notice={notice}
          isLive={isWatched}
          isAnswering={isAnswering}
          onRetry={() => desk.onRetry(message.id)}
          onContinue={canContinue(message) ? () => desk.onContinue(message.id) : undefined}
          onNewConversation={desk.onNewConversation}
        />
      )}
      <div className="mt-1 flex min-h-tap items-center">
        {isBusy || message.outcome === undefined ? (
          isLive && <p className="font-sans text-small text-faint">{isReconnecting ? "Reconnecting" : waiting}</p>
        ) : (
          <AnswerActions row={row} desk={desk} isAnswering={isAnswering} hasRetry={notice?.remedy !== "retry"} />
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
      <MarkdownElement
        ref={element}
        className="answer-text thinking-text"
        text={initialText}
        isGrowing={message.outcome === undefined}
      />
    </details>
  );
}
