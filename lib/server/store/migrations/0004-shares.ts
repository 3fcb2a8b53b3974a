import type { Kysely } from "kysely";

export async function createShares(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("shares")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("visitor_id", "text", (column) => column.notNull().references("visitors.id").onDelete("cascade"))
    .addColumn("conversation_id", "text", (column) =>
      column.notNull().references("conversations.id").onDelete("cascade"),
    )
    .addColumn("title", "text", (column) => column.notNull())
    .addColumn("messages", "text", (column) => column.notNull())
    .addColumn("created_at", "text", (column) => column.notNull())
    .addColumn("expires_at", "text")
    .execute();
  await db.schema.createIndex("shares_of_visitor").on("shares").columns(["visitor_id", "created_at"]).execute();
  await db.schema.createIndex("shares_of_conversation").on("shares").column("conversation_id").execute();
  await db.schema.createIndex("shares_by_expiry").on("shares").column("expires_at").execute();
}
