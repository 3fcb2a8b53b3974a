"use client";

import { textOf } from "@/lib/chat/message";
import { modelName } from "@/lib/chat/model-name";
import { CopyButtons } from "./copy-buttons";
import { Icon } from "./icons";
import { RetryMenu } from "./model-menus";
import type { Row } from "./rows";
import { Versions } from "./versions";

type AnswerActionsProps = {
  row: Row;
  desk: {
    modelName: string;
    onRetry(id: string, model?: string): void;
    onShowVersion(id: string): void;
  };
  isAnswering: boolean;
  hasRetry: boolean;
};

/** What can be done with an answer that has ended. */
export function AnswerActions({ row, desk, isAnswering, hasRetry }: AnswerActionsProps) {
  const { message, versionIds } = row;
  const text = textOf(message.content);
  const author = message.model === undefined ? undefined : modelName(message.model);
  return (
    <div className="-ml-3 flex flex-wrap items-center font-sans text-small text-faint">
      <Versions id={message.id} versionIds={versionIds} onShow={desk.onShowVersion} />
      {text !== "" && <CopyButtons text={text} />}
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
      <RetryMenu
        configured={desk.modelName}
        model={message.model}
        isBesideRetry={hasRetry}
        isDisabled={isAnswering}
        onPick={(model) => desk.onRetry(message.id, model)}
      />
      {author !== undefined && author !== desk.modelName && <span className="answer-author">{author}</span>}
    </div>
  );
}
