import type { QueuedMessage } from "@/lib/chat/conversation";
import { Icon } from "./icons";

type QueueProps = {
  queued: readonly QueuedMessage[];
  /** Why they wait, in a few words. */
  reason: string;
  /** Gives the text back to the composer. */
  onEdit(id: string): void;
  onCancel(id: string): void;
};

/** Messages that wait to be sent, above the composer. */
export function Queue({ queued, reason, onEdit, onCancel }: QueueProps) {
  if (queued.length === 0) return null;
  return (
    <section aria-label="Waiting to be sent" className="queue">
      <p className="queue-reason">{reason}</p>
      <ul>
        {queued.map(({ id, text }) => (
          <li key={id} className="queue-message">
            <p className="queue-text">{text}</p>
            <button type="button" className="icon-button" aria-label="Edit" title="Edit" onClick={() => onEdit(id)}>
              <Icon name="edit" />
            </button>
            <button
              type="button"
              className="icon-button"
              aria-label="Cancel"
              title="Cancel"
              onClick={() => onCancel(id)}
            >
              <Icon name="close" />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
