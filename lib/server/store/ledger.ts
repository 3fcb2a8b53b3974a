import { type Selectable, sql, type Transaction } from "kysely";
import type { Queries } from "./database";
import type { Schema } from "./schema";

/** Who asks the model, as the ceilings see them. */
export type Spender = { visitorId: string; codeLabel: string | undefined };

/** What was held of the budget for one call to the model, and what it may use. */
export type Held = Spender & {
  id: string;
  /** UTC, as YYYY-MM-DD: the day the call was begun, also when it ends on the next. */
  day: string;
  model: string;
  maxOutputTokens: number;
  /** The part for reading. */
  inputMicroUsd: number;
  heldMicroUsd: number;
};

/** What a day's calls have cost, and what those under way may still cost. */
export type Spending = { spentMicroUsd: number; heldMicroUsd: number };

/** What a ceiling can stand over. */
export type Scope = "all" | "code" | "visitor";

type LedgerRow = Selectable<Schema["ledger"]>;
type Row = { scope: Schema["spending"]["scope"]; name: string };

const EVERYBODY: Row = { scope: "all", name: "" };
const NOTHING: Spending = { spentMicroUsd: 0, heldMicroUsd: 0 };

/** The rows that the ceilings over `spender` stand on. */
function ceilingRowsOf({ visitorId, codeLabel }: Spender): Row[] {
  return [
    EVERYBODY,
    ...(codeLabel === undefined ? [] : [{ scope: "code" as const, name: codeLabel }]),
    { scope: "visitor", name: visitorId },
  ];
}

/** The rows that a call of `spender` counts in, in the one order in which every transaction takes them. */
function rowsOf(spender: Spender & { model: string }): Row[] {
  return [...ceilingRowsOf(spender), { scope: "use", name: JSON.stringify([spender.codeLabel ?? "", spender.model]) }];
}

/**
 * What has been spent on `day` that counts for a call of `spender`. Until the transaction ends no other, on any instance,
 * can take or change the sums of that day.
 */
export async function lockSpending(
  transaction: Transaction<Schema>,
  day: string,
  spender: Spender & { model: string },
): Promise<ReadonlyMap<string, Spending>> {
  const rows = await addToSums(transaction, day, rowsOf(spender), NOTHING);
  return new Map(rows.map((row) => [row.scope, spendingOf(row)]));
}

/** The sums under the ceilings, without a lock: they may change the next moment. Those of nothing are left out. */
export async function readSums(
  queries: Queries,
  day: string,
  spender: Spender,
): Promise<ReadonlyMap<string, Spending>> {
  const rows = await queries
    .selectFrom("spending")
    .select(["scope", "held_micro_usd", "spent_micro_usd"])
    .where("day", "=", day)
    .where(({ or, and }) => or(ceilingRowsOf(spender).map((row) => and(row))))
    .execute();
  return new Map(rows.map((row) => [row.scope, spendingOf(row)]));
}

/** The same lock, by someone who spends nothing. */
export async function lockDay(transaction: Transaction<Schema>, day: string): Promise<void> {
  await addToSums(transaction, day, [EVERYBODY], NOTHING);
}

/** One statement for all sums: PostgreSQL locks the rows in the order of the values, so no two wait for each other. */
async function addToSums(transaction: Transaction<Schema>, day: string, rows: readonly Row[], added: Spending) {
  return transaction
    .insertInto("spending")
    .values(
      rows.map((row) => ({
        day,
        ...row,
        held_micro_usd: added.heldMicroUsd,
        spent_micro_usd: added.spentMicroUsd,
      })),
    )
    .onConflict((conflict) =>
      conflict.columns(["day", "scope", "name"]).doUpdateSet({
        held_micro_usd: sql`spending.held_micro_usd + excluded.held_micro_usd`,
        spent_micro_usd: sql`spending.spent_micro_usd + excluded.spent_micro_usd`,
      }),
    )
    .returning(["scope", "held_micro_usd", "spent_micro_usd"])
    .execute();
}

/** Holds the call's highest cost. The sums must have been locked in the same transaction. */
export async function hold(transaction: Transaction<Schema>, held: Held): Promise<void> {
  await transaction
    .insertInto("ledger")
    .values({
      id: held.id,
      day: held.day,
      visitor_id: held.visitorId,
      code_label: held.codeLabel ?? "",
      model: held.model,
      max_output_tokens: held.maxOutputTokens,
      input_micro_usd: held.inputMicroUsd,
      held_micro_usd: held.heldMicroUsd,
    })
    .execute();
  await addToSums(transaction, held.day, rowsOf(held), { heldMicroUsd: held.heldMicroUsd, spentMicroUsd: 0 });
}

