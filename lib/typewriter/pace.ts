/** The reader's choice: all at once, spread over the rhythm of arrivals, or keystrokes that trail further behind. */
export type PaceMode = "instant" | "smooth" | "typewriter";

/** How the page is looked at in this frame. Any of the three shows all there is, and none of it is replayed after. */
export type Viewing = { isHidden?: boolean; prefersReducedMotion?: boolean; isReplay?: boolean };

export type Pace = {
  /** The stream has brought `length` UTF-16 units in all. A length that is not above the last is ignored. */
  arrived(length: number, nowMs: number): void;
  /** The stream is over: what is left is out within 250 ms. */
  ended(nowMs: number): void;
  /** UTF-16 units that may be shown in this frame: never fewer than before, never more than have arrived. */
  advance(nowMs: number, viewing?: Viewing): number;
};

type Rhythm = { observe(gapMs: number): void; spreadMs(): number };
type Arrival = { end: number; atMs: number };
type Law = { spreadMs(rhythm: Rhythm): number; hardLagMs: number; leastPerSecond(shown: number): number };

/** Until a rhythm is known: about Claude's half-second bursts, so that the first of them leaves no hole. */
const FIRST_GAP_MS = 450;
const FIRST_GAP_WEIGHT_MS = 20;
const MEMORY_MS = 2000;
/** A longer silence is a stall, not the rhythm. */
const STALL_MS = 1200;
const LONGEST_GAP_MS = 600;
const LEAST_SPREAD_MS = 110;
const MOST_SPREAD_MS = 555;
const HARD_LAG_MS = 650;
/** Arrivals nearer together than this share one deadline. */
const MERGE_MS = 16;
/** Past this the oldest deadline gives way to the next one. */
const MOST_PENDING = 128;
/** The last of what is buffered slows down instead of stopping dead when the next arrival is late. */
const EASE_MS = 110;
/** Below the 120 units a reader sees as a jump, with room for a grapheme that was held back. */
const COMFORTABLE_UNITS_PER_FRAME = 112;
/** A frame counts for little more than the one before it: what a blocked page lost is forgiven, not caught up. */
const FRAME_GROWTH = 1.25;
const USUAL_FRAME_MS = 20;
/** Text that waited this long without a frame was waiting on a page nobody saw. */
const UNWATCHED_MS = 1000;
const END_MS = 220;
const OTHER_CLOCK_MS = 250;
const ROUNDING = 1e-6;

const SMOOTH: Law = { spreadMs: (rhythm) => rhythm.spreadMs(), hardLagMs: HARD_LAG_MS, leastPerSecond: () => 30 };
const TYPEWRITER: Law = { spreadMs: () => 1600, hardLagMs: 2000, leastPerSecond: keystrokesPerSecond };

/**
 * Returns the law of how much of a stream to show in each frame. It has no timer and no clock of its own.
 *
 * Every arrival has a deadline: its time plus the spread, which is the smoothed gap between arrivals and a share of
 * its deviation. The speed of a frame is the lowest that keeps all deadlines. Past the hard lag or the end of the
 * stream the speed has no limit, but text still comes by rate. `shownBefore` units were on the page already.
 */
