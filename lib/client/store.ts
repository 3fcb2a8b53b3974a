import { useSyncExternalStore } from "react";
import {
  type Action,
  type Conversation,
  type ConversationState,
  holdOf,
  isKept,
  type LivingGeneration,
  newestLeaf,
  openConversation,
  type QueuedMessage,
  reduce,
} from "@/lib/chat/conversation";
import type { Refusal } from "@/lib/chat/error";
import type { Message, NumberedEvent, Outcome } from "@/lib/chat/message";
import type { GenerationRequest } from "@/lib/chat/request";
import { randomUuid } from "./random-uuid";
import { reconnectDelay } from "./reconnect";
import { browserSurroundings, type Surroundings } from "./surroundings";
import type { ConversationRead, FollowEnd, OnEvent } from "./transport";

export type ConversationStore = {
  subscribe(listener: () => void): () => void;
  getState(): ConversationState;
  /** Sends `text` after the last answer, and asks for the next; queues it while one is under way, or there is no network. */
  send(text: string): "submitted" | "queued";
  /** Takes a message out of the queue and returns its text. */
  unqueue(id: string): string;
  /** Asks for another answer to the message that `answerId` answers, from `model` if it is given. */
  retry(answerId: string, model?: string): void;
  /** Lets the answer go on where it broke off, as another version of it. */
  continueAnswer(answerId: string): void;
  /** Sends `text` as another version of the message `messageId`, which begins a branch. */
  edit(messageId: string, text: string): void;
  /** Stops the answer under way; `shown` is how much of its text the reader saw, in UTF-16 code units. */
  stop(shown: number): void;
  /** Turns to the newest branch through `messageId`. */
  showBranch(messageId: string): void;
  dismissRefusal(): void;
  /** Makes a conversation that has not begun a temporary one, or an ordinary one again. */
  setTemporary(isTemporary: boolean): void;
  /** Says that the page of a temporary conversation is still open. */
  keep(): void;
  /** Lets a temporary conversation go, for good. */
  discard(): void;
  /**
   * To be called whenever a page shows the conversation: follows an answer that is under way, and takes up what was
   * queued. A later page than the first also takes up what others have done since.
   */
  resume(): void;
  /** Takes up what other tabs and devices have done since. */
  refresh(): Promise<void>;
};

/** No more than one request a second, however often the network flaps. */
const MIN_GAP_MS = 1_000;
/** A connection that has held for so long makes the next failure a first one. */
const HEALTHY_MS = 10_000;
/** Where the queue of a conversation lies that the server does not have yet: its id changes with each visit. */
const NEW_CONVERSATION = "new";

