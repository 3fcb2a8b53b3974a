import { shown, table } from "./server/figures";

/** What is promised: a figure that must not be passed. */
export type Bar = { name: string; atMost: number; measured: number };

export type JudgedBar = Bar & { isMet: boolean };

/** The bars with a verdict. A figure that is none meets no bar. */
export function judge(bars: readonly Bar[]): JudgedBar[] {
  return bars.map((bar) => ({ ...bar, isMet: bar.measured <= bar.atMost }));
}

export function barsTable(bars: readonly JudgedBar[]): string {
  return table(
    ["bar", "at most", "measured", "met"],
    bars.map(({ name, atMost, measured, isMet }) => [name, figure(atMost), figure(measured), isMet ? "yes" : "no"]),
  );
}

function figure(value: number): string {
  return Number.isInteger(value) ? String(value) : shown(value);
}
