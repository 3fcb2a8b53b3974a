/** A conversation that goes at `atMs` (of the wall clock) unless that is undone. */
type Removal = { id: string; atMs: number };

/** How long a removal can be undone. */
export const UNDO_MS = 10_000;
const KEY = "platen.removals";

export type Removals = {
  /** The conversations that are about to go, by id, and whether that can be undone; the same map until something changes. */
  pending(): ReadonlyMap<string, { isUndoable: boolean }>;
  remove(id: string): void;
  undo(id: string): void;
  /** Sends what is due, and watches for the rest; to be called when the page opens or comes back. */
  resume(): void;
  /** The page goes, and with it the chance to undo: all that waits is sent. */
  leave(): void;
  subscribe(listener: () => void): () => void;
};

type Outside = {
  storage: Pick<Storage, "getItem" | "setItem"> | null;
  /** Deletes it on the server; whether it is gone there. `isLeaving`: nobody will hear the answer. */
  send(id: string, isLeaving: boolean): Promise<boolean>;
  nowMs(): number;
};

/**
 * Deleting, with a while to undo it. What waits is stored: a page that crashes, or goes without a network, leaves it to
 * the next one, so nothing that was deleted comes back.
 */
export function createRemovals({ storage, send, nowMs }: Outside): Removals {
  let removals: readonly Removal[] = [];
  let pending: ReturnType<Removals["pending"]> = new Map();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const sending = new Set<string>();
  /** What of `removals` got into the storage: when it is there no more, another tab has undone or sent it. */
  let stored: ReadonlySet<string> = new Set();
  const listeners = new Set<() => void>();

  /** Changes what waits here; what other tabs alone have in the storage stays there. */
  function change(update: (removals: readonly Removal[]) => readonly Removal[]): void {
    const known = idsOf(removals);
    letGo();
    removals = update(removals);
    const ours = idsOf(removals);
    const others = (load(storage) ?? []).filter(({ id }) => !known.has(id) && !ours.has(id));
    try {
      storage?.setItem(KEY, JSON.stringify([...others, ...removals]));
    } catch {
      // Full or forbidden: what waits lives as long as the page.
    }
    stored = idsOf(load(storage) ?? []);
    tell();
    watch();
  }

  /** Lets go of what another tab has taken out of the storage. */
  function letGo(): void {
    const left = load(storage);
    if (left === undefined) return;
    const ids = idsOf(left);
    removals = removals.filter(({ id }) => ids.has(id) || !stored.has(id));
  }

  function tell(): void {
    pending = new Map(removals.map(({ id }) => [id, { isUndoable: !sending.has(id) }]));
    for (const listener of listeners) listener();
  }

  function watch(): void {
    clearTimeout(timer);
    const waiting = removals.filter(({ id }) => !sending.has(id));
    if (waiting.length === 0) return;
    const nextMs = Math.min(...waiting.map(({ atMs }) => atMs));
    timer = setTimeout(() => sendDue(nowMs(), false), Math.max(0, nextMs - nowMs()));
  }

  function sendDue(untilMs: number, isLeaving: boolean): void {
    letGo();
    for (const { id, atMs } of removals) {
      if (atMs > untilMs || sending.has(id)) continue;
      sending.add(id);
      void send(id, isLeaving).then((isGone) => {
        sending.delete(id);
        if (isGone) change(without(id));
        // It is tried again when it would be undone no more, or by the next page.
        else change((all) => all.map((other) => (other.id === id ? { id, atMs: nowMs() + UNDO_MS } : other)));
      });
    }
    tell();
    watch();
  }

  return {
    pending: () => pending,
    remove(id) {
      change((all) => [...without(id)(all), { id, atMs: nowMs() + UNDO_MS }]);
    },
    undo(id) {
      if (!sending.has(id)) change(without(id));
    },
    resume() {
      change((all) => {
        const known = idsOf(all);
        return [...all, ...(load(storage) ?? []).filter(({ id }) => !known.has(id))];
      });
    },
    leave() {
      sendDue(Number.POSITIVE_INFINITY, true);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function idsOf(removals: readonly Removal[]): ReadonlySet<string> {
  return new Set(removals.map(({ id }) => id));
}

function without(id: string): (removals: readonly Removal[]) => readonly Removal[] {
  return (removals) => removals.filter((other) => other.id !== id);
}

/** What the storage has; undefined where it has nothing to say. Who takes out the last leaves an empty list. */
function load(storage: Outside["storage"]): Removal[] | undefined {
  try {
    const stored: unknown = JSON.parse(storage?.getItem(KEY) ?? "null");
    if (!Array.isArray(stored)) return undefined;
    return stored.filter(({ id, atMs }: Partial<Removal>) => typeof id === "string" && typeof atMs === "number");
  } catch {
    return undefined; // Not ours, or forbidden.
  }
}
