import { epochMs } from "./clock";
import { parseEvent, textOf, type WireEvent, wireEvent } from "./events";

const UNSTAMPED = "⟦0000000000000.000⟧";
const STAMP = /⟦(\d{13}\.\d{3})⟧/g;

/** The times, in epoch ms, that stand in a text made under `stampDeltas`. */
export function stampsIn(text: string): number[] {
  return Array.from(text.matchAll(STAMP), ([, time]) => Number(time));
}

/** The event with a place for a stamp instead of its text; itself when it carries none. */
export function withPlaceForStamp(event: WireEvent): WireEvent {
  const parsed = parseEvent(event);
  if (parsed?.type !== "content_block_delta" || textOf(event) === "") return event;
  return wireEvent({ ...parsed, delta: { type: "text_delta", text: UNSTAMPED } });
}

/** The text with the present moment in every place for a stamp. Its length in bytes stays. */
export function stampNow(text: string): string {
  return text.replaceAll(UNSTAMPED, `⟦${epochMs().toFixed(3)}⟧`);
}
