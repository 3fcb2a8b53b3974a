import type { PacingLaw } from "@/lib/typewriter/pace.traces";

/**
 * Ports of other projects' laws, from our reading notes of their published source (2026-11): only the arithmetic that
 * decides when text is shown, so an approximation of each.
 * Words are six units, since a trace has lengths and no text.
 */
export const PEERS: { name: string; create: () => PacingLaw }[] = [
  { name: "none", create: none },
  { name: "AI SDK smoothStream", create: smoothStream },
  { name: "assistant-ui useSmooth", create: useSmooth },
  { name: "Convex useSmoothText", create: useSmoothText },
  { name: "coder SmoothText", create: smoothText },
  { name: "markstream", create: markstream },
];

function none(): PacingLaw {
  let received = 0;
  return {
    arrived: (length) => {
      received = length;
    },
    ended: () => {},
    advance: () => received,
  };
}

/** vercel/ai smooth-stream.ts: a word, then 10 ms, then the next. */
function smoothStream(): PacingLaw {
  const WORD = 6;
  const DELAY_MS = 10;
  let received = 0;
  let shown = 0;
  let freeAtMs = 0;
  let hasEnded = false;
  return {
    arrived(length, nowMs) {
      if (received - shown < WORD) freeAtMs = Math.max(freeAtMs, nowMs);
      received = length;
    },
    ended() {
      hasEnded = true;
    },
    advance(nowMs) {
      for (; freeAtMs <= nowMs && received - shown >= WORD; freeAtMs += DELAY_MS) shown += WORD;
      if (hasEnded && received - shown < WORD) shown = received;
      return shown;
    },
  };
}

/** assistant-ui useSmooth.ts: min(5 ms, 250 ms ÷ backlog) a unit. */
function useSmooth(): PacingLaw {
  let received = 0;
  let shown = 0;
  let lastMs = 0;
  return {
    arrived(length, nowMs) {
      if (shown === received) lastMs = nowMs;
      received = length;
    },
    ended: () => {},
    advance(nowMs) {
      const unitMs = Math.min(5, 250 / Math.max(1, received - shown));
      const units = Math.min(received - shown, Math.floor((nowMs - lastMs) / unitMs));
      shown += units;
      lastMs = shown === received ? nowMs : lastMs + units * unitMs;
      return shown;
    },
  };
}

/** @convex-dev/agent useSmoothText.ts: 20 updates a second at a speed that follows the last update. */
function useSmoothText(): PacingLaw {
  let received = 0;
  let shown = 0;
  let updatedMs = 0;
  let tickMs = 0;
  let unitsPerMs = 0.128;
  let isInitial = true;
  return {
    arrived(length, nowMs) {
      const sinceMs = Math.max(1, nowMs - updatedMs);
      const latest = (length - received) / sinceMs;
      const correction = (latest - unitsPerMs + (received - shown) / sinceMs) / 2;
      const wanted = latest + (isInitial ? 0 : Math.max(0, correction));
      unitsPerMs = Math.min((2 * wanted + unitsPerMs) / 3, unitsPerMs * 2);
      isInitial = false;
      updatedMs = nowMs;
      received = length;
    },
    ended: () => {},
    advance(nowMs) {
      if (nowMs - tickMs < 50) return shown;
      shown = Math.min(received, shown + Math.floor((nowMs - tickMs) * unitsPerMs));
      tickMs = nowMs;
      return shown;
    },
  };
}

/** coder/coder SmoothTextEngine: 72 to 420 units a second by backlog, 48 a frame, never more than 120 behind. */
function smoothText(): PacingLaw {
  let received = 0;
  let shown = 0;
  let lastMs = 0;
  return {
    arrived: (length) => {
      received = length;
    },
    ended: () => {},
    advance(nowMs) {
      const perSecond = 72 + Math.min(1, (received - shown) / 180) * 348;
      const units = Math.min(48, ((nowMs - lastMs) / 1000) * perSecond);
      lastMs = nowMs;
      shown = Math.min(received, Math.max(shown + units, received - 120));
      return Math.floor(shown);
    },
  };
}

/** markstream-core smooth-stream-controller.ts: 30 commits a second, speed drawn towards backlog ÷ 0.9 s. */
function markstream(): PacingLaw {
  let received = 0;
  let shown = 0;
  let lastMs = 0;
  let perSecond = 40;
  return {
    arrived: (length) => {
      received = length;
    },
    ended: () => {},
    advance(nowMs) {
      if (nowMs - lastMs < 1000 / 30) return Math.floor(shown);
      const backlog = received - shown;
      const wanted = backlog / (backlog > 600 ? 0.35 : 0.9);
      perSecond = Math.min(1000, Math.max(40, perSecond + 0.2 * (wanted - perSecond)));
      shown = Math.min(received, shown + Math.min(80, (perSecond * (nowMs - lastMs)) / 1000));
      lastMs = nowMs;
      return Math.floor(shown);
    },
  };
}
