"use client";

import { useEffect, useSyncExternalStore } from "react";
import { largeEstimate } from "@/lib/chat/estimate";
import { dollars } from "@/lib/chat/money";
import { pageDrafts } from "@/lib/client/drafts";
import { refreshLeft, useLeft } from "@/lib/client/left";

type BudgetNoteProps = { draftKey: string; isAnswering: boolean };

/** Under the composer: how long what is about to be sent is, if it is long, and what is left of the visitor's budget. */
export function BudgetNote({ draftKey, isAnswering }: BudgetNoteProps) {
  const drafts = pageDrafts();
  const tokens = useSyncExternalStore(
    drafts.subscribe,
    () => largeEstimate(drafts.read(draftKey)),
    () => undefined,
  );
  const { leftUsd, inputUsdPerMillion } = useLeft();
  useFreshLeft(isAnswering);
  if (tokens === undefined && leftUsd === null) return null;
  const costUsd = inputUsdPerMillion === null || tokens === undefined ? null : (tokens / 1e6) * inputUsdPerMillion;
  return (
    <p className="budget-note">
      {tokens !== undefined && (
        <span>
          About {tokens.toLocaleString("en")} tokens{costUsd !== null && `, ${dollars(costUsd)} to read`}
        </span>
      )}
      {leftUsd !== null && <span className="ml-auto">{dollars(leftUsd)} left today</span>}
    </p>
  );
}

/** What is left changes when an answer ends. */
function useFreshLeft(isAnswering: boolean): void {
  useEffect(() => {
    if (!isAnswering) void refreshLeft();
  }, [isAnswering]);
}
