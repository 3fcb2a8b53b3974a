import { type Kysely, sql } from "kysely";

export async function createMoney(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("ledger")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("day", "text", (column) => column.notNull())
    .addColumn("visitor_id", "text", (column) => column.notNull())
    .addColumn("code_label", "text", (column) => column.notNull())
    .addColumn("model", "text", (column) => column.notNull())
    .addColumn("max_output_tokens", "integer", (column) => column.notNull())
    .addColumn("input_micro_usd", "bigint", (column) => column.notNull())
    .addColumn("held_micro_usd", "bigint", (column) => column.notNull())
    .addColumn("spent_micro_usd", "bigint")
    .execute();
  await db.schema.createIndex("ledger_by_day").on("ledger").column("day").execute();

  await db.schema
    .createTable("spending")
    .addColumn("day", "text", (column) => column.notNull())
    .addColumn("scope", "text", (column) => column.notNull())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("held_micro_usd", "bigint", (column) => column.notNull().defaultTo(sql`0`))
    .addColumn("spent_micro_usd", "bigint", (column) => column.notNull().defaultTo(sql`0`))
    .addPrimaryKeyConstraint("spending_pk", ["day", "scope", "name"])
    .execute();

  await db.schema
    .createTable("owner_settings")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("settings", "text", (column) => column.notNull())
    .execute();

  await db.schema
    .createTable("refusals")
    .addColumn("day", "text", (column) => column.notNull())
    .addColumn("code", "text", (column) => column.notNull())
    .addColumn("count", "integer", (column) => column.notNull())
    .addPrimaryKeyConstraint("refusals_pk", ["day", "code"])
    .execute();
}
