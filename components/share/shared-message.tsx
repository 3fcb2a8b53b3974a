"use client";

import { useEffect, useLayoutEffect, useRef } from "react";
import { modelName } from "@/lib/chat/model-name";
import type { Ending, SharedAnswer, SharedMessage } from "@/lib/chat/share";
import { preferences } from "@/lib/client/preferences";
import { fill } from "../markdown/fill";
import { showMarkdown } from "../markdown/live-markdown";
import { MarkdownElement } from "../markdown/markdown-element";
import { startWriter } from "../writer";
import type { Player } from "./player";

/** Where a message stands in a replay that has come to the message at `current`. */
export type Playback = { player: Player; index: number; current: number };

type SharedMessageProps = { message: SharedMessage; playback?: Playback | undefined };

/** A message as the readers of a share see it: on the page of the share, and before that in the dialog. */
export function SharedMessageView({ message, playback }: SharedMessageProps) {
  if (message.role === "assistant") return <Answer message={message} playback={playback} />;
  return (
    <article aria-label="Message" className="mb-7 flex flex-col items-end gap-2" hidden={isAhead(playback)}>
      {message.attachments.length > 0 && (
        <p className="font-sans text-small text-faint">Attached, not shared: {message.attachments.join(", ")}</p>
      )}
      {message.text !== "" && <p className="user-text">{message.text}</p>}
    </article>
  );
}

function isAhead(playback: Playback | undefined): boolean {
  return playback !== undefined && playback.index > playback.current;
}

function Answer({ message, playback }: { message: SharedAnswer; playback: Playback | undefined }) {
  const text = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (text.current !== null) fill(text.current, message.text);
  }, [message.text]);
  const ending = sentenceOf(message.ending);
  const isBeingWritten = playback !== undefined && playback.index === playback.current;
  return (
    <article aria-label="Answer" className="mb-3" hidden={isAhead(playback)}>
      <div hidden={playback !== undefined}>
        <MarkdownElement ref={text} className="answer-text" text={message.text} isGrowing={false} />
      </div>
      {playback !== undefined && !isAhead(playback) && <Writing player={playback.player} index={playback.index} />}
      <p className={isBeingWritten ? "share-answer-foot invisible" : "share-answer-foot"}>
        {ending !== null && <span className="text-soft">{ending}</span>}
        {message.model !== "" && <span>{modelName(message.model)}</span>}
      </p>
    </article>
  );
}

/** The answer as it is being written again. What the server rendered lies hidden beside it, untouched. */
function Writing({ player, index }: { player: Player; index: number }) {
  const sheet = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (sheet.current === null) return;
    const writer = startWriter(
      {
        source: player.arriving(index),
        surface: showMarkdown(sheet.current, "", { hasCaret: true }),
        mode: preferences().speed,
        shownText: "",
        onWritten: () => {},
      },
      player.screen,
    );
    return () => writer.leave();
  }, [player, index]);
  return <div ref={sheet} className="answer-text" />;
}

function sentenceOf(ending: Ending): string | null {
  switch (ending) {
    case "done":
      return null;
    case "length":
      return "The answer reached its length limit.";
    case "declined":
      return "The model declined to answer this.";
    case "stopped":
      return "Stopped";
    case "interrupted":
      return "The answer broke off here.";
    case "failed":
      return "The answer failed.";
  }
}
