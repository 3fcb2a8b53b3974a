import { type Kysely, sql } from "kysely";

export async function createBranches(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("conversations").addColumn("temporary_until", "text").execute();
  await db.schema
    .createIndex("temporary_conversations")
    .on("conversations")
    .column("temporary_until")
    .where(sql.ref("temporary_until"), "is not", null)
    .execute();

  await db.schema
    .createTable("listed_models")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("position", "integer", (column) => column.notNull())
    .addColumn("data", "text", (column) => column.notNull())
    .addColumn("listed_at", "text", (column) => column.notNull())
    .execute();
}
