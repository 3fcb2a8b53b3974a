import type { Transaction } from "kysely";
import { type OwnerSettings, ownerSettings } from "@/lib/chat/owner";
import { durably, type Queries, type Store } from "./database";
import { lockDay } from "./ledger";
import type { Schema } from "./schema";

/** What the owner has set on their page; the defaults until then. */
export async function readOwnerSettings(queries: Queries): Promise<OwnerSettings> {
  const row = await queries.selectFrom("owner_settings").select("settings").executeTakeFirst();
  return ownerSettings.parse(row === undefined ? {} : JSON.parse(row.settings));
}

/**
 * Saves the settings as `change` makes them of what they are, and runs `then` in the same transaction. No call to the
 * model is let in while it runs: one that was let in before is seen by `then`, one after knows the new settings.
 */
export async function changeOwnerSettings(
  store: Store,
  day: string,
  change: (settings: OwnerSettings) => OwnerSettings,
  then: (transaction: Transaction<Schema>, settings: OwnerSettings) => Promise<void>,
): Promise<OwnerSettings> {
  return durably(store, async (transaction) => {
    await lockDay(transaction, day);
    const settings = change(await readOwnerSettings(transaction));
    const row = { settings: JSON.stringify(settings) };
    await transaction
      .insertInto("owner_settings")
      .values({ id: "owner", ...row })
      .onConflict((conflict) => conflict.column("id").doUpdateSet(row))
      .execute();
    await then(transaction, settings);
    return settings;
  });
}
