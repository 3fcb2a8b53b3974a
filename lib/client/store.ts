import { useSyncExternalStore } from "react";
import {
  type Action,
  type Conversation,
  type ConversationState,
  newestLeaf,
  openConversation,
  reduce,
} from "@/lib/chat/conversation";
import type { Message } from "@/lib/chat/message";
import type { GenerationRequest } from "@/lib/chat/request";
import { reconnectDelay } from "./reconnect";
import { type FollowEnd, httpTransport, type Transport } from "./transport";

export type ConversationStore = {
  subscribe(listener: () => void): () => void;
  getState(): ConversationState;
  /** Sends `text` as a message after the last answer, and asks for the next. Ignored while an answer is under way. */
  send(text: string): void;
  /** Asks for another answer to the message that `answerId` answers. */
  retry(answerId: string): void;
  /** Stops the answer under way; `shown` is how much of its text the reader saw, in UTF-16 code units. */
  stop(shown: number): void;
  /** Turns to the newest branch through `messageId`. */
  showBranch(messageId: string): void;
  dismissRefusal(): void;
  /** Follows an answer that was under way when the page was opened. */
  resume(): void;
};

/** What the store needs from outside, handed in so that it can be tested whole. */
export type Surroundings = {
  transport: Transport;
  newId(): string;
  now(): string;
  random(): number;
  /** Resolves after `ms`, or as soon as the network or the page comes back, or the signal aborts. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
};

/** A store for one conversation: state changes only in `reduce`, the network only through the transport. */
export function createConversationStore(
  initial: Conversation,
  lastEventId: number,
  { transport, newId, now, random, pause }: Surroundings,
): ConversationStore {
  let state = openConversation(initial, lastEventId);
  const listeners = new Set<() => void>();
  let following: { id: string; controller: AbortController; ended: Promise<void> } | undefined;
  // A send right after Stop must find the stopped answer settled on the server, or its context would be lost.
  let stopping: Promise<void> = Promise.resolve();

  function dispatch(action: Action): void {
    const next = reduce(state, action);
    if (next === state) return;
    state = next;
    for (const listener of listeners) listener();
  }

  /** Follows the answer to its end, whatever happens to the connection. `request` starts it if no event has come yet. */
  async function followToEnd(id: string, request: GenerationRequest | undefined): Promise<void> {
    const controller = new AbortController();
    const before = stopping;
    const ended = before.then(() => readToEnd(id, request, controller.signal));
    following = { id, controller, ended };
    await ended;
  }

  async function readToEnd(id: string, request: GenerationRequest | undefined, signal: AbortSignal): Promise<void> {
    for (let attempt = 0; !signal.aborted; attempt++) {
      let hasProgressed = false;
      const end = await connect(id, request, signal, () => {
        hasProgressed = true;
      });
      if (signal.aborted || end.type === "ended") return;
      if (end.type === "refused" && !isPassing(end)) return dispatch({ type: "refused", id, error: end.error });
      dispatch({ type: "disconnect", id });
      if (hasProgressed) attempt = 0;
      await pause(reconnectDelay(attempt, random()), signal);
    }
  }

  function connect(
    id: string,
    request: GenerationRequest | undefined,
    signal: AbortSignal,
    onProgress: () => void,
  ): Promise<FollowEnd> {
    const { generation } = state;
    const after = generation.phase !== "idle" && generation.id === id ? generation.lastEventId : 0;
    const onEvent = (numbered: Parameters<Parameters<Transport["follow"]>[2]>[0]) => {
      if (signal.aborted) return;
      onProgress();
      dispatch({ type: "event", id, numbered });
    };
    if (request !== undefined && after === 0) return transport.start(id, request, onEvent, signal);
    return transport.follow(id, after, onEvent, signal);
  }

  function ask(message: Message | null, parentId: string): void {
    if (state.generation.phase !== "idle") return;
    const id = newId();
    const request: GenerationRequest = {
      conversationId: state.conversation.id,
      parentId: message === null ? parentId : message.parentId,
      ...(message === null ? {} : { message: { id: message.id, content: message.content as never } }),
    };
    dispatch({ type: "submit", id, message, parentId, createdAt: now() });
    void followToEnd(id, request);
  }

  /** Learns what the server made of a Stop. One that came too late leaves another outcome: then the server is right. */
  async function confirmStop(id: string, shown: number): Promise<void> {
    const outcome = await transport.stop(id, shown);
    if (outcome === undefined) return;
    if (outcome.type === "stopped") return dispatch({ type: "confirm", id, outcome });
    const conversation = await transport.readConversation(state.conversation.id);
    if (conversation === undefined) return;
    dispatch({ type: "loaded", conversation, lastEventId: 0 });
    resume();
  }

  function resume(): void {
    const { generation } = state;
    if (generation.phase === "idle" || following?.id === generation.id) return;
    void followToEnd(generation.id, undefined);
  }

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    getState: () => state,
    send(text) {
      const { leafId } = state.conversation;
      const message: Message = {
        id: newId(),
        parentId: leafId,
        role: "user",
        content: [{ type: "text", text }],
        createdAt: now(),
      };
      ask(message, message.id);
    },
    retry(answerId) {
      const answer = state.conversation.messages.find((message) => message.id === answerId);
      if (answer?.parentId != null) ask(null, answer.parentId);
    },
    stop(shown) {
      const { generation } = state;
      if (generation.phase === "idle") return;
      const { id, lastEventId } = generation;
      const read = following?.id === id ? following : undefined;
      // What the server may not have yet goes on its way all the same, for the next message to follow: it finds the
      // stop mark there.
      const isTaken = lastEventId > 0;
      if (isTaken) read?.controller.abort();
      dispatch({ type: "stop", id, shown });
      stopping = Promise.all([confirmStop(id, shown), isTaken ? undefined : read?.ended]).then(() => {});
    },
    showBranch(messageId) {
      const { conversation } = state;
      const leafId = newestLeaf(conversation.messages, messageId) ?? messageId;
      dispatch({ type: "show_branch", leafId });
      void transport.saveLeaf(conversation.id, leafId);
    },
    dismissRefusal: () => dispatch({ type: "dismiss_refusal" }),
    resume,
  };
}