/** A store for one conversation: state changes only in `reduce`, the network only through the transport. */
export function createConversationStore(
  initial: Conversation,
  lastEventId: number,
  surroundings: Surroundings,
): ConversationStore {
  const { transport, queues, newId, now, elapsedMs, random, isOnline, pause } = surroundings;
  const { chosenModel, forgetChosenModel } = surroundings;
  let state = openConversation(initial, lastEventId);
  const listeners = new Set<() => void>();
  let following: { id: string; controller: AbortController; ended: Promise<void> } | undefined;
  // A send right after Stop must find the stopped answer settled on the server, or its context would be lost.
  let stopping: Promise<void> = Promise.resolve();
  let lastRequestMs = Number.NEGATIVE_INFINITY;
  let hasBeenShown = false;
  /** Others have done what has not been read yet. */
  let isRefreshDue = false;
  let reading: Promise<void> | undefined;

  function dispatch(action: Action): void {
    const before = state;
    state = reduce(before, action);
    if (state === before) return;
    keepQueue(before);
    for (const listener of listeners) listener();
    const { generation } = before;
    if (generation.phase !== "idle" && !isUnderWay(generation.id)) queueMicrotask(goOn);
  }

  /** Takes up, once an answer has ended, what had to wait for that. */
  function goOn(): void {
    resumeAnswer();
    deliverQueued();
    if (isRefreshDue) void refresh();
  }

  /** Its place changes when the conversation begins: what stayed in the old one would be sent again by the next. */
  function keepQueue(before: ConversationState): void {
    const isMoved = queueKey(before) !== queueKey(state) && before.queued.length > 0;
    if (isMoved) queues.write(queueKey(before), []);
    if (isMoved || state.queued !== before.queued) queues.write(queueKey(state), state.queued);
  }

  /** Follows the answer under way to its end, whatever happens to the connection. `request` starts it if no event has come yet. */
  function followToEnd(request: Requested): void {
    const { generation } = state;
    if (generation.phase === "idle") return;
    const controller = new AbortController();
    const ended = stopping.then(() => readToEnd(generation, request, controller.signal));
    following = { id: generation.id, controller, ended };
  }

  async function readToEnd(asked: LivingGeneration, request: Requested, signal: AbortSignal): Promise<void> {
    const { id } = asked;
    // What is followed without a request is an answer that the server has.
    let isTaken = request === undefined;
    const onEvent = (numbered: NumberedEvent) => {
      isTaken = true;
      if (!signal.aborted) dispatch({ type: "event", id, numbered });
      // Not before: only now is there something to read for them.
      if (numbered.n === 1 && request !== undefined) surroundings.tellTabs(state.conversation.id);
    };
    for (let failures = 0; !signal.aborted; failures++) {
      lastRequestMs = elapsedMs();
      const end = await connect(id, request, onEvent, signal);
      if (signal.aborted) return;
      if (end.type === "ended") {
        // A Stop elsewhere may have kept less than has come here. Not awaited: it waits itself for a Stop, which waits for us.
        if (end.hasOthers || messageOf(id)?.outcome?.type === "stopped") void refresh();
        return;
      }
      if (end.type === "refused" && !isPassing(end.error, isTaken)) {
        if (isUnderWay(id)) dispatch({ type: "refused", id, error: end.error });
        else if (!isTaken) dispatch({ type: "refused_stopped", stopped: asked, error: end.error });
        doubtModel(request, end.error);
        // The conversation is another here than on the server, or gone there. Not awaited, as above.
        if (end.error.code === "not_found" || end.error.code === "conflict") void refresh();
        return;
      }
      dispatch({ type: "disconnect", id });
      if (elapsedMs() - lastRequestMs > HEALTHY_MS) failures = 0;
      await pauseAfter(failures, lastRequestMs, signal);
    }
  }

  /** Waits until the server may be asked again, which was asked at `requestMs` and has failed `failures` times before. */
  function pauseAfter(failures: number, requestMs: number, signal: AbortSignal): Promise<void> {
    const gapMs = Math.max(0, requestMs + MIN_GAP_MS - elapsedMs());
    return pause(reconnectDelay(failures, random()), gapMs, signal);
  }

  function isUnderWay(id: string): boolean {
    return state.generation.phase !== "idle" && state.generation.id === id;
  }

  function connect(id: string, request: Requested, onEvent: OnEvent, signal: AbortSignal): Promise<FollowEnd> {
    const { generation } = state;
    const after = generation.phase !== "idle" && generation.id === id ? generation.lastEventId : 0;
    if (request !== undefined && after === 0) return transport.start(id, request, onEvent, signal);
    return transport.follow(id, after, onEvent, signal);
  }

  /** The choice was made in another time: without it the same message will be taken. */
  function doubtModel(request: Requested, error: Refusal): void {
    if (error.code === "invalid_request" && request?.settings?.model !== undefined) forgetChosenModel();
  }

  function ask({ message, parentId, continues, edits, model }: Asked): void {
    if (state.generation.phase !== "idle") return;
    const id = newId();
    const { temporary } = state.conversation;
    const settings = { ...(model !== undefined && { model }), ...(temporary && { temporary }) };
    const request: GenerationRequest = {
      conversationId: state.conversation.id,
      parentId: message === null ? (continues ?? parentId) : message.parentId,
      ...(message === null ? {} : { message: { id: message.id, content: message.content as never } }),
      ...(Object.keys(settings).length > 0 && { settings }),
    };
    dispatch({
      type: "submit",
      id,
      message,
      parentId,
      createdAt: now(),
      ...(continues !== undefined && { continues }),
      ...(edits !== undefined && { edits }),
    });
    followToEnd(request);
  }

  function askAbout({ id, text }: QueuedMessage, place: { parentId: string | null; edits?: string }): void {
    const { parentId, ...edited } = place;
    const content = [{ type: "text", text } as const];
    const message: Message = { id, parentId, role: "user", content, createdAt: now() };
    ask({ message, parentId: id, model: chosenModel(), ...edited });
  }

  function messageOf(id: string): Message | undefined {
    return state.conversation.messages.find((message) => message.id === id);
  }

  /** Sends the first that waits, unless the last answer failed: then it is for the reader to go on. */
  function deliverQueued(): void {
    const [next] = state.queued;
    if (next !== undefined && holdOf(state) === "nothing" && isOnline()) {
      askAbout(next, { parentId: state.conversation.leafId });
    }
  }

  /** Learns what the server made of a Stop. One that came too late leaves another outcome: then the server is right. */
  async function confirmStop(id: string, shown: number): Promise<void> {
    const outcome = await tellStop(id, shown);
    if (outcome === undefined) return;
    if (outcome.type === "stopped") return dispatch({ type: "confirm", id, outcome });
    take(await transport.readConversation(state.conversation.id));
  }

  function take(read: ConversationRead): void {
    if (read.type === "gone") dispatch({ type: "gone" });
    if (read.type !== "read") return;
    dispatch({ type: "loaded", conversation: read.conversation, lastEventId: 0 });
    resumeAnswer();
  }

  /** Tells the server until it has heard, as an answer that nobody stops goes on. Undefined if it will not stop it. */
  async function tellStop(id: string, shown: number): Promise<Outcome | undefined> {
    const { signal } = new AbortController(); // Nothing that happens here takes a Stop back.
    for (let failures = 0; ; failures++) {
      const requestMs = elapsedMs();
      const end = await transport.stop(id, shown);
      switch (end.type) {
        case "settled":
          return end.outcome;
        case "refused":
          return undefined;
        case "broken":
          await pauseAfter(failures, requestMs, signal);
      }
    }
  }

  function resumeAnswer(): void {
    const { generation } = state;
    if (generation.phase !== "idle" && following?.id !== generation.id) followToEnd(undefined);
  }

  /** One reading at a time: what is told in the middle of it may not be in it, and is read after it. */
  function refresh(): Promise<void> {
    isRefreshDue = true;
    reading ??= readWhatIsDue();
    return reading;
  }

  async function readWhatIsDue(): Promise<void> {
    await stopping;
    while (isRefreshDue && state.generation.phase === "idle") {
      const { conversation, generation } = state;
      isRefreshDue = false;
      const read = await transport.readConversation(conversation.id);
      // What was read may lack what has happened here meanwhile.
      if (state.conversation === conversation && state.generation === generation) take(read);
      else isRefreshDue = true;
      await stopping;
    }
    reading = undefined;
  }

  surroundings.onOnline(deliverQueued);
  surroundings.onTold(initial.id, () => void refresh());

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    getState: () => state,
    send(text) {
      const message = { id: newId(), text };
      if (state.generation.phase === "idle" && isOnline()) {
        askAbout(message, { parentId: state.conversation.leafId });
        return "submitted";
      }
      dispatch({ type: "queue", messages: [message] });
      return "queued";
    },
    unqueue(id) {
      const text = state.queued.find((message) => message.id === id)?.text ?? "";
      dispatch({ type: "unqueue", id });
      return text;
    },
    retry(answerId, model = chosenModel()) {
      const answer = messageOf(answerId);
      if (answer?.parentId != null) ask({ message: null, parentId: answer.parentId, model });
    },
    continueAnswer(answerId) {
      const answer = messageOf(answerId);
      // By the model that wrote it, which the server knows.
      if (answer?.parentId != null) ask({ message: null, parentId: answer.parentId, continues: answerId });
    },
    edit(messageId, text) {
      const message = messageOf(messageId);
      if (message !== undefined) askAbout({ id: newId(), text }, { parentId: message.parentId, edits: messageId });
    },
    stop(shown) {
      const { generation } = state;
      if (generation.phase === "idle") return;
      const { id, lastEventId } = generation;
      const read = following?.id === id ? following : undefined;
      // What the server may not have yet goes on its way all the same, and finds the stop mark there.
      const isArrived = lastEventId > 0;
      if (isArrived) read?.controller.abort();
      dispatch({ type: "stop", id, shown });
      stopping = Promise.all([confirmStop(id, shown), isArrived ? undefined : read?.ended]).then(() => {});
    },
    showBranch(messageId) {
      const { conversation } = state;
      const leafId = newestLeaf(conversation.messages, messageId) ?? messageId;
      dispatch({ type: "show_branch", leafId });
      resumeAnswer();
      void transport.saveLeaf(conversation.id, leafId);
    },
    dismissRefusal() {
      dispatch({ type: "dismiss_refusal" });
      deliverQueued();
    },
    setTemporary(isTemporary) {
      dispatch({ type: "make_temporary", isTemporary });
    },
    keep() {
      const { id, leafId } = state.conversation;
      if (leafId !== null) void transport.saveLeaf(id, leafId);
    },
    discard() {
      const { id, temporary, messages } = state.conversation;
      if (!temporary) return;
      for (const waiting of state.queued) dispatch({ type: "unqueue", id: waiting.id });
      if (messages.length === 0) return;
      following?.controller.abort();
      const { generation } = state;
      if (generation.phase !== "idle") dispatch({ type: "stop", id: generation.id, shown: 0 });
      // The page has it until it is loaded anew, and Forward would lead there.
      dispatch({ type: "gone" });
      void transport.discard(id);
    },
    resume() {
      dispatch({ type: "queue", messages: queues.read(queueKey(state)) });
      resumeAnswer();
      deliverQueued();
      // The first page has what the server has just rendered; of a blank sheet the server knows nothing.
      if (hasBeenShown && state.conversation.messages.length > 0) void refresh();
      hasBeenShown = true;
    },
    refresh,
  };
}