/** What was held for the call `id`, and whether it is known by now what that one cost. */
export async function findHeld(queries: Queries, id: string): Promise<{ held: Held; isSettled: boolean } | undefined> {
  const row = await queries.selectFrom("ledger").selectAll().where("id", "=", id).executeTakeFirst();
  return row && { held: heldFromRow(row), isSettled: row.spent_micro_usd !== null };
}

function heldFromRow(row: LedgerRow): Held {
  return {
    id: row.id,
    day: row.day,
    visitorId: row.visitor_id,
    codeLabel: row.code_label === "" ? undefined : row.code_label,
    model: row.model,
    maxOutputTokens: row.max_output_tokens,
    inputMicroUsd: Number(row.input_micro_usd),
    heldMicroUsd: Number(row.held_micro_usd),
  };
}

/**
 * Replaces what was held for the call `id` by what it cost. However often: the first time counts. Nothing was held for
 * an answer that was stopped before it was asked for.
 */
export async function settleHeld(
  transaction: Transaction<Schema>,
  id: string,
  costMicroUsd: (held: Held) => number,
): Promise<void> {
  const row = await transaction
    .selectFrom("ledger")
    .selectAll()
    .where("id", "=", id)
    .where("spent_micro_usd", "is", null)
    .executeTakeFirst();
  if (row === undefined) return;
  const held = heldFromRow(row);
  const spentMicroUsd = costMicroUsd(held);
  const { numUpdatedRows } = await transaction
    .updateTable("ledger")
    .set({ spent_micro_usd: spentMicroUsd })
    .where("id", "=", id)
    .where("spent_micro_usd", "is", null)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return;
  await addToSums(transaction, held.day, rowsOf(held), { heldMicroUsd: -held.heldMicroUsd, spentMicroUsd });
}

/** The sums of `day` in that scope under that name, without a lock. */
export async function readSpending(queries: Queries, day: string, { scope, name }: Row): Promise<Spending> {
  const row = await queries
    .selectFrom("spending")
    .select(["held_micro_usd", "spent_micro_usd"])
    .where("day", "=", day)
    .where("scope", "=", scope)
    .where("name", "=", name)
    .executeTakeFirst();
  return row === undefined ? NOTHING : spendingOf(row);
}

function spendingOf(row: Pick<Selectable<Schema["spending"]>, "held_micro_usd" | "spent_micro_usd">): Spending {
  return { spentMicroUsd: Number(row.spent_micro_usd), heldMicroUsd: Number(row.held_micro_usd) };
}

/** What a day's calls to one model by those with one code ("": none is needed) have cost and may still cost. */
export type Use = Spending & { day: string; codeLabel: string; model: string };

/** All uses since `day`, in the order of days. */
export async function readUses(queries: Queries, day: string): Promise<Use[]> {
  const rows = await queries
    .selectFrom("spending")
    .selectAll()
    .where("day", ">=", day)
    .where("scope", "=", "use")
    .orderBy("day")
    .orderBy("name")
    .execute();
  return rows.map((row) => {
    const [codeLabel, model] = JSON.parse(row.name) as [string, string];
    return { day: row.day, codeLabel, model, ...spendingOf(row) };
  });
}

/** What the calls of `day` have cost and may still cost, for each model that was called. */
export async function readSpendingByModel(queries: Queries, day: string): Promise<(Spending & { model: string })[]> {
  const models = new Map<string, Spending>();
  for (const use of await readUses(queries, day)) {
    if (use.day !== day) continue;
    const { spentMicroUsd, heldMicroUsd } = models.get(use.model) ?? NOTHING;
    models.set(use.model, {
      spentMicroUsd: spentMicroUsd + use.spentMicroUsd,
      heldMicroUsd: heldMicroUsd + use.heldMicroUsd,
    });
  }
  return [...models].map(([model, spending]) => ({ model, ...spending }));
}

/** How many visitors have asked the model on `day`. */
export async function countSpenders(queries: Queries, day: string): Promise<number> {
  const { count } = await queries
    .selectFrom("spending")
    .select((select) => select.fn.countAll<number | string>().as("count"))
    .where("day", "=", day)
    .where("scope", "=", "visitor")
    .executeTakeFirstOrThrow();
  return Number(count);
}
