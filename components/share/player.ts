import { createReplay, type Place, type Replay, type Speed, timelineOf } from "@/lib/chat/replay";
import type { SharedMessage } from "@/lib/chat/share";
import type { GrowingText, Screen } from "../writer";

/** `whole`: the page as it stands. Otherwise the message at `index` is being written again, and none after it is there. */
export type PlayerState =
  | { phase: "whole"; wasPlayed: boolean }
  | { phase: "playing" | "paused"; index: number; speed: Speed };

export type Player = {
  state(): PlayerState;
  subscribe(listener: () => void): () => void;
  /** From the beginning, or on from where it rests. */
  play(): void;
  pause(): void;
  setSpeed(speed: Speed): void;
  /** To the end: everything is there again. */
  leave(): void;
  /** The message at `index`, as it arrives in this replay. */
  arriving(index: number): GrowingText;
  /** Where the writers of this replay write: it stands still while the replay does. */
  screen: Screen;
};

/** Plays `messages` again on `screen`. Nothing is asked of the server. */
export function createPlayer(messages: readonly SharedMessage[], screen: Screen): Player {
  let state: PlayerState = { phase: "whole", wasPlayed: false };
  let replay: Replay = createReplay(timelineOf([], { isWhole: true }), 1);
  let place: Place = { index: 0, length: 0, hasEnded: true };
  let frame: number | undefined;
  let newestFrame = 0;
  const watching = new Set<() => void>();
  const reading = new Set<() => void>();
  const waiting = new Map<number, () => void>();

  function change(next: PlayerState): void {
    state = next;
    for (const listener of watching) listener();
  }

  function nextFrame(): void {
    frame = screen.requestFrame(nextFrame);
    const before = place;
    place = replay.frame(screen.nowMs());
    if (state.phase !== "whole" && place.index !== state.index) change({ ...state, index: place.index });
    if (place.index !== before.index || place.length !== before.length || place.hasEnded !== before.hasEnded) {
      for (const listener of [...reading]) listener();
    }
    const due = [...waiting.values()];
    waiting.clear();
    for (const callback of due) callback();
    if (replay.isOver && waiting.size === 0) leave();
  }

  function rest(): void {
    if (frame !== undefined) screen.cancelFrame(frame);
    frame = undefined;
    replay.rest();
  }

  function leave(): void {
    if (state.phase === "whole") return;
    rest();
    change({ phase: "whole", wasPlayed: true });
  }

  return {
    state: () => state,
    subscribe(listener) {
      watching.add(listener);
      return () => watching.delete(listener);
    },
    play() {
      if (state.phase === "playing") return;
      if (state.phase === "whole") {
        replay = createReplay(timelineOf(messages, { isWhole: screen.prefersReducedMotion() }), 1);
        place = replay.frame(screen.nowMs());
        change({ phase: "playing", index: place.index, speed: 1 });
      } else change({ ...state, phase: "playing" });
      frame = screen.requestFrame(nextFrame);
    },
    pause() {
      if (state.phase !== "playing") return;
      rest();
      change({ ...state, phase: "paused" });
    },
    setSpeed(speed) {
      if (state.phase === "whole") return;
      replay.setSpeed(speed);
      change({ ...state, speed });
    },
    leave,
    arriving: (index) => ({
      read() {
        const text = messages[index]?.text ?? "";
        if (index < place.index) return { text, hasEnded: true };
        if (index > place.index) return { text: "", hasEnded: false };
        return { text: text.slice(0, place.length), hasEnded: place.hasEnded };
      },
      subscribe(listener) {
        reading.add(listener);
        return () => reading.delete(listener);
      },
    }),
    screen: {
      nowMs: () => replay.watchedMs,
      requestFrame(callback) {
        newestFrame += 1;
        waiting.set(newestFrame, callback);
        return newestFrame;
      },
      cancelFrame: (number) => void waiting.delete(number),
      // A page that is not seen gets no frames, and then the replay waits.
      isHidden: () => false,
      prefersReducedMotion: screen.prefersReducedMotion,
      onVisibilityChange: () => () => {},
    },
  };
}
