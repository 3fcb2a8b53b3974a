"use client";

import { useEffect, useRef } from "react";
import { Answer, type AnswerDesk } from "./answer";
import { answerPresses } from "./markdown/presses";
import { chaptersOf, type Turn } from "./rows";
import { type Editing, UserMessage } from "./user-message";
import type { Watched } from "./watched";

type TranscriptProps = { turns: readonly Turn[]; watched: Watched; desk: AnswerDesk; editing: Editing };

/**
 * Every message of the branch being read. The turn that was last asked for fills the view, so that its message stands at
 * the top and the answer grows beneath it into space that is already there.
 */
export function Transcript({ turns, watched, desk, editing }: TranscriptProps) {
  const log = useRef<HTMLDivElement>(null);
  useEffect(() => (log.current === null ? undefined : answerPresses(log.current)), []);
  return (
    // Screen readers would read every piece of a growing answer: the status region speaks instead.
    <div ref={log} role="log" aria-label="Conversation" aria-live="off" className="px-5 sm:px-8">
      {chaptersOf(turns).map((chapter, index, { length }) => (
        <div key={chapter[0]?.id} className={index < length - 1 ? "chapter-read" : undefined}>
          {chapter.map((turn) => (
            <section
              key={turn.id}
              className={turn.rows.some(({ message }) => message.id === watched.id) ? "turn turn-watched" : "turn"}
            >
              {turn.rows.map((row) =>
                row.message.role === "user" ? (
                  <UserMessage
                    key={row.message.id}
                    row={row}
                    store={desk.store}
                    editing={editing}
                    onShowVersion={desk.onShowVersion}
                  />
                ) : (
                  <Answer
                    key={row.message.id}
                    row={row}
                    desk={desk}
                    isWatched={row.message.id === watched.id}
                    isBusy={row.message.id === watched.id && watched.isBusy}
                    isReconnecting={watched.isReconnecting}
                  />
                ),
              )}
            </section>
          ))}
        </div>
      ))}
    </div>
  );
}
