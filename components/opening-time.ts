/** When a spent budget opens again, on the reader's own clock: "That is 01:00 where you are." */
export function openingTime(retryAfterSeconds: number, nowMs: number, language?: string): string {
  const opening = new Date(Math.round((nowMs + retryAfterSeconds * 1000) / MINUTE_MS) * MINUTE_MS);
  const time = opening.toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });
  return `That is ${time} where you are.`;
}

const MINUTE_MS = 60_000;
