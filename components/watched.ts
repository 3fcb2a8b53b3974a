import { useState } from "react";
import { type ConversationStore, useConversation } from "@/lib/client/store";
import { useLasting } from "./bindings";
import type { Row } from "./rows";
import { statusOf } from "./status";

/** The answer under way, or the last one that was while the reader looked on. */
export type Watched = {
  id: string | null;
  /** The server is at it: Send is Stop. */
  isAnswering: boolean;
  /** Not all of it is on the page yet. */
  isBusy: boolean;
  isReconnecting: boolean;
  status: string;
  onWritten(id: string): void;
};

const RECONNECTING_AFTER_MS = 1000;

/** An old conversation has none: nothing in it is announced, and nothing in it happened just now. */
export function useWatched(store: ConversationStore, rows: readonly Row[]): Watched {
  const livingId = useConversation(store, ({ generation }) => (generation.phase === "idle" ? null : generation.id));
  const isResuming = useConversation(store, ({ generation }) => generation.phase === "resuming");
  const [id, setId] = useState(livingId);
  const [writtenId, setWrittenId] = useState<string | null>(null);
  const isReconnecting = useLasting(isResuming, RECONNECTING_AFTER_MS);
  if (livingId !== null && livingId !== id) setId(livingId);

  const isAnswering = livingId !== null;
  const row = rows.find(({ message }) => message.id === id);
  const isBusy = row !== undefined && (row.isLive || writtenId !== id);
  return {
    id,
    isAnswering,
    isBusy,
    isReconnecting,
    status: statusOf(isAnswering || isBusy, row?.message.outcome),
    onWritten: setWrittenId,
  };
}
