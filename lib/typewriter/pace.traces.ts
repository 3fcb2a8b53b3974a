/** Test data: arrival traces, a frame loop on a virtual clock, and the figures read from a run. Not part of the app. */

export type Trace = { name: string; arrivals: { length: number; atMs: number }[]; endedMs: number };

/** The law under test, as the frame loop sees it: lengths are UTF-16 units since the start. */
export type PacingLaw = {
  arrived(length: number, nowMs: number): void;
  ended(nowMs: number): void;
  advance(nowMs: number): number;
};

export type Display = {
  framesPerSecond: number;
  /** Shifts each frame by up to this share of its length. */
  jitter?: number;
  /** No frame from the first to the second time; arrivals in between are told at the second, as a blocked page does. */
  frozenMs?: [number, number];
};

export type Figures = {
  lagP50Ms: number;
  lagP95Ms: number;
  lagWorstMs: number;
  /** Longest time with nothing new, between the first and the last unit shown before the stream ended. */
  longestPauseMs: number;
  /** sd ÷ mean of the units shown per frame, over the frames after the first reveal, up to the last before the end. */
  variationPerFrame: number;
  /** The same per 100 ms, which is about how others count. */
  variationPer100Ms: number;
  largestJump: number;
  /** From the end of the stream until all is out; 0 when it was before. */
  tailMs: number;
  firstFrameMs: number;
};

export const SIXTY_FRAMES: Display = { framesPerSecond: 60 };

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function traceOf(name: string, deltas: { afterMs: number; units: number }[], endAfterMs = 20): Trace {
  let atMs = 0;
  let length = 0;
  const arrivals = deltas.map(({ afterMs, units }) => {
    atMs += afterMs;
    length += units;
    return { length, atMs };
  });
  return { name, arrivals, endedMs: atMs + endAfterMs };
}

function repeat(count: number, delta: (index: number) => { afterMs: number; units: number }) {
  return Array.from({ length: count }, (_, index) => delta(index));
}

/** `unitsPerSecond` in deltas of `units`, for eight seconds. `jitter` is the share by which a gap may differ. */
export function steady(unitsPerSecond: number, units: number, jitter = 0, seed = 1): Trace {
  const random = createRandom(seed);
  const gapMs = (units / unitsPerSecond) * 1000;
  const delta = () => ({ afterMs: gapMs * (1 + jitter * (2 * random() - 1)), units });
  return traceOf(`${unitsPerSecond}/s by ${units}`, repeat(Math.round(8000 / gapMs), delta));
}

/** 85 units each 470 ms to the millisecond. */
export function clockworkClaude(count = 17): Trace {
  return traceOf(
    "Claude, clockwork",
    repeat(count, () => ({ afterMs: 470, units: 85 })),
  );
}

/** Gaps with p50 470 and p90 558 ms (log-normal), 85 units give or take `unitsSpread` (one sd, as a share). */
export function claude(seed: number, { count = 17, unitsSpread = 0, pieces = 1 } = {}): Trace {
  const random = createRandom(seed);
  const deltas = repeat(count, () => ({
    afterMs: 470 * Math.exp((Math.log(558 / 470) / 1.2816) * normal(random)),
    units: Math.max(10, Math.round(85 * (1 + unitsSpread * normal(random)))),
  }));
  const cut = deltas.flatMap(({ afterMs, units }) =>
    repeat(pieces, (piece) => ({
      afterMs: piece === 0 ? afterMs : 3,
      units: Math.floor(((piece + 1) * units) / pieces) - Math.floor((piece * units) / pieces),
    })),
  );
  return traceOf("Claude, jittered", cut);
}

export function dump(units = 3000, endAfterMs = 2000): Trace {
  return traceOf(`dump of ${units}`, [{ afterMs: 100, units }], endAfterMs);
}

export function dumpThenTrickle(units = 3000): Trace {
  return traceOf(`dump of ${units}, then 40/s`, [
    { afterMs: 100, units },
    ...repeat(200, () => ({ afterMs: 25, units: 1 })),
  ]);
}

/** 250/s for two seconds, nothing for `stallMs`, then all that was missed at once, then 250/s again. */
export function stallThenFlood(stallMs = 5000): Trace {
  const usual = repeat(125, () => ({ afterMs: 16, units: 4 }));
  return traceOf(`stall of ${stallMs} ms, then a flood`, [
    ...usual,
    { afterMs: stallMs, units: Math.round(stallMs / 4) },
    ...usual,
  ]);
}

/** Claude's rhythm with a silence of `stallMs` in the middle and all that was missed after it. */
export function claudeThenFlood(seed: number, stallMs = 5000): Trace {
  const random = createRandom(seed);
  const usual = () => ({ afterMs: 470 * Math.exp(0.134 * normal(random)), units: 85 });
  const flood = { afterMs: stallMs, units: Math.round((stallMs / 470) * 85) };
  return traceOf(`Claude, stall of ${stallMs} ms, flood`, [...repeat(8, usual), flood, ...repeat(8, usual)]);
}

/** Eight bursts of 20 deltas of 10 units, 2 ms apart, and a second of silence after each. */
export function bursts(): Trace {
  return traceOf(
    "bursts of 200",
    repeat(160, (index) => ({ afterMs: index % 20 === 0 ? 1000 : 2, units: 10 })),
  );
}

type Reveal = { atMs: number; shown: number };

