export type DayGroup<Entry> = { label: string; entries: Entry[] };

/**
 * `entries`, newest first, by when they were last written in: Today, Yesterday, Previous 7 days, Previous 30 days, then
 * by month. Days are those of the reader's own clock, at `now`.
 */
export function groupByDay<Entry extends { updatedAt: string }>(
  entries: readonly Entry[],
  now: Date,
): DayGroup<Entry>[] {
  const groups: DayGroup<Entry>[] = [];
  for (const entry of entries) {
    const label = labelOf(new Date(entry.updatedAt), now);
    const open = groups.at(-1);
    if (open?.label === label) open.entries.push(entry);
    else groups.push({ label, entries: [entry] });
  }
  return groups;
}

function labelOf(time: Date, now: Date): string {
  const daysAgo = dayOf(now) - dayOf(time);
  // A clock that is a little ahead of ours writes in the future.
  if (daysAgo <= 0) return "Today";
  if (daysAgo === 1) return "Yesterday";
  if (daysAgo <= 7) return "Previous 7 days";
  if (daysAgo <= 30) return "Previous 30 days";
  const isThisYear = time.getFullYear() === now.getFullYear();
  return time.toLocaleDateString("en", isThisYear ? { month: "long" } : { month: "long", year: "numeric" });
}

/** Counts days by their dates: not all of them have 24 hours. */
function dayOf(time: Date): number {
  return Date.UTC(time.getFullYear(), time.getMonth(), time.getDate()) / 86_400_000;
}
