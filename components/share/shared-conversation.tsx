"use client";

import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import type { Snapshot } from "@/lib/chat/share";
import { applyPreferences } from "@/lib/client/preferences";
import { useFollowing } from "@/lib/client/scroll";
import { answerPresses } from "../markdown/presses";
import { browserScreen } from "../writer";
import { ContinueButton } from "./continue-button";
import { createPlayer, type Player, type PlayerState } from "./player";
import { ReplayControls } from "./replay-controls";
import { SharedMessageView } from "./shared-message";

/** The page of a share. All of it is in the HTML: a script only adds the replay, and the way to go on with it. */
export function SharedConversation({ id, snapshot }: { id: string; snapshot: Snapshot }) {
  const { title, createdAt, messages } = snapshot;
  const [player] = useState(() => createPlayer(messages, browserScreen));
  const state = useSyncExternalStore(player.subscribe, player.state, player.state);
  const scroller = useRef<HTMLElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const { jump } = useFollowing({ scroller, content, isBlank: state.phase === "whole" });
  usePage(content, player);

  function play(): void {
    if (state.phase === "whole") jump();
    player.play();
  }

  return (
    <div className="share-page">
      <header className="header">
        {/* Not a link of Next's: it would keep this page in memory, and show it again after it was revoked. */}
        <a href="/" className="share-home">
          Platen
        </a>
        <p className="min-w-0 truncate font-sans text-chrome text-soft">Shared conversation</p>
      </header>
      <main ref={scroller} className="scroller">
        <div ref={content} className="sheet px-5 sm:px-8">
          <h1 className="share-title">{title}</h1>
          <p className="share-date">
            Shared on <time dateTime={createdAt}>{dateOf(createdAt)}</time>, as it stood then.
          </p>
          <section aria-label="Conversation">
            {messages.map((message, index) => (
              <SharedMessageView
                // biome-ignore lint/suspicious/noArrayIndexKey: it never changes, and says nothing of its messages' ids.
                key={index}
                message={message}
                playback={state.phase === "whole" ? undefined : { player, index, current: state.index }}
              />
            ))}
          </section>
        </div>
      </main>
      <footer className="foot share-foot">
        <ReplayControls player={player} state={state} onPlay={play} />
        {state.phase === "whole" && <ContinueButton shareId={id} />}
      </footer>
      <p role="status" className="sr-only">
        {statusOf(state)}
      </p>
    </div>
  );
}

function statusOf(state: PlayerState): string {
  switch (state.phase) {
    case "whole":
      return state.wasPlayed ? "Replay ended" : "";
    case "playing":
      return "Replaying";
    case "paused":
      return "Replay paused";
  }
}

/** The same words on the server and in every browser. */
function dateOf(time: string): string {
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" }).format(new Date(time));
}

/** Theme, what is pressed in an answer, and Esc; and a page that a browser had kept is asked for again. */
function usePage(content: React.RefObject<HTMLElement | null>, player: Player): void {
  useEffect(() => {
    applyPreferences();
    const leavePresses = content.current === null ? undefined : answerPresses(content.current);
    const listen = (event: KeyboardEvent) => {
      if (event.key === "Escape") player.leave();
    };
    // It may have been revoked since.
    const look = (event: PageTransitionEvent) => {
      if (event.persisted) window.location.reload();
    };
    document.addEventListener("keydown", listen);
    window.addEventListener("pageshow", look);
    return () => {
      leavePresses?.();
      document.removeEventListener("keydown", listen);
      window.removeEventListener("pageshow", look);
      player.leave();
    };
  }, [content, player]);
}
