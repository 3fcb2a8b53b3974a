import type { PaceMode } from "@/lib/typewriter/pace";
import { createReveal } from "@/lib/typewriter/reveal";
import type { LiveMarkdown } from "./markdown/live-markdown";

/** A text that grows until it has ended. */
export type GrowingText = {
  read(): { text: string; hasEnded: boolean };
  subscribe(listener: () => void): () => void;
};

/** The screen, as far as revealing needs it. */
export type Screen = {
  nowMs(): number;
  requestFrame(callback: () => void): number;
  cancelFrame(frame: number): void;
  isHidden(): boolean;
  prefersReducedMotion(): boolean;
  onVisibilityChange(listener: () => void): () => void;
};

export type Writer = {
  /** Shows no more, ever. Returns how many UTF-16 units are shown, those that stood there before included. */
  freeze(): number;
  /** Lets go of screen and source, in whatever state. */
  leave(): void;
};

type Writing = {
  source: GrowingText;
  surface: LiveMarkdown;
  mode: PaceMode;
  /** What stands on the surface already. */
  shownText: string;
  /** All that will ever be shown is shown. */
  onWritten(): void;
};

/** Writes `source` onto `surface` as it grows: a frame at a time, or at once where no frame would come. */
export function startWriter(writing: Writing, screen: Screen): Writer {
  const { source, surface, mode, shownText } = writing;
  const reveal = createReveal({ mode, shownText });
  let shown = shownText.length;
  let frame: number | undefined;
  let isOver = false;

  function receive(): void {
    if (isOver) return;
    const { text, hasEnded } = source.read();
    reveal.arrived(text, screen.nowMs());
    if (hasEnded) reveal.finish(screen.nowMs());
    look();
  }

  function look(): void {
    if (screen.isHidden()) show();
    else frame ??= screen.requestFrame(nextFrame);
  }

  function nextFrame(): void {
    frame = undefined;
    show();
    if (!isOver && shown < source.read().text.length) frame = screen.requestFrame(nextFrame);
  }

  function show(): void {
    if (isOver) return;
    const viewing = { isHidden: screen.isHidden(), prefersReducedMotion: screen.prefersReducedMotion() };
    const next = reveal.advance(screen.nowMs(), viewing);
    if (next > shown) {
      surface.append(source.read().text.slice(shown, next));
      shown = next;
    }
    if (reveal.isSettled) end();
  }

  function end(): void {
    leave();
    writing.onWritten();
  }

  function leave(): void {
    if (isOver) return;
    isOver = true;
    if (frame !== undefined) screen.cancelFrame(frame);
    stopListening();
    stopWatching();
    surface.finish();
  }

  const stopListening = source.subscribe(receive);
  const stopWatching = screen.onVisibilityChange(look);
  receive();

  return {
    freeze() {
      reveal.freeze();
      if (!isOver) end();
      return shown;
    },
    leave,
  };
}

/** The screen of this browser tab. */
export const browserScreen: Screen = {
  nowMs: () => performance.now(),
  requestFrame: (callback) => requestAnimationFrame(callback),
  cancelFrame: (frame) => cancelAnimationFrame(frame),
  isHidden: () => document.hidden,
  prefersReducedMotion: () => matchMedia("(prefers-reduced-motion: reduce)").matches,
  onVisibilityChange(listener) {
    document.addEventListener("visibilitychange", listener);
    return () => document.removeEventListener("visibilitychange", listener);
  },
};
