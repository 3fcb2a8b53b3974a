import { useState } from "react";
import type { RefusedSend } from "@/lib/chat/conversation";
import { Icon } from "./icons";
import { RetryButton } from "./notice";
import { openingTime } from "./opening-time";

type RefusalNoticeProps = { refused: RefusedSend; onRetry(): void; onDismiss(): void };

/** What the server would not take, beside the composer: a refused message stands there again, ready to be sent. */
export function RefusalNotice({ refused, onRetry, onDismiss }: RefusalNoticeProps) {
  const { error, message } = refused;
  return (
    <div className="refusal">
      <p role="alert" className="min-w-0 flex-1 py-2">
        {error.message}
        {error.code === "budget_spent" && (
          <OpeningTime key={error.requestId} retryAfterSeconds={error.retryAfterSeconds ?? 0} />
        )}
      </p>
      {message === null && <RetryButton waitSeconds={error.retryAfterSeconds ?? 0} onRetry={onRetry} />}
      <button type="button" className="icon-button" aria-label="Dismiss" title="Dismiss" onClick={onDismiss}>
        <Icon name="close" />
      </button>
    </div>
  );
}

/** Shorter waits are over before one has looked at the clock. */
const WORTH_A_TIME_SECONDS = 90;

function OpeningTime({ retryAfterSeconds }: { retryAfterSeconds: number }) {
  const [sentence] = useState(() => openingTime(retryAfterSeconds, Date.now()));
  return retryAfterSeconds < WORTH_A_TIME_SECONDS ? null : ` ${sentence}`;
}
