import type { Kysely } from "kysely";

/** What the gate and the limits count, and the one-time links to another device. Nothing of it is kept beyond a day. */
export async function createWalls(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("admissions")
    .addColumn("generation_id", "text", (column) => column.notNull())
    .addColumn("visitor_id", "text", (column) => column.notNull())
    .addColumn("address_hash", "text", (column) => column.notNull())
    .addColumn("at", "text", (column) => column.notNull())
    .addPrimaryKeyConstraint("admissions_pk", ["generation_id", "at"])
    .execute();
  await db.schema.createIndex("admissions_of_visitor").on("admissions").columns(["visitor_id", "at"]).execute();
  await db.schema.createIndex("admissions_of_address").on("admissions").columns(["address_hash", "at"]).execute();
  await db.schema.createIndex("admissions_by_time").on("admissions").column("at").execute();

  await db.schema
    .createTable("tries")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("address_hash", "text", (column) => column.notNull())
    .addColumn("at", "text", (column) => column.notNull())
    .execute();
  await db.schema.createIndex("tries_of_address").on("tries").columns(["address_hash", "at"]).execute();
  await db.schema.createIndex("tries_by_time").on("tries").column("at").execute();

  await db.schema
    .createTable("device_links")
    .addColumn("token_hash", "text", (column) => column.primaryKey())
    .addColumn("visitor_id", "text", (column) => column.notNull().unique())
    .addColumn("sealed", "text", (column) => column.notNull())
    .addColumn("expires_at", "text", (column) => column.notNull())
    .execute();
}
