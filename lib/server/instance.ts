import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { sayWhoMayEnter } from "./door/access-notice";
import { environment } from "./env";
import { type Bus, createBus } from "./generation/bus";
import { type Committer, createCommitter } from "./generation/committer";
import type { RunningGeneration } from "./generation/running-generation";
import { tickByLoad } from "./generation/tick";
import { sayPrices } from "./money/price-notice";
import { errorFields, log, outliveReaders } from "./operating/log";
import { metrics } from "./operating/metrics";
import { logRequests } from "./operating/request-log";
import { keepRetention } from "./operating/retention";
import { flushTraces, startTracing } from "./operating/traces";
import { processWide } from "./process-wide";
import { openStore, type Store } from "./store/database";
import { foldJournal } from "./store/event-log";
import {
  attendGenerations,
  type Begun,
  commit,
  type OpenGeneration,
  readOpenGenerations,
  readStopMarks,
  renewLeases,
  settleDead,
} from "./store/generation-log";
import { withPatience } from "./store/patience";
import { scrubDeleted } from "./store/scrub";
import { forgetDeleted, indexUnindexed } from "./store/search-index";
import { deleteForgotten } from "./store/temporary";

/** What there is once in a process: the store, the answers under way, and whether it takes new ones. */
export type Instance = {
  /** Host, process and a random part: who runs an answer. */
  id: string;
  store: Store;
  bus: Bus;
  committer: Committer;
  running: Map<string, RunningGeneration>;
  /** Answers that are being saved, not yet running: a second PUT of the same id waits for the first. */
  starting: Map<string, Promise<Begun>>;
  /** How many follow, through this instance, each answer that another one runs. */
  readingElsewhere: Map<string, number>;
  isDraining: boolean;
};

/** An instance that has not renewed for so long is dead; its answers are settled within 30 s. */
const LEASE_MS = 15_000;
const HEARTBEAT_MS = 5_000;
/** A commit that the store cannot take is tried again for so long: a failover, or a lock that somebody holds. */
const COMMIT_PATIENCE_MS = 12_000;
/** A database that starts with the machine is there a little later than we are. */
const BOOT_PATIENCE_MS = 30_000;
const LAST_WORDS_MS = 150;
/** The more of an answer's events at once, the less each costs. */
const FOLD_AT = 10_000;
/** Between two steps of it others have their turn; not long, for what it holds must not grow old. */
const FOLD_PAUSE_MS = 8;
/** A page says every two minutes that it is open; one in the background may be held up for a while. */
const KEEP_TEMPORARY_MS = 15 * 60_000;

export function isoTime(offsetMs = 0): string {
  return new Date(Date.now() + offsetMs).toISOString();
}

export function leaseUntil(): string {
  return isoTime(LEASE_MS);
}

/** How long from now a temporary conversation is kept whose page gives no further sign. */
export function keepTemporaryUntil(): string {
  return isoTime(KEEP_TEMPORARY_MS);
}

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
  const { dataDir, databaseUrl } = environment();
  const store = await openStore({ dataDir, databaseUrl });
  const id = `${hostname()}:${process.pid}:${randomBytes(6).toString("hex")}`;
  const running = new Map<string, RunningGeneration>();
  const foldAfter = folding(store);
  const live: Instance = {
    id,
    store,
    running,
    bus: createBus(databaseUrl, () => void obeyStopMarks(live)),
    committer: createCommitter(async (events, settlements, isAgain) => {
      const measured = metrics().commitSeconds.startTimer();
      await withPatience(COMMIT_PATIENCE_MS, (isRepeat) =>
        commit(store, { events, settlements, now: isoTime() }, isAgain || isRepeat),
      );
      measured();
      foldAfter(events.length);
    }, tickByLoad()),
    starting: new Map(),
    readingElsewhere: new Map(),
    isDraining: false,
  };
  if (databaseUrl === undefined) await settleAll(store, (await readOpenGenerations(store)).filter(isLeftBehind));
  beat(live);
  indexUnindexed(store).catch((error: unknown) => log("error", "search_index", errorFields(error)));
  return live;
}

