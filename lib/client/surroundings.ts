import { tabStorage } from "./browser-storage";
import { noticeAccess } from "./gate";
import { chooseModel, chosenModel } from "./models";
import { createQueueStorage, type QueueStorage } from "./queue-storage";
import { randomUuid } from "./random-uuid";
import { browserTabs, sharedTransport } from "./shared-follow";
import { httpTransport, type Transport } from "./transport";
import { noticeVersion } from "./version";

/** What the store needs from outside, handed in so that it can be tested whole. */
export type Surroundings = {
  transport: Transport;
  queues: QueueStorage;
  newId(): string;
  now(): string;
  /** Milliseconds on a clock that only goes forward. */
  elapsedMs(): number;
  random(): number;
  isOnline(): boolean;
  /** Resolves after `ms`, or when the network or the page comes back, but not before `atLeastMs`; or when the signal aborts. */
  pause(ms: number, atLeastMs: number, signal: AbortSignal): Promise<void>;
  /** Runs `listener` when the network is back. */
  onOnline(listener: () => void): void;
  /** Tells the other tabs that this conversation goes on, and hears it from them. */
  tellTabs(conversationId: string): void;
  onTold(conversationId: string, listener: () => void): void;
  /** The model that the reader chose for the next answer; undefined for the configured one. */
  chosenModel(): string | undefined;
  /** It is not offered. */
  forgetChosenModel(): void;
};

/** The network, clock and tabs of this browser. On the server, where pages are only drawn, none of it is used. */
export function browserSurroundings(): Surroundings {
  const transport = httpTransport(async (input, init) => {
    const response = await fetch(input, init);
    noticeVersion(response);
    noticeAccess(response);
    return response;
  });
  const tabs = browserTabs();
  return {
    transport: tabs === undefined ? transport : sharedTransport(transport, tabs),
    queues: createQueueStorage(tabStorage()),
    newId: randomUuid,
    now: () => new Date().toISOString(),
    elapsedMs: () => performance.now(),
    random: Math.random,
    isOnline: () => navigator.onLine,
    pause: pauseUntilBack,
    onOnline(listener) {
      if (typeof window !== "undefined") window.addEventListener("online", listener);
    },
    ...tellingTabs(),
    chosenModel,
    forgetChosenModel: () => chooseModel(null),
  };
}

/** Waits `ms`, but no longer than until the network, or the page, comes back, and no shorter than `atLeastMs`. */
function pauseUntilBack(ms: number, atLeastMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const until = performance.now() + atLeastMs;
    const wake = new AbortController();
    const finish = () => {
      clearTimeout(timer);
      wake.abort();
      resolve();
    };
    let timer = setTimeout(finish, Math.max(ms, atLeastMs));
    const hurry = () => {
      if (document.hidden) return;
      clearTimeout(timer);
      timer = setTimeout(finish, until - performance.now());
    };
    const options = { signal: wake.signal };
    window.addEventListener("online", hurry, options);
    window.addEventListener("pageshow", hurry, options);
    document.addEventListener("visibilitychange", hurry, options);
    signal.addEventListener("abort", finish, options);
  });
}

const TABS = "platen.conversations";

/** One channel for all conversations of the page; closed with it. */
function tellingTabs(): Pick<Surroundings, "tellTabs" | "onTold"> {
  if (typeof window === "undefined" || typeof BroadcastChannel === "undefined") {
    return { tellTabs: () => {}, onTold: () => {} };
  }
  const channel = new BroadcastChannel(TABS);
  return {
    tellTabs: (id) => channel.postMessage(id),
    onTold: (id, listener) =>
      channel.addEventListener("message", ({ data }: MessageEvent<string>) => {
        if (data === id) listener();
      }),
  };
}
