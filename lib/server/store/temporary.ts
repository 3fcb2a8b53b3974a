import type { Queries, Store } from "./database";

/** Keeps the visitor's conversation until `until`, if it is a temporary one. */
export async function keepTemporary(queries: Queries, visitorId: string, id: string, until: string): Promise<void> {
  await queries
    .updateTable("conversations")
    .set({ temporary_until: until })
    .where("id", "=", id)
    .where("visitor_id", "=", visitorId)
    .where("temporary_until", "is not", null)
    .execute();
}

/** Deletes the temporary conversations whose pages gave no sign until `now`. One with an answer under way waits for its end. */
export async function deleteForgotten(store: Store, now: string): Promise<number> {
  const { numDeletedRows } = await store
    .deleteFrom("conversations")
    .where("temporary_until", "<", now)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("generations")
            .select("generations.id")
            .whereRef("generations.conversation_id", "=", "conversations.id")
            .where("generations.settled_at", "is", null),
        ),
      ),
    )
    .executeTakeFirst();
  return Number(numDeletedRows);
}
