import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { expect, test } from "vitest";
import { openStore, type Store } from "@/lib/server/store/database";

function insert(store: Store, id: string, isRepeat: boolean): Promise<unknown> {
  const insertion = store.insertInto("visitors").values({ id, created_at: "" });
  return (isRepeat ? insertion.onConflict((conflict) => conflict.doNothing()) : insertion).execute();
}

test("what is written after a lock was waited out in vain is on the disk, and stays there", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "platen-locked-"));
  const store = await openStore({ dataDir });
  const other = new Database(join(dataDir, "platen.sqlite"));
  const stored = () =>
    (other.prepare("select id from visitors order by id").all() as { id: string }[]).map(({ id }) => id);
  other.exec("begin immediate");
  await expect(insert(store, "1", false)).rejects.toMatchObject({ code: "SQLITE_BUSY" });
  const begun = store.transaction().execute((transaction) => insert(transaction, "0", false));
  await expect(begun).rejects.toMatchObject({ code: "SQLITE_BUSY" });
  other.exec("rollback");
  // libsql leaves the failed statement at work; with it, these were told as written, and were lost.
  await insert(store, "1", true);
  await insert(store, "2", true);
  expect(stored()).toEqual(["1", "2"]);
  await insert(store, "3", false);
  expect(stored()).toEqual(["1", "2", "3"]);
  await store.destroy();
});
