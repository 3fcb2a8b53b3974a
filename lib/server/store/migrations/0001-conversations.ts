import type { Kysely } from "kysely";

export async function createConversations(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("visitors")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("created_at", "text", (column) => column.notNull())
    .execute();

  await db.schema
    .createTable("conversations")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("visitor_id", "text", (column) => column.notNull().references("visitors.id").onDelete("cascade"))
    .addColumn("title", "text", (column) => column.notNull())
    .addColumn("pinned", "integer", (column) => column.notNull().defaultTo(0))
    .addColumn("leaf_id", "text")
    .addColumn("created_at", "text", (column) => column.notNull())
    .addColumn("updated_at", "text", (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex("conversations_of_visitor")
    .on("conversations")
    .columns(["visitor_id", "updated_at", "id"])
    .execute();

  await db.schema
    .createTable("messages")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("conversation_id", "text", (column) =>
      column.notNull().references("conversations.id").onDelete("cascade"),
    )
    .addColumn("parent_id", "text", (column) => column.references("messages.id").onDelete("cascade"))
    .addColumn("position", "integer", (column) => column.notNull())
    .addColumn("role", "text", (column) => column.notNull())
    .addColumn("content", "text", (column) => column.notNull())
    .addColumn("outcome", "text")
    .addColumn("model", "text")
    .addColumn("usage", "text")
    .addColumn("created_at", "text", (column) => column.notNull())
    .addUniqueConstraint("message_position", ["conversation_id", "position"])
    .execute();
  await db.schema.createIndex("messages_by_parent").on("messages").column("parent_id").execute();

  await db.schema
    .createTable("generations")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("visitor_id", "text", (column) => column.notNull().references("visitors.id").onDelete("cascade"))
    .addColumn("conversation_id", "text", (column) => column.references("conversations.id").onDelete("cascade"))
    .addColumn("parent_id", "text")
    .addColumn("model", "text")
    .addColumn("outcome", "text")
    .addColumn("created_at", "text", (column) => column.notNull())
    .addColumn("settled_at", "text")
    .addColumn("instance_id", "text")
    .addColumn("lease_until", "text")
    .addColumn("stop_requested_at", "text")
    .addColumn("stop_shown", "integer")
    .addColumn("attended_until", "text")
    .execute();
  await db.schema
    .createIndex("generations_of_visitor")
    .on("generations")
    .columns(["visitor_id", "created_at"])
    .execute();
  await db.schema.createIndex("generations_of_conversation").on("generations").column("conversation_id").execute();
  await db.schema.createIndex("generations_by_settled").on("generations").column("settled_at").execute();

  await db.schema
    .createTable("generation_events")
    .addColumn("generation_id", "text", (column) => column.notNull().references("generations.id").onDelete("cascade"))
    .addColumn("n", "integer", (column) => column.notNull())
    .addColumn("data", "text", (column) => column.notNull())
    .addColumn("at_ms", "integer", (column) => column.notNull())
    .addPrimaryKeyConstraint("generation_events_pk", ["generation_id", "n"])
    .execute();
}
