import { sql } from "kysely";
import type { Queries } from "./database";

/** Adds to what was refused on `day`. */
export async function addRefusals(queries: Queries, day: string, counts: ReadonlyMap<string, number>): Promise<void> {
  if (counts.size === 0) return;
  await queries
    .insertInto("refusals")
    .values([...counts].sort().map(([code, count]) => ({ day, code, count })))
    .onConflict((conflict) =>
      conflict.columns(["day", "code"]).doUpdateSet({ count: sql`refusals.count + excluded.count` }),
    )
    .execute();
}

/** What was refused since `day`, the most frequent first. */
export async function readRefusals(queries: Queries, day: string, today: string) {
  const rows = await queries.selectFrom("refusals").selectAll().where("day", ">=", day).execute();
  const codes = new Map<string, { code: string; count: number; today: number }>();
  for (const row of rows) {
    const { count, today: ofToday } = codes.get(row.code) ?? { count: 0, today: 0 };
    codes.set(row.code, {
      code: row.code,
      count: count + row.count,
      today: ofToday + (row.day === today ? row.count : 0),
    });
  }
  return [...codes.values()].sort((left, right) => right.count - left.count);
}