/** Told how many events were written; folds the journal whenever there are enough, one time after the other. */
function folding(store: Store): (events: number) => void {
  let unfolded = 0;
  let isFolding = false;
  return (events) => {
    unfolded += events;
    if (unfolded < FOLD_AT || isFolding) return;
    unfolded = 0;
    isFolding = true;
    foldJournal(store, pauseFolding)
      .catch((error: unknown) => log("warn", "journal", errorFields(error)))
      .finally(() => {
        isFolding = false;
      });
  };
}

const pauseFolding = () => sleep(FOLD_PAUSE_MS);

/** With SQLite all processes are on this machine, so whether an answer's process lives can simply be asked. */
function isLeftBehind({ instanceId }: OpenGeneration): boolean {
  const [host, pid] = instanceId.split(":");
  if (host !== hostname() || Number(pid) === process.pid) return true;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

async function settleAll(store: Store, dead: readonly OpenGeneration[]): Promise<void> {
  for (const { id } of dead) {
    const outcome = await settleDead(store, id, isoTime());
    if (outcome === undefined) continue;
    log("warn", "settled_dead", { id, outcome: outcome.type });
    if (outcome.type === "interrupted") metrics().interrupted.inc({ cause: "instance_lost" });
  }
}

/** Renews this instance's leases for ever, and settles what dead ones left. */
function beat(live: Instance): void {
  let aliveSince = Date.now();
  /** Begun here, and given up because the store would not take its events: while we live nobody else ends it. */
  const isOrphan = ({ id, instanceId }: OpenGeneration) =>
    instanceId === live.id && !live.running.has(id) && !live.starting.has(id);
  const timer = setInterval(async () => {
    try {
      // Its rows are also those that commits end: PostgreSQL may have to break a deadlock, and this side can wait.
      await withPatience(HEARTBEAT_MS, () => renewLeases(live.store, live.id, leaseUntil()));
      await attendGenerations(live.store, [...live.readingElsewhere.keys()], leaseUntil());
      const open = await readOpenGenerations(live.store);
      await settleAll(live.store, open.filter(isOrphan));
      await foldJournal(live.store, pauseFolding);
      await deleteForgotten(live.store, isoTime());
      await scrubDeleted(live.store);
      await forgetDeleted(live.store);
      // After an outage of the store everybody's lease has run out: first let the living renew theirs.
      if (Date.now() - aliveSince < LEASE_MS) return;
      const now = isoTime();
      await settleAll(
        live.store,
        open.filter(({ id, leaseUntil }) => leaseUntil < now && !live.running.has(id)),
      );
    } catch (error) {
      aliveSince = Date.now();
      log("error", "heartbeat", errorFields(error));
    }
  }, HEARTBEAT_MS);
  timer.unref();
}

/** Stops the answers of this instance that were marked through another. */
async function obeyStopMarks({ id, store, running }: Instance): Promise<void> {
  if (running.size === 0) return;
  try {
    for (const mark of await readStopMarks(store, id)) {
      running
        .get(mark.id)
        ?.stop(mark.shown)
        .catch(() => {}); // Its failure is logged where it is written.
    }
  } catch (error) {
    log("error", "stop_marks", errorFields(error));
  }
}

/** Opens the instance and ends the process in order when it is told to: running answers get `DRAIN_SECONDS`. */
export async function boot(): Promise<void> {
  outliveReaders();
  logRequests();
  sayWhoMayEnter();
  sayPrices();
  await startTracing();
  const { store } = await withPatience(BOOT_PATIENCE_MS, instance).catch(endWithoutStore);
  keepRetention(store, environment().retentionDays);
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void drain());
}

/** Ends the process, so that whatever started it does so again: Next would go on and answer 500 to everybody. */
function endWithoutStore(error: unknown): never {
  log("error", "boot", errorFields(error));
  process.exit(1);
}

async function drain(): Promise<void> {
  const live = await instance();
  live.isDraining = true;
  const { running } = live;
  log("info", "draining", { running: running.size });
  const deadline = Date.now() + environment().drainSeconds * 1000;
  while ((running.size > 0 || live.starting.size > 0) && Date.now() < deadline) await sleep(25);
  await Promise.race([Promise.allSettled([...running.values()].map((one) => one.interrupt("draining"))), sleep(1_000)]);
  // Followers are still being sent the last events.
  await sleep(LAST_WORDS_MS);
  await flushTraces();
  process.exit(0);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
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
