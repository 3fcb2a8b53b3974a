import type { OwnerOverview } from "@/lib/chat/owner";

export type Grouping = "codeLabel" | "model";

/** A day's bar, the parts in the order of the series, from the foot up. */
export type Stack = { day: string; totalUsd: number; parts: readonly { series: number; usd: number }[] };

export type Stacks = { series: readonly string[]; stacks: readonly Stack[]; highestUsd: number };

/** As many series as can be told apart; the last of them stands for all the others. */
const MOST_SERIES = 6;
const OTHERS = "Others";

/** What was spent on each day, divided by code or by model: the series that cost most first. */
export function stacksOf({ days, spent }: Pick<OwnerOverview, "days" | "spent">, by: Grouping): Stacks {
  const totals = new Map<string, number>();
  for (const use of spent) totals.set(use[by], (totals.get(use[by]) ?? 0) + use.usd);
  const names = [...totals].sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1)).map(([name]) => name);
  const series = names.length <= MOST_SERIES ? names : [...names.slice(0, MOST_SERIES - 1), OTHERS];
  const indexes = new Map(names.map((name, index) => [name, Math.min(index, series.length - 1)]));
  const stacks = days.map((day) => {
    const sums = series.map(() => 0);
    for (const use of spent) {
      const index = indexes.get(use[by]);
      if (use.day === day && index !== undefined) sums[index] = (sums[index] ?? 0) + use.usd;
    }
    const parts = sums.flatMap((usd, index) => (usd > 0 ? [{ series: index, usd }] : []));
    return { day, totalUsd: parts.reduce((sum, { usd }) => sum + usd, 0), parts };
  });
  return { series, stacks, highestUsd: Math.max(0, ...stacks.map(({ totalUsd }) => totalUsd)) };
}

/** The next number of dollars above `usd` that a scale may end with: 1, 2 or 5 at some place. */
export function scaleEnd(usd: number): number {
  if (usd <= 0) return 1;
  const place = 10 ** Math.floor(Math.log10(usd));
  const step = [1, 2, 5, 10].find((factor) => usd <= factor * place) ?? 10;
  // 3 × 0.1 is not 0.3.
  return Number((step * place).toPrecision(1));
}
