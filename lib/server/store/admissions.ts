import type { Queries, Store } from "./database";

/** Who asks, as the store knows them. */
export type Asker = { visitorId: string; addressHash: string };

/** How many answers a visitor, or a network, has asked for of late, and has under way on any instance. */
export type Admitted = { inMinute: number; inDay: number; underWay: number };

/** What `asker` has had, but for the answer `exceptId`, which may be saved already. Times are ISO 8601, UTC. */
export async function readAdmitted(
  queries: Queries,
  { visitorId, addressHash }: Asker,
  { exceptId, minuteAgo, dayAgo }: { exceptId: string; minuteAgo: string; dayAgo: string },
): Promise<{ visitor: Admitted; address: Admitted }> {
  const row = await queries
    .selectNoFrom(({ selectFrom }) => {
      const since = (column: "visitor_id" | "address_hash", value: string, at: string) =>
        selectFrom("admissions")
          .select(({ fn }) => fn.countAll().as("count"))
          .where(column, "=", value)
          .where("at", ">", at)
          .where("generation_id", "!=", exceptId);
      const underWay = (column: "admissions.visitor_id" | "admissions.address_hash", value: string) =>
        selectFrom("generations")
          .innerJoin("admissions", "admissions.generation_id", "generations.id")
          .select(({ fn }) => fn.countAll().as("count"))
          .where("generations.settled_at", "is", null)
          .where(column, "=", value)
          .where("generations.id", "!=", exceptId);
      return [
        since("visitor_id", visitorId, minuteAgo).as("visitor_minute"),
        since("visitor_id", visitorId, dayAgo).as("visitor_day"),
        underWay("admissions.visitor_id", visitorId).as("visitor_under_way"),
        since("address_hash", addressHash, minuteAgo).as("address_minute"),
        since("address_hash", addressHash, dayAgo).as("address_day"),
        underWay("admissions.address_hash", addressHash).as("address_under_way"),
      ];
    })
    .executeTakeFirstOrThrow();
  return {
    visitor: {
      inMinute: Number(row.visitor_minute),
      inDay: Number(row.visitor_day),
      underWay: Number(row.visitor_under_way),
    },
    address: {
      inMinute: Number(row.address_minute),
      inDay: Number(row.address_day),
      underWay: Number(row.address_under_way),
    },
  };
}

export async function saveAdmission(
  queries: Queries,
  { visitorId, addressHash }: Asker,
  { generationId, at }: { generationId: string; at: string },
): Promise<void> {
  await queries
    .insertInto("admissions")
    .values({ generation_id: generationId, visitor_id: visitorId, address_hash: addressHash, at })
    // The same id twice, because its conversation was deleted in between, is two answers.
    .onConflict((conflict) => conflict.columns(["generation_id", "at"]).doNothing())
    .execute();
}

/** Forgets who asked for answers before `before`; all of those have ended. */
export async function forgetAdmissions(store: Store, before: string): Promise<void> {
  await store.deleteFrom("admissions").where("at", "<", before).execute();
}