function queueKey({ conversation: { id, messages, temporary, gone } }: ConversationState): string {
  return messages.length === 0 && !temporary && !gone ? NEW_CONVERSATION : id;
}

/** An answer that is asked for. Without `message`: one more to the message `parentId`, or the rest of the answer `continues`. */
type Asked = {
  message: Message | null;
  parentId: string;
  continues?: string;
  edits?: string;
  model?: string | undefined;
};

/** What starts the answer that is followed; undefined for one that is known to have been started. */
type Requested = GenerationRequest | undefined;

/**
 * Whether another attempt may not meet the refusal. `isTaken`: the server has the answer, so it goes on meanwhile, and is
 * there when the server has room again, or the reader another code for the one that was removed.
 */
function isPassing({ code }: Refusal, isTaken: boolean): boolean {
  if (code === "draining") return true;
  return isTaken && (code === "busy" || code === "rate_limited" || code === "access_required");
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

/** Whether the conversation was given an address of its own, on this page. */
export function hasAddress(id: string): boolean {
  const state = stores.get(id)?.getState();
  if (state === undefined || state.conversation.temporary) return false;
  return isKept(state) || state.conversation.gone === true;
}

/**
 * The id of the next blank sheet. What waits on one is shown there and nowhere else, so that one comes before all others;
 * `opened` serves if nothing has been said in it.
 */
export function blankSheetId(opened?: Conversation): string {
  const isBlank = (state: ConversationState) => queueKey(state) === NEW_CONVERSATION;
  for (const [id, store] of stores) {
    const state = store.getState();
    if (isBlank(state) && state.queued.length > 0) return id;
  }
  const isFree = opened?.messages.length === 0 && isBlank(conversationStore(opened, 0).getState());
  return isFree ? opened.id : randomUuid();
}

/**
 * The selected part of the store's state; the component renders again only when it is another object. A component that
 * shows what will not change does not listen: a page may have hundreds, and each would be asked about every delta.
 */
export function useConversation<Selected>(
  store: ConversationStore,
  select: (state: ConversationState) => Selected,
  isListening = true,
): Selected {
  const read = () => select(store.getState());
  return useSyncExternalStore(isListening ? store.subscribe : hearNothing, read, read);
}

function hearNothing(): () => void {
  return () => {};
}
