import type { Hold, QueuedMessage } from "@/lib/chat/conversation";
import { Icon } from "./icons";

type QueueProps = {
  queued: readonly QueuedMessage[];
  hold: Hold;
  /** Gives the text back to the composer. */
  onEdit(id: string): void;
  onCancel(id: string): void;
};

/** Messages that wait to be sent, above the composer. */
export function Queue({ queued, hold, onEdit, onCancel }: QueueProps) {
  if (queued.length === 0) return null;
  return (
    <section aria-label="Waiting to be sent" className="queue">
      <p className="queue-reason">{reasonOf(hold)}</p>
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

/** Why they wait. */
function reasonOf(hold: Hold): string {
  switch (hold) {
    case "gone":
      return "Not sent";
    case "answer":
      return "Sent when the answer has ended";
    case "reader":
      return "Sent when you go on";
    case "nothing":
      return "Sent when you are back online";
  }
}
