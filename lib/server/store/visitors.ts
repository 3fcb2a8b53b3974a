import type { Queries } from "./database";

/** How many visitors have ever kept anything here. */
export async function countVisitors(queries: Queries): Promise<number> {
  const { count } = await queries
    .selectFrom("visitors")
    .select((select) => select.fn.countAll<number | string>().as("count"))
    .executeTakeFirstOrThrow();
  return Number(count);
}
