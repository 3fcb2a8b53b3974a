import { sql, type Transaction } from "kysely";
import type { Asker } from "./admissions";
import type { Queries, Store } from "./database";
import type { Schema } from "./schema";

/** Bytes that the visitor's conversations take, as triggers count them (migration 0008), and the copies behind their links. */
export async function roomTaken(queries: Queries, visitorId: string): Promise<number> {
  const { rows } = await sql<{ bytes: number | string }>`select
    (select coalesce(sum(bytes), 0) from conversations where visitor_id = ${visitorId})
    + (select coalesce(sum(octet_length(messages)), 0) from shares where visitor_id = ${visitorId}) as bytes`.execute(
    queries,
  );
  return Number(rows[0]?.bytes ?? 0);
}

/** Bytes of the conversation `id`; 0 where there is none. */
export async function roomOf(queries: Queries, id: string): Promise<number> {
  const row = await queries.selectFrom("conversations").select("bytes").where("id", "=", id).executeTakeFirst();
  return Number(row?.bytes ?? 0);
}

/** Bytes that a network has imported after `since`, by all its visitors, whether they are still there or not. */
export async function importedFrom(queries: Queries, addressHash: string, since: string): Promise<number> {
  const { bytes } = await queries
    .selectFrom("imports")
    .select(({ fn }) => fn.sum<number | string | null>("bytes").as("bytes"))
    .where("address_hash", "=", addressHash)
    .where("at", ">", since)
    .executeTakeFirstOrThrow();
  return Number(bytes ?? 0);
}

export type RunningImport = { id: string; at: string; asker: Asker };

/** Adds to what the import has brought. */
export async function countImported(
  transaction: Transaction<Schema>,
  { id, at, asker }: RunningImport,
  bytes: number,
): Promise<void> {
  await transaction
    .insertInto("imports")
    .values({ id, address_hash: asker.addressHash, at, bytes })
    .onConflict((conflict) => conflict.column("id").doUpdateSet({ bytes: sql<number>`imports.bytes + excluded.bytes` }))
    .execute();
}

/** Forgets what was imported before `before`. */
export async function forgetImports(store: Store, before: string): Promise<void> {
  await store.deleteFrom("imports").where("at", "<", before).execute();
}