export function createPace(mode: PaceMode, shownBefore = 0): Pace {
  const law = mode === "typewriter" ? TYPEWRITER : SMOOTH;
  const readClock = createForwardClock();
  const rhythm = createRhythm();
  const pending: Arrival[] = [];
  let received = shownBefore;
  let shown = shownBefore;
  let lastArrivalMs: number | undefined;
  let seenMs = 0;
  let lastFrameMs = 0;
  let endByMs = Number.POSITIVE_INFINITY;
  let wasShowingAll = false;

  /** The lowest speed, in units per millisecond, that has each arrival out `withinMs` after it came. */
  function speedToKeep(withinMs: number, atMs: number, leastTimeMs: number): number {
    let speed = 0;
    for (const arrival of pending) {
      const leftMs = Math.max(arrival.atMs + withinMs - atMs, leastTimeMs);
      speed = Math.max(speed, (arrival.end - shown) / leftMs);
    }
    return speed;
  }

  function unitsOfFrame(atMs: number, elapsedMs: number): number {
    const soonestMs = Math.max(elapsedMs, 1);
    const easeMs = endByMs === Number.POSITIVE_INFINITY ? EASE_MS : soonestMs;
    const wanted = speedToKeep(law.spreadMs(rhythm), atMs, easeMs);
    const comfortable = Math.max(wanted, law.leastPerSecond(shown) / 1000) * elapsedMs;
    const due = speedToKeep(law.hardLagMs, atMs, soonestMs) * elapsedMs;
    const dueAtEnd = ((received - shown) / Math.max(endByMs - atMs, soonestMs)) * elapsedMs;
    return Math.max(Math.min(comfortable, COMFORTABLE_UNITS_PER_FRAME), due, dueAtEnd);
  }

  function forgive(lostMs: number, atMs: number): void {
    for (const arrival of pending) arrival.atMs = Math.min(arrival.atMs + lostMs, atMs);
    if (endByMs !== Number.POSITIVE_INFINITY) endByMs = Math.min(endByMs + lostMs, atMs + END_MS);
  }

  function showAll(): void {
    shown = received;
    pending.length = 0;
  }

  return {
    arrived(length, nowMs) {
      const atMs = readClock(nowMs);
      if (length <= received) return;
      if (lastArrivalMs !== undefined) rhythm.observe(atMs - lastArrivalMs);
      lastArrivalMs = atMs;
      if (pending.length === 0) seenMs = atMs;
      received = length;
      const last = pending.at(-1);
      if (last && atMs - last.atMs < MERGE_MS) last.end = length;
      else pending.push({ end: length, atMs });
      if (pending.length > MOST_PENDING) pending.shift();
    },

    ended(nowMs) {
      endByMs = Math.min(endByMs, readClock(nowMs) + END_MS);
    },

    advance(nowMs, viewing = {}) {
      const atMs = readClock(nowMs);
      const unseenMs = atMs - seenMs;
      seenMs = atMs;
      const showsAll = mode === "instant" || !!(viewing.isHidden || viewing.prefersReducedMotion || viewing.isReplay);
      const isFirstLook = wasShowingAll || (pending.length > 0 && unseenMs > UNWATCHED_MS);
      wasShowingAll = showsAll;
      const elapsedMs = Math.min(unseenMs, Math.max(USUAL_FRAME_MS, lastFrameMs * FRAME_GROWTH));
      lastFrameMs = unseenMs;
      if (showsAll || isFirstLook) showAll();
      if (pending.length === 0) return shown;

      forgive(unseenMs - elapsedMs, atMs);
      const isFirst = shown === shownBefore;
      shown += Math.max(unitsOfFrame(atMs, elapsedMs), isFirst ? 1 : 0);
      while (pending[0] && pending[0].end <= shown + ROUNDING) pending.shift();
      if (pending.length === 0) shown = received;
      return Math.floor(shown + ROUNDING);
    },
  };
}

/**
 * A clock that never goes back. A frame's timestamp may be a little older than an arrival just before it: the clock
 * stands still until it is made up. A longer way back is another clock, and this one goes on from where it was.
 */
function createForwardClock(): (nowMs: number) => number {
  let clockMs = Number.NEGATIVE_INFINITY;
  let skewMs = 0;
  return (nowMs) => {
    if (nowMs + skewMs < clockMs - OTHER_CLOCK_MS) skewMs = clockMs - nowMs;
    clockMs = Math.max(clockMs, nowMs + skewMs);
    return clockMs;
  };
}

/**
 * Measures the gap between arrivals. Each gap weighs as long as it lasted, so that five pieces of one burst count as
 * one burst; and the memory starts short, so that a fast stream is known for fast within some 200 ms.
 */
function createRhythm(): Rhythm {
  let gapMs = FIRST_GAP_MS;
  let deviationMs = 0;
  let observedMs = FIRST_GAP_WEIGHT_MS;
  return {
    observe(rawGapMs) {
      if (rawGapMs > STALL_MS || rawGapMs <= 0) return;
      const observedGapMs = Math.min(rawGapMs, LONGEST_GAP_MS);
      observedMs = Math.min(observedMs + observedGapMs, MEMORY_MS);
      const weight = observedGapMs / observedMs;
      gapMs += (observedGapMs - gapMs) * weight;
      deviationMs += (Math.abs(observedGapMs - gapMs) - deviationMs) * weight;
    },
    spreadMs() {
      return Math.min(Math.max(gapMs * 1.05 + deviationMs * 1.5, LEAST_SPREAD_MS), MOST_SPREAD_MS);
    },
  };
}

/** About 32 keystrokes a second, each its own: the same place in a text always has the same speed. */
function keystrokesPerSecond(shown: number): number {
  const noise = Math.sin(Math.floor(shown) * 12.9898) * 43758.5453;
  return 24 + 16 * (noise - Math.floor(noise));
}
