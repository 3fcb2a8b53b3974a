"use client";

import { memo, useDeferredValue, useEffect, useRef, useState } from "react";
import { Answer, type AnswerDesk } from "./answer";
import { answerPresses } from "./markdown/presses";
import { type Chapter, chapterMaker, type Row, type Turn } from "./rows";
import { type EditDesk, UserMessage } from "./user-message";
import type { Watched } from "./watched";

type Desk = AnswerDesk & EditDesk;

type TranscriptProps = {
  rows: readonly Row[];
  watched: Watched;
  /** Which message of the reader's is being edited. */
  editedId: string | null;
  /** The same in every render: with another every message would be rendered again. */
  desk: Desk;
};

/**
 * Every message of the branch being read. The turn that was last asked for fills the view, so that its message stands at
 * the top and the answer grows beneath it into space that is already there.
 */
export function Transcript({ rows, watched, editedId, desk }: TranscriptProps) {
  const log = useRef<HTMLDivElement>(null);
  const [chaptersOf] = useState(chapterMaker);
  // All buttons of all messages change with it, and nobody waits for that.
  const isAnswering = useDeferredValue(watched.isAnswering);
  useEffect(() => (log.current === null ? undefined : answerPresses(log.current)), []);
  return (
    // Screen readers would read every piece of a growing answer: the status region speaks instead.
    <div ref={log} role="log" aria-label="Conversation" aria-live="off" className="px-5 sm:px-8">
      {chaptersOf(rows).map((chapter, index, { length }) => (
        <ChapterView
          key={chapter.turns[0]?.id}
          chapter={chapter}
          isRead={index < length - 1}
          watched={has(chapter, watched.id) ? watched : null}
          editedId={has(chapter, editedId) ? editedId : null}
          isAnswering={isAnswering}
          desk={desk}
        />
      ))}
    </div>
  );
}

type ChapterProps = {
  chapter: Chapter;
  /** Another follows. */
  isRead: boolean;
  /** If what is watched stands here. */
  watched: Watched | null;
  editedId: string | null;
  isAnswering: boolean;
  desk: Desk;
};

/** Some turns. Those of a long conversation are not looked at again for each message that comes. */
const ChapterView = memo(function ChapterView({ chapter, isRead, watched, editedId, isAnswering, desk }: ChapterProps) {
  return (
    <div className={isRead ? "chapter-read" : undefined}>
      {chapter.turns.map((turn) => (
        <section key={turn.id} className={isIn(turn, watched?.id ?? null) ? "turn turn-watched" : "turn"}>
          {turn.rows.map((row) =>
            row.message.role === "user" ? (
              <UserMessage
                key={row.message.id}
                row={row}
                desk={desk}
                isEdited={row.message.id === editedId}
                isAnswering={isAnswering}
              />
            ) : (
              <Answer
                key={row.message.id}
                row={row}
                desk={desk}
                isAnswering={isAnswering}
                isWatched={row.message.id === watched?.id}
                isBusy={row.message.id === watched?.id && watched.isBusy}
                isReconnecting={watched?.isReconnecting ?? false}
              />
            ),
          )}
        </section>
      ))}
    </div>
  );
});

function has({ turns }: Chapter, id: string | null): boolean {
  return turns.some((turn) => isIn(turn, id));
}

function isIn({ rows }: Turn, id: string | null): boolean {
  return id !== null && rows.some(({ message }) => message.id === id);
}
