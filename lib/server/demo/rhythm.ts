import { seededRandom } from "./seed";
import { runsOf, wordsWithin } from "./segments";

/** Text that arrives `afterMs` milliseconds after the piece before it. */
export type Keystroke = { text: string; afterMs: number };

/**
 * `smooth`: a few words at a time, about 45 tokens a second. `bursts`: 60 to 90 characters every 300 to 500 ms, as
 * Claude often writes. `slow`: one word every 700 ms.
 */
export type Pace = "smooth" | "bursts" | "slow";

const SMOOTH_CHARACTERS_PER_SECOND = 180;
const SLOW_WORD_MS = 700;
const LONGEST_WHOLE_RUN = 24;

/** `text` cut into pieces which, joined, are `text` again. No word and no grapheme cluster is split. */
export function keystrokes(text: string, pace: Pace, seed: number): Keystroke[] {
  const random = seededRandom(seed);
  const strokes: Keystroke[] = [];
  let pending = "";
  let size = sizeOfNext(pace, random);
  for (const word of wordsOf(text)) {
    pending += word;
    if (pending.length < size) continue;
    strokes.push({ text: pending, afterMs: delayOf(pending, pace, random) });
    pending = "";
    size = sizeOfNext(pace, random);
  }
  if (pending !== "") strokes.push({ text: pending, afterMs: delayOf(pending, pace, random) });
  return strokes;
}

/** Words with the white space after them; the words of scripts without spaces are found by dictionary. */
function wordsOf(text: string): string[] {
  return runsOf(text).flatMap((run) => (run.length > LONGEST_WHOLE_RUN ? wordsWithin(run) : run));
}

/** UTF-16 units to collect before a piece is sent. */
function sizeOfNext(pace: Pace, random: () => number): number {
  switch (pace) {
    case "smooth":
      return 1 + Math.floor(random() * 14);
    case "bursts":
      return 58 + Math.floor(random() * 26);
    case "slow":
      return 1;
  }
}

function delayOf(text: string, pace: Pace, random: () => number): number {
  switch (pace) {
    case "smooth": {
      const breath = /\n\n$/.test(text) ? 40 + random() * 120 : 0;
      return Math.round((text.length / SMOOTH_CHARACTERS_PER_SECOND) * 1000 * (0.7 + random() * 0.6) + breath);
    }
    case "bursts":
      return Math.round(300 + random() * 200);
    case "slow":
      return Math.round(SLOW_WORD_MS * (0.85 + random() * 0.3));
  }
}
