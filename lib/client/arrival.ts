/** What a link to Platen carries in its fragment, which browsers never send: a code, or a move to this device. */
export type Arrival = { type: "code"; code: string } | { type: "device"; token: string };

declare global {
  interface Window {
    /** The fragment that the head's script took out of the address bar (before-paint.ts). */
    platenArrival?: string;
  }
}

/** What `fragment` carries, if it is one of ours. */
export function readArrival(fragment: string): Arrival | undefined {
  const [, kind, value] = /^#(code|device)=(.+)$/.exec(fragment) ?? [];
  if (value === undefined) return undefined;
  return kind === "code" ? { type: "code", code: decode(value) } : { type: "device", token: value };
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value; // A code with a percent sign that nobody encoded.
  }
}

/** What this page was opened with, once: it is gone from the address bar, and from the page. */
export function takeArrival(): Arrival | undefined {
  const fragment = window.platenArrival ?? window.location.hash;
  delete window.platenArrival;
  const arrival = readArrival(fragment);
  if (arrival !== undefined && window.location.hash !== "") {
    window.history.replaceState(null, "", window.location.pathname + window.location.search);
  }
  return arrival;
}
