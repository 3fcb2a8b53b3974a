import type { NumberedEvent } from "@/lib/chat/message";
import type { FollowEnd, OnEvent, Transport } from "./transport";

/** How tabs of one browser agree. */
export type Tabs = {
  /** Runs `work` when no other tab holds `name`, and holds it until `work` is done. Rejects when the signal aborts first. */
  hold(name: string, signal: AbortSignal, work: () => Promise<void>): Promise<void>;
  /** Joins the tabs that listen under `name`; `receive` gets what the others post, never our own. */
  join(name: string, receive: (note: Note) => void): { post(note: Note): void; leave(): void };
};

/** What tabs tell each other about one answer. */
export type Note =
  | { type: "events"; events: readonly NumberedEvent[] }
  | { type: "missed"; after: number }
  /** The tab that reads has not got what another one missed. */
  | { type: "unknown"; after: number };

/**
 * A transport with one stream for each answer, however many tabs show it: browsers allow six connections to a host over
 * HTTP/1.1, and a stream in each of six tabs would leave none for Stop. One tab reads and tells the others; when it
 * goes, the next one reads on from its own last event.
 */
export function sharedTransport(transport: Transport, tabs: Tabs): Transport {
  return {
    ...transport,
    start(id, request, onEvent, signal) {
      // The tab that asks for an answer is the first that knows it, so it need not wait for its turn.
      const release = holdMeanwhile(tabs, id);
      const read: Read = (tell) => transport.start(id, request, tell, signal);
      return readForAll(tabs, id, 0, onEvent, read).finally(release);
    },
    follow: (id, after, onEvent, signal) =>
      new Follower(tabs, id, after, onEvent, (cursor, tell) => transport.follow(id, cursor, tell, signal)).run(signal),
  };
}

type Read = (onEvent: OnEvent) => Promise<FollowEnd>;

/** Holds `name` as soon as it is free, until the returned function is called. */
function holdMeanwhile(tabs: Tabs, name: string): () => void {
  const held = new AbortController();
  const released = new Promise<void>((resolve) =>
    held.signal.addEventListener("abort", () => resolve(), { once: true }),
  );
  tabs.hold(name, held.signal, () => released).catch(() => {}); // Rejected when we are done before it was our turn.
  return () => held.abort();
}

/** Reads, and tells the other tabs what comes, and what they missed since event `after`. */
async function readForAll(tabs: Tabs, id: string, after: number, onEvent: OnEvent, read: Read): Promise<FollowEnd> {
  const told: NumberedEvent[] = [];
  const channel = tabs.join(id, (note) => {
    if (note.type !== "missed") return;
    if (note.after < after) channel.post({ type: "unknown", after: note.after });
    else channel.post({ type: "events", events: told.filter(({ n }) => n > note.after) });
  });
  try {
    return await read((numbered) => {
      told.push(numbered);
      channel.post({ type: "events", events: [numbered] });
      onEvent(numbered);
    });
  } finally {
    channel.leave();
  }
}

/** How often a tab that listens asks for what it missed, and how long it believes in a tab that says nothing. */
const ASK_EVERY_MS = 2_000;
const SILENT_AFTER_MS = 5_000;

/** Listens to the tab that reads until it is our turn to read, or until that tab has fallen silent. */
class Follower {
  private end: FollowEnd | undefined;
  private heardAt = Date.now();
  private readonly waiting = new AbortController();
  private readonly tabs: Tabs;
  private readonly id: string;
  private cursor: number;
  private readonly onEvent: OnEvent;
  private readonly read: (after: number, onEvent: OnEvent) => Promise<FollowEnd>;

  constructor(
    tabs: Tabs,
    id: string,
    after: number,
    onEvent: OnEvent,
    read: (after: number, onEvent: OnEvent) => Promise<FollowEnd>,
  ) {
    this.tabs = tabs;
    this.id = id;
    this.cursor = after;
    this.onEvent = onEvent;
    this.read = read;
  }

  async run(signal: AbortSignal): Promise<FollowEnd> {
    const stopWaiting = () => this.waiting.abort();
    signal.addEventListener("abort", stopWaiting, { once: true });
    const channel = this.tabs.join(this.id, (note) => this.hear(note));
    const ask = () => {
      // A phone suspends the tab that holds the lock: then nobody reads, and nobody else may.
      if (Date.now() - this.heardAt > SILENT_AFTER_MS) stopWaiting();
      else channel.post({ type: "missed", after: this.cursor });
    };
    const asking = setInterval(ask, ASK_EVERY_MS);
    // Who reads must not listen as well, or it would hear itself.
    const stopListening = () => {
      clearInterval(asking);
      channel.leave();
    };
    try {
      ask();
      await this.readInTurn(stopListening);
      stopListening();
      if (this.end !== undefined) return this.end;
      return signal.aborted ? { type: "broken" } : await this.readForAll();
    } finally {
      stopListening();
      signal.removeEventListener("abort", stopWaiting);
    }
  }

  private hear(note: Note): void {
    if (note.type === "missed") return;
    this.heardAt = Date.now();
    if (note.type === "unknown") {
      if (note.after === this.cursor) this.waiting.abort();
      return;
    }
    for (const numbered of note.events) this.deliver(numbered);
  }

  private deliver(numbered: NumberedEvent): void {
    // One that lies further ahead is asked for again, with those before it.
    if (numbered.n !== this.cursor + 1) return;
    this.cursor = numbered.n;
    this.onEvent(numbered);
    if (numbered.event.type !== "generation_end") return;
    this.end = { type: "ended" };
    this.waiting.abort();
  }

  private async readInTurn(onTurn: () => void): Promise<void> {
    let isOurTurn = false;
    try {
      await this.tabs.hold(this.id, this.waiting.signal, async () => {
        isOurTurn = true;
        onTurn();
        this.end = await this.readForAll();
      });
    } catch (error) {
      if (isOurTurn) throw error;
    }
  }

  private readForAll(): Promise<FollowEnd> {
    const after = this.cursor;
    return readForAll(this.tabs, this.id, after, this.onEvent, (tell) => this.read(after, tell));
  }
}

/** The browser's locks and channels. Undefined where it has none: then every tab reads for itself. */
export function browserTabs(): Tabs | undefined {
  if (typeof navigator === "undefined" || navigator.locks === undefined) return undefined;
  if (typeof BroadcastChannel === "undefined") return undefined;
  return {
    hold: (name, signal, work) => navigator.locks.request(`platen:${name}`, { signal }, work),
    join(name, receive) {
      const channel = new BroadcastChannel(`platen:${name}`);
      channel.onmessage = ({ data }: MessageEvent<Note>) => receive(data);
      let isOpen = true;
      return {
        post: (note) => {
          if (isOpen) channel.postMessage(note);
        },
        leave: () => {
          isOpen = false;
          channel.close();
        },
      };
    },
  };
}