/** Runs `law` against `trace` on a virtual clock until all is shown, at most 60 s after the end. */
export function simulate(trace: Trace, law: PacingLaw, display: Display = SIXTY_FRAMES): Figures {
  return figuresOf(trace, revealsOf(trace, law, display));
}

function revealsOf(trace: Trace, law: PacingLaw, display: Display): Reveal[] {
  const frameMs = 1000 / display.framesPerSecond;
  const random = createRandom(7);
  const total = trace.arrivals.at(-1)?.length ?? 0;
  const reveals: Reveal[] = [];
  let next = 0;
  let hasEnded = false;
  for (let frame = 0; frame * frameMs < trace.endedMs + 60_000; frame++) {
    const nowMs = frame * frameMs + (display.jitter ?? 0) * frameMs * random();
    const [freezeMs, thawMs] = display.frozenMs ?? [0, 0];
    if (nowMs >= freezeMs && nowMs < thawMs) continue;
    const toldMs = (atMs: number) => (atMs >= freezeMs && atMs < thawMs ? thawMs : atMs);
    for (
      let arrival = trace.arrivals[next];
      arrival && toldMs(arrival.atMs) <= nowMs;
      arrival = trace.arrivals[++next]
    ) {
      law.arrived(arrival.length, toldMs(arrival.atMs));
    }
    if (!hasEnded && toldMs(trace.endedMs) <= nowMs) {
      hasEnded = true;
      law.ended(toldMs(trace.endedMs));
    }
    reveals.push({ atMs: nowMs, shown: law.advance(nowMs) });
    if (hasEnded && (reveals.at(-1)?.shown ?? 0) >= total) return reveals;
  }
  return reveals;
}

function figuresOf(trace: Trace, reveals: Reveal[]): Figures {
  const lags: number[] = [];
  const jumps: { atMs: number; units: number }[] = [];
  let arrival = 0;
  let before = 0;
  for (const { atMs, shown } of reveals) {
    jumps.push({ atMs, units: shown - before });
    for (let unit = before; unit < shown; unit++) {
      while ((trace.arrivals[arrival]?.length ?? Number.POSITIVE_INFINITY) <= unit) arrival++;
      lags.push(atMs - (trace.arrivals[arrival]?.atMs ?? atMs));
    }
    before = shown;
  }
  const total = trace.arrivals.at(-1)?.length ?? 0;
  if (before !== total) throw new Error(`only ${before} of ${total} units were shown`);
  const firstMs = jumps.find(({ units }) => units > 0)?.atMs ?? 0;
  const lastMs = jumps.findLast(({ units }) => units > 0)?.atMs ?? 0;
  const whileStreaming = jumps.filter(({ atMs }) => atMs > firstMs && atMs <= Math.min(lastMs, trace.endedMs));
  return {
    ...lagFigures(lags),
    longestPauseMs: longestPause(firstMs, whileStreaming),
    variationPerFrame: variation(whileStreaming.map(({ units }) => units)),
    variationPer100Ms: variation(perBin(whileStreaming, 100)),
    largestJump: Math.max(...jumps.map(({ units }) => units)),
    tailMs: Math.max(0, lastMs - trace.endedMs),
    firstFrameMs: firstMs - (trace.arrivals[0]?.atMs ?? 0),
  };
}

function lagFigures(lags: number[]) {
  const sorted = lags.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { lagP50Ms: at(0.5), lagP95Ms: at(0.95), lagWorstMs: at(1) };
}

function longestPause(firstMs: number, jumps: { atMs: number; units: number }[]): number {
  let longestMs = 0;
  let sinceMs = firstMs;
  for (const { atMs, units } of jumps) {
    longestMs = Math.max(longestMs, atMs - sinceMs);
    if (units > 0) sinceMs = atMs;
  }
  return longestMs;
}

function perBin(jumps: { atMs: number; units: number }[], binMs: number): number[] {
  const startMs = jumps[0]?.atMs ?? 0;
  const bins: number[] = [];
  for (const { atMs, units } of jumps) {
    const bin = Math.floor((atMs - startMs) / binMs);
    while (bins.length <= bin) bins.push(0);
    bins[bin] = (bins[bin] ?? 0) + units;
  }
  return bins.slice(0, -1);
}

function variation(values: number[]): number {
  if (values.length === 0) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return mean === 0 ? 0 : Math.sqrt(variance) / mean;
}

/** The median of each figure over several runs. */
export function medians(runs: Figures[]): Figures {
  return perFigure(runs, (values) => values[Math.floor(values.length / 2)] ?? 0);
}

/** The largest of each figure over several runs. */
export function worst(runs: Figures[]): Figures {
  return perFigure(runs, (values) => values.at(-1) ?? 0);
}

function perFigure(runs: Figures[], pick: (sorted: number[]) => number): Figures {
  const of = (read: (run: Figures) => number) => pick(runs.map(read).toSorted((a, b) => a - b));
  return {
    lagP50Ms: of((run) => run.lagP50Ms),
    lagP95Ms: of((run) => run.lagP95Ms),
    lagWorstMs: of((run) => run.lagWorstMs),
    longestPauseMs: of((run) => run.longestPauseMs),
    variationPerFrame: of((run) => run.variationPerFrame),
    variationPer100Ms: of((run) => run.variationPer100Ms),
    largestJump: of((run) => run.largestJump),
    tailMs: of((run) => run.tailMs),
    firstFrameMs: of((run) => run.firstFrameMs),
  };
}
