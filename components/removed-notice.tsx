"use client";

import { useRouter } from "next/navigation";
import { undoRemoval, useConversationList } from "@/lib/client/conversation-list";
import { addressOf } from "@/lib/client/jumps";
import { canLeave } from "@/lib/client/offline";

/** What was deleted last, as long as it can be had back: beside the composer, where no sidebar is in sight to show it. */
export function RemovedNotice({ isBlank, onUndone }: { isBlank: boolean; onUndone(): void }) {
  const router = useRouter();
  const { conversations, removals } = useConversationList();
  const removed = conversations.find(({ id }) => id === lastUndoable(removals));

  function undo(id: string): void {
    undoRemoval(id);
    // On a blank sheet nothing would show that it is back.
    if (isBlank && canLeave()) router.push(addressOf(id, undefined), { scroll: false });
    onUndone();
  }

  return (
    <div aria-live="polite" className="removed-notice">
      {removed !== undefined && (
        <div className="refusal">
          <p className="min-w-0 flex-1 truncate py-2">Deleted “{removed.title}”</p>
          <button type="button" className="button" onClick={() => undo(removed.id)}>
            Undo
          </button>
        </div>
      )}
    </div>
  );
}

function lastUndoable(removals: ReadonlyMap<string, { isUndoable: boolean }>): string | undefined {
  return [...removals].findLast(([, { isUndoable }]) => isUndoable)?.[0];
}
