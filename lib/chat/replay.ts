import type { Arrival, SharedMessage } from "./share";

export const SPEEDS = [1, 2, 4, 8] as const;
export type Speed = (typeof SPEEDS)[number];

type Step = {
  startMs: number;
  /** In the time of the whole, from `startMs` on. */
  arrivals: readonly Arrival[];
  endMs: number;
};

/** When each message of a conversation comes, in milliseconds from the beginning of its replay. */
export type Timeline = { steps: readonly Step[]; durationMs: number };

/** How far a replay has come: the message that is being written, and how much of its text has arrived, in UTF-16 units. */
export type Place = { index: number; length: number; hasEnded: boolean };

/** What a reader needs to see that somebody asks. */
const AFTER_QUESTION_MS = 800;
const AFTER_ANSWER_MS = 1200;
/** A longer silence, while the model thought or searched, is cut to this. */
const LONGEST_SILENCE_MS = 2000;
/** Where nobody knows how an answer came: about 240 characters a second. */
const NATURAL: Arrival = [50, 12];
const FIRST_WORD_MS = 400;

/** The replay of `messages`. With `isWhole` each comes at once, for whoever wants no motion, and stands for a while. */
export function timelineOf(messages: readonly SharedMessage[], { isWhole }: { isWhole: boolean }): Timeline {
  const steps: Step[] = [];
  let startMs = 0;
  for (const message of messages) {
    const step = stepAt(startMs, arrivalsOf(message, isWhole));
    steps.push(step);
    startMs = step.endMs + (message.role === "user" ? AFTER_QUESTION_MS : AFTER_ANSWER_MS);
  }
  return { steps, durationMs: steps.at(-1)?.endMs ?? 0 };
}

function stepAt(startMs: number, arrivals: readonly Arrival[]): Step {
  let atMs = startMs;
  let before = 0;
  const placed = arrivals.map(([recordedMs, length]): Arrival => {
    atMs += Math.min(Math.max(0, recordedMs - before), LONGEST_SILENCE_MS);
    before = Math.max(before, recordedMs);
    return [atMs, length];
  });
  return { startMs, arrivals: placed, endMs: atMs };
}

function arrivalsOf(message: SharedMessage, isWhole: boolean): readonly Arrival[] {
  const { length } = message.text;
  if (message.role === "user" || length === 0) return [[0, length]];
  if (isWhole) return [[FIRST_WORD_MS, length]];
  return message.arrivals ?? naturalArrivals(length);
}

function naturalArrivals(length: number): Arrival[] {
  const [everyMs, units] = NATURAL;
  return Array.from({ length: Math.ceil(length / units) }, (_, index) => [
    FIRST_WORD_MS + index * everyMs,
    Math.min((index + 1) * units, length),
  ]);
}

/** Where the replay is after `positionMs`. */
export function placeAt({ steps }: Timeline, positionMs: number): Place {
  const index = Math.max(
    0,
    lastAt(steps, ({ startMs }) => startMs <= positionMs),
  );
  const step = steps[index];
  if (step === undefined) return { index: 0, length: 0, hasEnded: true };
  const arrival = step.arrivals[lastAt(step.arrivals, ([atMs]) => atMs <= positionMs)];
  return { index, length: arrival?.[1] ?? 0, hasEnded: positionMs >= step.endMs };
}

/** The index of the last of `items` that is `due`, where all before it are; -1 for none. */
function lastAt<Item>(items: readonly Item[], isDue: (item: Item) => boolean): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isDue(items[middle] as Item)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export type Replay = {
  /** To be called once a frame. A frame counts for at most 250 ms, so nothing is missed while the page is not seen. */
  frame(nowMs: number): Place;
  setSpeed(speed: Speed): void;
  /** Stands still until the next frame. */
  rest(): void;
  /** The time that was watched, which no speed changes. */
  readonly watchedMs: number;
  readonly isOver: boolean;
};

const LONGEST_FRAME_MS = 250;

/** Plays `timeline` by the clock of whoever calls: time passes between frames, `speed` times as fast. */
export function createReplay(timeline: Timeline, speed: Speed): Replay {
  let current = speed;
  let positionMs = 0;
  let watchedMs = 0;
  let seenMs: number | undefined;
  return {
    frame(nowMs) {
      const elapsedMs = Math.min(Math.max(0, nowMs - (seenMs ?? nowMs)), LONGEST_FRAME_MS);
      seenMs = nowMs;
      watchedMs += elapsedMs;
      positionMs = Math.min(positionMs + elapsedMs * current, timeline.durationMs);
      return placeAt(timeline, positionMs);
    },
    setSpeed(next) {
      current = next;
    },
    rest() {
      seenMs = undefined;
    },
    get watchedMs() {
      return watchedMs;
    },
    get isOver() {
      return positionMs >= timeline.durationMs;
    },
  };
}
