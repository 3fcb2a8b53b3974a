import { settledContent } from "@/lib/chat/conversation";
import { type Committer, createCommitter } from "./committer";
import { environment } from "./env";
import { errorFields, log } from "./log";
import { processWide } from "./process-wide";
import type { RunningGeneration } from "./running-generation";
import { readLoggedContent } from "./store/conversations";
import { openStore, type Store } from "./store/database";
import type { Begun } from "./store/generation-log";
import { commit, readOpenGenerations } from "./store/generation-log";

/** What there is once in a process: the store, the answers under way, and whether it takes new ones. */
export type Instance = {
  store: Store;
  committer: Committer;
  running: Map<string, RunningGeneration>;
  /** Answers that are being saved, not yet running: a second PUT of the same id waits for the first. */
  starting: Map<string, Promise<Begun>>;
  isDraining: boolean;
};

/** The process's instance, its store open and swept. Rejects while the store cannot be opened, and then tries again. */
export function instance(): Promise<Instance> {
  const holder = processWide<{ opened?: Promise<Instance> }>("instance", () => ({}));
  holder.opened ??= open().catch((error: unknown) => {
    delete holder.opened;
    throw error;
  });
  return holder.opened;
}

async function open(): Promise<Instance> {
  const store = await openStore(environment().dataDir);
  for (const id of await readOpenGenerations(store)) await settleDead(store, id);
  const committer = createCommitter((events, settlements) =>
    commit(store, events, settlements, new Date().toISOString()),
  );
  return { store, committer, running: new Map(), starting: new Map(), isDraining: false };
}

/** Ends an answer whose process is gone as interrupted, with everything that had been logged. */
export async function settleDead(store: Store, id: string): Promise<void> {
  const { content, lastEventId } = await readLoggedContent(store, id);
  const outcome = { type: "interrupted" } as const;
  const data = JSON.stringify({ type: "generation_end", outcome });
  await commit(
    store,
    [{ generation_id: id, n: lastEventId + 1, data, at_ms: 0 }],
    [{ id, content: settledContent(content), outcome, rewritten: [] }],
    new Date().toISOString(),
  );
}

/** Opens the instance and ends the process in order when it is told to: running answers get `DRAIN_SECONDS`. */
export async function boot(): Promise<void> {
  const { store } = await instance();
  await store.selectFrom("visitors").select("id").limit(1).execute();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void drain());
}

async function drain(): Promise<void> {
  const live = await instance();
  const { running, store } = live;
  live.isDraining = true;
  log("info", "draining", { running: running.size });
  const deadline = Date.now() + environment().drainSeconds * 1000;
  while (running.size > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
  const ends = [...running.values()].map((generation) => generation.interrupt());
  await Promise.allSettled(ends);
  await store.destroy().catch((error: unknown) => log("error", "store_close", errorFields(error)));
  process.exit(0);
}

/** Whether the store writes and reads, and new answers are taken. */
export async function isReady(): Promise<boolean> {
  try {
    const { store, isDraining } = await instance();
    // A write that changes nothing still takes the lock that a real one would need.
    await store.deleteFrom("visitors").where("id", "=", "").execute();
    return !isDraining;
  } catch (error) {
    log("error", "store", errorFields(error));
    return false;
  }
}
