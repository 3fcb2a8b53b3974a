"use client";

import { useEffect, useRef } from "react";
import { textOf } from "@/lib/chat/message";
import { type ShareableTurn, sharedMessage } from "@/lib/chat/share";
import { answerPresses } from "../markdown/presses";
import { SharedMessageView } from "./shared-message";

type SharePreviewProps = {
  turns: readonly ShareableTurn[];
  pickedIds: ReadonlySet<string>;
  onPick(ids: ReadonlySet<string>): void;
};

/** The turns as the readers of the link will see them, each to be left out. */
export function SharePreview({ turns, pickedIds, onPick }: SharePreviewProps) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => (list.current === null ? undefined : answerPresses(list.current)), []);
  const areAllPicked = pickedIds.size === turns.length;

  function toggle(id: string): void {
    const ids = new Set(pickedIds);
    if (!ids.delete(id)) ids.add(id);
    onPick(ids);
  }

  return (
    <section aria-label="What will be seen">
      <div className="share-preview-head">
        <h3 className="text-soft">
          What will be seen: {pickedIds.size} of {turns.length} {turns.length === 1 ? "turn" : "turns"}
        </h3>
        {turns.length > 1 && (
          <button
            type="button"
            className="button"
            onClick={() => onPick(new Set(areAllPicked ? [] : turns.map(({ id }) => id)))}
          >
            {areAllPicked ? "Pick none" : "Pick all"}
          </button>
        )}
      </div>
      <ul ref={list} className="share-preview">
        {turns.map((turn, index) => (
          <li key={turn.id} className={pickedIds.has(turn.id) ? "share-turn" : "share-turn share-turn-left-out"}>
            <label className="share-pick">
              <input type="checkbox" checked={pickedIds.has(turn.id)} onChange={() => toggle(turn.id)} />
              <span className="shrink-0">Turn {index + 1}</span>
              <span className="min-w-0 truncate text-small text-faint">{beginningOf(turn)}</span>
            </label>
            <div className="share-turn-sheet">
              {turn.messages.map((message) => (
                <SharedMessageView key={message.id} message={sharedMessage(message)} />
              ))}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

const BEGINNING_LENGTH = 120;

function beginningOf({ messages }: ShareableTurn): string {
  return textOf(messages[0]?.content ?? []).slice(0, BEGINNING_LENGTH);
}
