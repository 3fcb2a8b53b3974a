import { useRef, useState } from "react";
import type { ConversationStore } from "@/lib/client/store";
import { type Field, returnTo } from "./composer";
import type { Row } from "./rows";

/** Which message of the reader's is being edited, and what becomes of it. */
export type Editing = {
  id: string | null;
  begin(id: string): void;
  /** Whether there was one. */
  beginLast(rows: readonly Row[]): boolean;
  cancel(): void;
  send(id: string, text: string): void;
};

type EditingDesk = { field: Field; onSent(): void };

/**
 * The one message that is being edited. It stays named when its new version is on its way: where that is refused, the
 * message is on the page again, and so is what was written.
 */
export function useEditing(store: ConversationStore, { field, onSent }: EditingDesk): Editing {
  const [id, setId] = useState<string | null>(null);
  const isFromComposer = useRef(false);

  function begin(messageId: string): void {
    isFromComposer.current = false;
    setId(messageId);
  }

  return {
    id,
    begin,
    beginLast(rows) {
      const last = rows.findLast(({ message }) => message.role === "user");
      if (last === undefined) return false;
      begin(last.message.id);
      isFromComposer.current = true;
      return true;
    },
    cancel() {
      setId(null);
      if (isFromComposer.current) returnTo(field);
      isFromComposer.current = false;
    },
    send(messageId, text) {
      store.edit(messageId, text);
      onSent();
      returnTo(field);
    },
  };
}
