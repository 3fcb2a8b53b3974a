import type { QueuedMessage } from "@/lib/chat/conversation";

/** Keeps queued messages through a reload, for this tab alone: another tab must not send them as well. */
export type QueueStorage = {
  read(key: string): QueuedMessage[];
  write(key: string, queued: readonly QueuedMessage[]): void;
};

const PREFIX = "platen.queue.";

/** The queues kept in `storage`. Without one, or when it refuses, they live as long as the page. */
export function createQueueStorage(storage: Pick<Storage, "getItem" | "setItem" | "removeItem"> | null): QueueStorage {
  return {
    read(key) {
      try {
        const kept: unknown = JSON.parse(storage?.getItem(PREFIX + key) ?? "[]");
        return Array.isArray(kept) ? kept.filter(isQueued) : [];
      } catch {
        return []; // Forbidden, or not ours.
      }
    },
    write(key, queued) {
      try {
        if (queued.length === 0) storage?.removeItem(PREFIX + key);
        else storage?.setItem(PREFIX + key, JSON.stringify(queued));
      } catch {
        // Full or forbidden: the queue lives as long as the page.
      }
    },
  };
}

function isQueued(value: unknown): value is QueuedMessage {
  const { id, text } = (value ?? {}) as Partial<QueuedMessage>;
  return typeof id === "string" && typeof text === "string";
}
