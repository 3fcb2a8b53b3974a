/** What is heard: a key, the space bar, or the bell at the end of a line. */
export type Stroke = "key" | "space" | "bell";

/** A hand cannot strike faster, and an ear hears more than that as noise. */
const MIN_STROKE_GAP_MS = 45;
/** Many short lines, as in code, are no reason to ring for each. */
const MIN_BELL_GAP_MS = 1500;

/** Returns what is heard when `shown` appears at `nowMs`, one stroke at most; undefined for silence. */
export function createStrokes(): (shown: string, nowMs: number) => Stroke | undefined {
  let strokeAtMs = Number.NEGATIVE_INFINITY;
  let bellAtMs = Number.NEGATIVE_INFINITY;
  return (shown, nowMs) => {
    if (shown === "") return undefined;
    if (shown.includes("\n") && nowMs - bellAtMs >= MIN_BELL_GAP_MS) {
      bellAtMs = nowMs;
      strokeAtMs = nowMs;
      return "bell";
    }
    if (nowMs - strokeAtMs < MIN_STROKE_GAP_MS) return undefined;
    strokeAtMs = nowMs;
    return /\S/.test(shown) ? "key" : "space";
  };
}
