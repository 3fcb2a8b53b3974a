import { dayOf } from "../budget";
import { forgetAdmissions } from "../store/admissions";
import type { Store } from "../store/database";
import { forgetImports } from "../store/room";
import { deleteExpiredShares } from "../store/shares";
import { errorFields, log } from "./log";

const DAY_MS = 24 * 60 * 60 * 1000;
/** So many rows a statement, and a pause after each: writers of answers wait for none of it. */
const ROWS_A_STEP = 20;
const PAUSE_MS = 25;
/** A Stop for an answer that nobody began matters only until its PUT arrives. */
const KEEP_STOP_MARKS_DAYS = 1;
/** Who asked for how much, and what came from which network, is counted over a day. */
const KEEP_ADMISSIONS_DAYS = 1;
/** What calls cost and what was refused: a year, so that the owner can compare months. */
const KEEP_ACCOUNTS_DAYS = 400;

/** Deletes now, and then daily for as long as the process lives, what is older than it may become. */
export function keepRetention(store: Store, retentionDays: number | undefined): void {
  const sweep = () =>
    deleteOutdated(store, retentionDays, new Date()).catch((error: unknown) =>
      log("error", "retention", errorFields(error)),
    );
  void sweep();
  setInterval(sweep, DAY_MS).unref();
}

/**
 * Deletes conversations in which nobody has written for `retentionDays`, pinned or not, with their answers and shares;
 * and, always, what serves nobody any more. Returns how many conversations went.
 */
export async function deleteOutdated(store: Store, retentionDays: number | undefined, now: Date): Promise<number> {
  const before = (days: number) => new Date(now.getTime() - days * DAY_MS).toISOString();
  await inSteps(() => deleteStopMarks(store, before(KEEP_STOP_MARKS_DAYS)));
  await forgetAdmissions(store, before(KEEP_ADMISSIONS_DAYS));
  await forgetImports(store, before(KEEP_ADMISSIONS_DAYS));
  await deleteAccounts(store, dayOf(before(KEEP_ACCOUNTS_DAYS)));
  await deleteExpiredShares(store, now.toISOString());
  if (retentionDays === undefined) return 0;
  const deleted = await inSteps(() => deleteConversationsBefore(store, before(retentionDays)));
  if (deleted > 0) log("info", "retention", { conversations: deleted });
  return deleted;
}

/** Repeats a step until it finds nothing more; returns how many rows went. */
async function inSteps(step: () => Promise<{ numDeletedRows: bigint }>): Promise<number> {
  let deleted = 0;
  for (;;) {
    const rows = Number((await step()).numDeletedRows);
    deleted += rows;
    if (rows < ROWS_A_STEP) return deleted;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/** What hangs on a conversation goes with it, by its foreign keys. */
function deleteConversationsBefore(store: Store, time: string) {
  return (
    store
      .deleteFrom("conversations")
      .where("id", "in", (select) =>
        select.selectFrom("conversations").select("id").where("updated_at", "<", time).limit(ROWS_A_STEP),
      )
      // Somebody may have written in it since.
      .where("updated_at", "<", time)
      .executeTakeFirstOrThrow()
  );
}

function deleteStopMarks(store: Store, time: string) {
  return store
    .deleteFrom("generations")
    .where("id", "in", (select) =>
      select
        .selectFrom("generations")
        .select("id")
        .where("conversation_id", "is", null)
        .where("created_at", "<", time)
        .limit(ROWS_A_STEP),
    )
    .where("conversation_id", "is", null)
    .executeTakeFirstOrThrow();
}

async function deleteAccounts(store: Store, day: string): Promise<void> {
  await store.deleteFrom("ledger").where("day", "<", day).execute();
  await store.deleteFrom("spending").where("day", "<", day).execute();
  await store.deleteFrom("refusals").where("day", "<", day).execute();
}
