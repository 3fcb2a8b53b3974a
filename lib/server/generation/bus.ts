import pg from "pg";
import { errorFields, log } from "../operating/log";
import { ALL_LOGS, LOG_CHANNEL } from "../store/event-log";
import { STOP_MARKED } from "../store/generation-log";

/** How instances hear of each other's logs. A poll covers what is not told: poolers drop LISTEN, SQLite has none. */
export type Bus = {
  /** Runs `listener` whenever the log of an answer that another instance runs may have grown, until the returned call. */
  onChange(id: string, listener: () => void): () => void;
  close(): Promise<void>;
};

const POLL_MS = 250;
const RECONNECT_MS = 1_000;

/** `onStop` runs when a stop mark may have been set on an answer of this instance: when told, and at every poll. */
export function createBus(databaseUrl: string | undefined, onStop: () => void): Bus {
  const listeners = new Map<string, Set<() => void>>();
  let isClosed = false;
  let client: pg.Client | undefined;

  function wake(id: string): void {
    for (const listener of [...(listeners.get(id) ?? [])]) listener();
  }

  function wakeAll(): void {
    for (const id of [...listeners.keys()]) wake(id);
  }

  function hear(payload: string): void {
    if (payload === STOP_MARKED) onStop();
    else if (payload === ALL_LOGS) wakeAll();
    else for (const id of payload.split(" ")) wake(id);
  }

  async function listen(connectionString: string): Promise<void> {
    if (isClosed) return;
    const listener = new pg.Client({ connectionString, keepAlive: true });
    client = listener;
    listener.on("notification", ({ payload }) => hear(payload ?? ""));
    listener.on("error", (error) => log("warn", "listen", errorFields(error)));
    listener.once("end", () => setTimeout(() => void listen(connectionString), RECONNECT_MS).unref());
    try {
      await listener.connect();
      await listener.query(`listen ${LOG_CHANNEL}`);
    } catch (error) {
      log("warn", "listen", errorFields(error));
      await listener.end().catch(() => {}); // It may never have been connected.
    }
  }

  if (databaseUrl !== undefined) void listen(databaseUrl);
  const poll = setInterval(() => {
    wakeAll();
    onStop();
  }, POLL_MS);
  poll.unref();

  return {
    onChange(id, listener) {
      const known = listeners.get(id) ?? new Set();
      listeners.set(id, known.add(listener));
      return () => {
        known.delete(listener);
        if (known.size === 0 && listeners.get(id) === known) listeners.delete(id);
      };
    },
    async close() {
      isClosed = true;
      clearInterval(poll);
      wakeAll();
      await client?.end().catch(() => {}); // The server may have ended it already.
    },
  };
}
