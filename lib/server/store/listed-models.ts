import { durably, lockKeys, type Store } from "./database";

/** Replaces the list of models by `models`, in their order. */
export async function saveListedModels<Model extends { id: string }>(
  store: Store,
  models: readonly Model[],
  now: string,
): Promise<void> {
  await durably(store, async (transaction) => {
    await lockKeys(transaction, ["listed_models"]);
    await transaction.deleteFrom("listed_models").execute();
    if (models.length === 0) return;
    const rows = models.map((model, position) => ({
      id: model.id,
      position,
      data: JSON.stringify(model),
      listed_at: now,
    }));
    await transaction.insertInto("listed_models").values(rows).execute();
  });
}

/** The models listed after `since`, in their order. */
export async function readListedModels<Model>(store: Store, since: string): Promise<Model[]> {
  const rows = await store
    .selectFrom("listed_models")
    .select("data")
    .where("listed_at", ">", since)
    .orderBy("position")
    .execute();
  return rows.map(({ data }) => JSON.parse(data) as Model);
}

export async function isListedModel(store: Store, id: string, since: string): Promise<boolean> {
  const row = await store
    .selectFrom("listed_models")
    .select("id")
    .where("id", "=", id)
    .where("listed_at", ">", since)
    .executeTakeFirst();
  return row !== undefined;
}
