import type { OwnerChange } from "@/lib/chat/owner";

type ServiceSwitchProps = { isPaused: boolean; underWay: number; onChange(change: OwnerChange): void };

/** Whether new answers are begun, on all instances at once. */
export function ServiceSwitch({ isPaused, underWay, onChange }: ServiceSwitchProps) {
  return (
    <div className="owner-switch">
      <p className={isPaused ? "owner-paused" : "owner-open"}>
        {isPaused ? "Paused. Nobody gets a new answer." : "Open. New answers are being begun."}
      </p>
      <div className="owner-buttons">
        {isPaused ? (
          <button type="button" className="button" onClick={() => onChange({ isPaused: false })}>
            Open again
          </button>
        ) : (
          <button type="button" className="button" onClick={() => onChange({ isPaused: true })}>
            Pause
          </button>
        )}
        <button
          type="button"
          className="button button-grave"
          disabled={isPaused && underWay === 0}
          onClick={() => onChange({ isPaused: true, isStoppingAnswers: true })}
        >
          {isPaused ? "Stop all answers" : "Pause and stop all answers"}
        </button>
      </div>
    </div>
  );
}
