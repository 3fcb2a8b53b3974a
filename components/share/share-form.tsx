"use client";

import { useState } from "react";
import { type Share, type ShareableTurn, titleOfShare } from "@/lib/chat/share";
import { createShare } from "@/lib/client/shares";
import { type Choice, Choices } from "../choices";
import { SharePreview } from "./share-preview";
import { ShareWarning, suspectsOf } from "./share-warning";

type Lifetime = "never" | "day" | "week" | "month";

const LIFETIMES: readonly Choice<Lifetime>[] = [
  { value: "never", label: "Never" },
  { value: "day", label: "1 day" },
  { value: "week", label: "7 days" },
  { value: "month", label: "30 days" },
];
const DAYS = { day: 1, week: 7, month: 30 } as const;
const DAY_MS = 86_400_000;

type Making = { phase: "choosing" } | { phase: "making" } | { phase: "failed"; sentence: string };

type ShareFormProps = {
  conversationId: string;
  title: string;
  turns: readonly ShareableTurn[];
  onMade(share: Share): void;
};

/** What will be seen, for how long, and a look for what should not be. */
export function ShareForm({ conversationId, title, turns, onMade }: ShareFormProps) {
  const [pickedIds, setPickedIds] = useState<ReadonlySet<string>>(() => new Set(turns.map(({ id }) => id)));
  const [chosenTitle, setChosenTitle] = useState<string | null>(null);
  const [lifetime, setLifetime] = useState<Lifetime>("never");
  const [making, setMaking] = useState<Making>({ phase: "choosing" });
  const shownTitle = chosenTitle ?? titleOfShare(title, turns, pickedIds);
  const canMake = pickedIds.size > 0 && shownTitle.trim() !== "" && making.phase !== "making";

  async function make(): Promise<void> {
    setMaking({ phase: "making" });
    const made = await createShare(conversationId, {
      leafId: turns.at(-1)?.messages.at(-1)?.id ?? "",
      ...(pickedIds.size === turns.length ? {} : { turnIds: [...pickedIds] }),
      title: shownTitle,
      expiresAt: lifetime === "never" ? null : new Date(Date.now() + DAYS[lifetime] * DAY_MS).toISOString(),
    });
    if (made.type === "done") onMade(made.result);
    else setMaking({ phase: "failed", sentence: made.error.message });
  }

  return (
    <>
      <p className="text-soft">
        Whoever has the link can read what you pick here, frozen as it stands now: nothing you write later is added.
        What the model thought, your files and who you are are never part of it.
      </p>
      <label>
        <span className="share-label">Title</span>
        <input
          className="share-field"
          value={shownTitle}
          maxLength={200}
          onChange={({ target }) => setChosenTitle(target.value)}
        />
      </label>
      <SharePreview turns={turns} pickedIds={pickedIds} onPick={setPickedIds} />
      <Choices legend="Expires" choices={LIFETIMES} value={lifetime} onChoose={(value) => setLifetime(value)} />
      <ShareWarning suspects={suspectsOf(shownTitle, turns, pickedIds)} />
      <div className="share-row">
        <button type="button" className="button button-main" disabled={!canMake} onClick={() => void make()}>
          Create link
        </button>
        {pickedIds.size === 0 && <p className="text-small text-soft">Pick at least one turn.</p>}
        {making.phase === "failed" && (
          <p role="alert" className="text-small text-ribbon">
            {making.sentence}
          </p>
        )}
      </div>
    </>
  );
}
