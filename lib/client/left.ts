import { useSyncExternalStore } from "react";
import type { Left } from "@/lib/chat/owner";
import { ask } from "./ask";

const UNKNOWN: Left = { leftUsd: null, inputUsdPerMillion: null };

// One for the whole tab: it is the visitor's, not a conversation's.
let left = UNKNOWN;
const listeners = new Set<() => void>();

/** Asks the server what is left for the visitor today. When it does not answer, the last word stands. */
export async function refreshLeft(): Promise<void> {
  const answered = await ask<Left>("/api/budget", {});
  if (answered.type === "refused") return;
  left = answered.result;
  for (const listener of listeners) listener();
}

export function useLeft(): Left {
  return useSyncExternalStore(
    subscribe,
    () => left,
    () => UNKNOWN,
  );
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