/** A refusal that another attempt may not meet: the server is restarting. */
function isPassing({ error }: Extract<FollowEnd, { type: "refused" }>): boolean {
  return error.code === "draining";
}

const stores = new Map<string, ConversationStore>();

/** The page's one store for the conversation: it lives on while the reader looks at another. */
export function conversationStore(initial: Conversation, lastEventId: number): ConversationStore {
  const known = stores.get(initial.id);
  if (known !== undefined) return known;
  const store = createConversationStore(initial, lastEventId, browserSurroundings());
  // The server renders for many visitors: only a browser may keep one.
  if (typeof window !== "undefined") stores.set(initial.id, store);
  return store;
}

function browserSurroundings(): Surroundings {
  return {
    transport: httpTransport((input, init) => fetch(input, init)),
    newId: () => crypto.randomUUID(),
    now: () => new Date().toISOString(),
    random: Math.random,
    pause: pauseUntilBack,
  };
}

/** Waits `ms`, but no longer than until the network, or the page, comes back. */
function pauseUntilBack(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = new AbortController();
    const finish = () => {
      clearTimeout(timer);
      wake.abort();
      resolve();
    };
    const timer = setTimeout(finish, ms);
    const options = { signal: wake.signal };
    window.addEventListener("online", finish, options);
    window.addEventListener("pageshow", finish, options);
    document.addEventListener("visibilitychange", finish, options);
    signal.addEventListener("abort", finish, options);
  });
}

/** The selected part of the store's state; the component renders again only when it is another object. */
export function useConversation<Selected>(
  store: ConversationStore,
  select: (state: ConversationState) => Selected,
): Selected {
  const read = () => select(store.getState());
  return useSyncExternalStore(store.subscribe, read, read);
}
