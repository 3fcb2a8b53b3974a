"use client";

import { useRef, useSyncExternalStore } from "react";
import { SPEEDS } from "@/lib/chat/replay";
import { browserScreen } from "../writer";
import type { Player, PlayerState } from "./player";

type ReplayControlsProps = { player: Player; state: PlayerState; onPlay(): void };

/** Replay, which becomes Pause; and while it plays how fast, and the way out. */
export function ReplayControls({ player, state, onPlay }: ReplayControlsProps) {
  const play = useRef<HTMLButtonElement>(null);
  const isStill = useReducedMotion();

  function skip(): void {
    player.leave();
    // The button that was pressed goes, and the focus must not go with it.
    play.current?.focus();
  }

  return (
    <div className="replay">
      <button
        ref={play}
        type="button"
        className="button"
        onClick={state.phase === "playing" ? () => player.pause() : onPlay}
      >
        {PLAY[state.phase]}
      </button>
      {state.phase !== "whole" && (
        <>
          <fieldset className="choices replay-speeds">
            <legend className="sr-only">Speed</legend>
            {SPEEDS.map((speed) => (
              <label key={speed} className="choice">
                <input
                  type="radio"
                  className="sr-only"
                  name="replay-speed"
                  checked={state.speed === speed}
                  onChange={() => player.setSpeed(speed)}
                />
                ×{speed}
              </label>
            ))}
          </fieldset>
          <button type="button" className="button" onClick={skip}>
            Skip<span className="max-sm:sr-only"> to the end</span>
          </button>
        </>
      )}
      {isStill && <p className="replay-note">Your device asks for less motion: each message will appear whole.</p>}
    </div>
  );
}

const PLAY = { whole: "Replay", playing: "Pause", paused: "Resume" } as const;

function useReducedMotion(): boolean {
  return useSyncExternalStore(watchMotion, browserScreen.prefersReducedMotion, () => false);
}

function watchMotion(listener: () => void): () => void {
  const query = matchMedia("(prefers-reduced-motion: reduce)");
  query.addEventListener("change", listener);
  return () => query.removeEventListener("change", listener);
}
