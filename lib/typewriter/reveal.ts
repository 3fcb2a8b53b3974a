import { graphemeCut, mayEndHere } from "./graphemes";
import { createPace, type PaceMode, type Viewing } from "./pace";

export type Reveal = {
  /** The text so far. It only grows: one that is not longer than the last is ignored, as is any after `freeze`. */
  arrived(text: string, nowMs: number): void;
  /** The stream is over: all is shown within 250 ms. */
  finish(nowMs: number): void;
  /** Shows no more, ever. Returns what is shown. */
  freeze(): number;
  /** To be called once a frame, and on a timer while hidden. Returns how many UTF-16 units to show; never less than before. */
  advance(nowMs: number, viewing?: Viewing): number;
  /** No further frame will show more: frozen, or finished and all shown. */
  readonly isSettled: boolean;
};

/** How long the last grapheme waits for a sign that it is whole, once its turn has come. */
const LAST_GRAPHEME_WAITS_MS = 100;

/**
 * Returns the reveal of one growing text: paced, and cut only between graphemes. The last grapheme of what has arrived
 * waits for the next character or the end. Should the stream go quiet it is shown 100 ms after its turn, unless it
 * looks unfinished (see `mayEndHere`): so only a combining mark that comes late onto a letter, digits apart, can still
 * change what is shown. `shownText` was on the page before and is not replayed.
 */
export function createReveal({ mode, shownText = "" }: { mode: PaceMode; shownText?: string }): Reveal {
  const pace = createPace(mode, shownText.length);
  let text = shownText;
  let shown = shownText.length;
  let heldSinceMs: number | undefined;
  let state: "growing" | "finished" | "frozen" = "growing";

  function isWholeNow(due: number, nowMs: number): boolean {
    if (state === "finished") return true;
    if (due < text.length) {
      heldSinceMs = undefined;
      return false;
    }
    heldSinceMs ??= nowMs;
    return nowMs - heldSinceMs >= LAST_GRAPHEME_WAITS_MS && mayEndHere(text);
  }

  return {
    arrived(textSoFar, nowMs) {
      if (state === "frozen" || textSoFar.length <= text.length) return;
      text = textSoFar;
      heldSinceMs = undefined;
      pace.arrived(text.length, nowMs);
    },
    finish(nowMs) {
      if (state !== "growing") return;
      state = "finished";
      pace.ended(nowMs);
    },
    freeze() {
      state = "frozen";
      return shown;
    },
    advance(nowMs, viewing) {
      if (state === "frozen") return shown;
      const due = pace.advance(nowMs, viewing);
      if (due > shown) shown = graphemeCut(text, shown, due, isWholeNow(due, nowMs));
      return shown;
    },
    get isSettled() {
      return state === "frozen" || (state === "finished" && shown === text.length);
    },
  };
}
