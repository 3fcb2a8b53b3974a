import { continuedContent } from "./continuation";
import type { Refusal } from "./error";
import {
  applyEvent,
  type ContentBlock,
  clampContent,
  cutEvents,
  type GenerationEvent,
  isTextBlock,
  isThinkingBlock,
  type Message,
  NO_USAGE,
  type NumberedEvent,
  type Outcome,
  textOf,
} from "./message";

/** All messages of a conversation, every branch: a tree by `parentId`. `leafId` ends the branch being read. */
export type Conversation = {
  id: string;
  title: string;
  leafId: string | null;
  messages: readonly Message[];
  /** It is deleted when it is closed, has no address of its own and stands in no list. */
  temporary?: true;
  /** The server has it no more, so nothing of it is left here. */
  gone?: true;
};

/**
 * The answer under way, if any. `lastEventId` is the last event applied; 0 before the first.
 * `unsent` is the message that goes with it, until an event shows that the server has it.
 */
export type Generation = { phase: "idle" } | LivingGeneration;

export type LivingGeneration = {
  phase: "submitted" | "streaming" | "resuming";
  id: string;
  lastEventId: number;
  unsent: Message | null;
  /** The message that `unsent` is another version of. */
  edits?: string;
  /** The answer that this one goes on from. */
  continues?: string;
  /** Why the model is being asked again, while it is: nothing has been shown yet. */
  retrying?: string;
};

/** What the server would not take, with what was asked, so that nothing the reader typed is lost. */
export type RefusedSend = {
  error: Refusal;
  message: Message | null;
  parentId: string | null;
  /** The message that `message` was to be another version of. */
  edits?: string;
  /** The answer that was to go on. */
  continues?: string;
};

/** A message that waits: for the answer under way to end, or for the network to come back. Its id is already its own. */
export type QueuedMessage = { id: string; text: string };

export type ConversationState = {
  conversation: Conversation;
  generation: Generation;
  refused: RefusedSend | null;
  /** In the order they will be sent. */
  queued: readonly QueuedMessage[];
};

export type Action =
  | Submit
  | { type: "event"; id: string; numbered: NumberedEvent }
  | { type: "disconnect"; id: string }
  | { type: "stop"; id: string; shown: number }
  | { type: "refused"; id: string; error: Refusal }
  /** The server would not take what was stopped here before it had it; `stopped` is what was under way then. */
  | { type: "refused_stopped"; stopped: LivingGeneration; error: Refusal }
  /** The server's word on an answer that was stopped here; its usage is known only there. */
  | { type: "confirm"; id: string; outcome: Outcome }
  | { type: "queue"; messages: readonly QueuedMessage[] }
  | { type: "unqueue"; id: string }
  | { type: "show_branch"; leafId: string }
  | { type: "dismiss_refusal" }
  /** Only while nothing has been said yet. */
  | { type: "make_temporary"; isTemporary: boolean }
  | { type: "gone" }
  | { type: "loaded"; conversation: Conversation; lastEventId: number };

/** `message` is null when an answer is asked for again, or goes on. `id` is the new answer's, `parentId` what it answers. */
type Submit = {
  type: "submit";
  id: string;
  message: Message | null;
  parentId: string;
  createdAt: string;
  /** The answer that the new one goes on from, beginning with what stands there. */
  continues?: string;
  /** The message that `message` is another version of. */
  edits?: string;
};

/**
 * The state a conversation opens in: an answer without an outcome is one to resume. `lastEventId` is the last event that
 * is in its content; 0 when that is not known, and then it is read again from the start.
 */
export function openConversation(conversation: Conversation, lastEventId = 0): ConversationState {
  const leaf = conversation.messages.find((message) => message.id === conversation.leafId);
  const isUnderWay = leaf?.role === "assistant" && leaf.outcome === undefined;
  return {
    conversation: isUnderWay && lastEventId === 0 ? withoutContent(conversation, leaf) : conversation,
    generation: isUnderWay ? { phase: "resuming", id: leaf.id, lastEventId, unsent: null } : { phase: "idle" },
    refused: null,
    queued: [],
  };
}

function withoutContent(conversation: Conversation, leaf: Message): Conversation {
  const messages = conversation.messages.map((message) => (message === leaf ? { ...leaf, content: [] } : message));
  return { ...conversation, messages };
}

/** The whole state machine. An event of another generation, or one not above the last seen, changes nothing. */
export function reduce(state: ConversationState, action: Action): ConversationState {
  switch (action.type) {
    case "submit":
      return state.generation.phase === "idle" ? submit(state, action) : state;
    case "event":
      return receive(state, action.id, action.numbered);
    case "disconnect":
      return disconnect(state, action.id);
    case "stop":
      return isCurrent(state, action.id)
        ? settle(state, action.id, { type: "stopped", usage: NO_USAGE }, action.shown)
        : state;
    case "refused":
      return refuse(state, action.id, action.error);
    case "refused_stopped":
      return refuseStopped(state, action.stopped, action.error);
    case "confirm":
      return updateMessage(state, action.id, (message) =>
        message.outcome?.type === "stopped" ? { ...message, outcome: action.outcome } : message,
      );
    case "queue":
      return { ...state, queued: [...state.queued, ...action.messages.filter((one) => !isKnown(state, one.id))] };
    case "unqueue":
      return { ...state, queued: state.queued.filter(({ id }) => id !== action.id) };
    case "show_branch":
      return showBranch(state, action.leafId);
    case "dismiss_refusal":
      return { ...state, refused: null };
    case "make_temporary":
      return makeTemporary(state, action.isTemporary);
    case "gone":
      return forget(state);
    case "loaded":
      return load(state, keepIdentity(state.conversation, action.conversation), action.lastEventId);
  }
}

function isKnown({ conversation, queued }: ConversationState, id: string): boolean {
  return queued.some((one) => one.id === id) || conversation.messages.some((message) => message.id === id);
}

function submit(state: ConversationState, action: Submit): ConversationState {
  const { conversation } = state;
  const continued = conversation.messages.find(({ id }) => id === action.continues);
  const answer: Message = {
    id: action.id,
    parentId: action.parentId,
    role: "assistant",
    content: [...continuedContent(continued?.content ?? [])],
    createdAt: action.createdAt,
  };
  const added = action.message === null ? [answer] : [action.message, answer];
  return {
    conversation: { ...conversation, leafId: answer.id, messages: [...conversation.messages, ...added] },
    generation: { phase: "submitted", id: action.id, lastEventId: 0, unsent: action.message, ...originOf(action) },
    refused: null,
    queued: state.queued.filter(({ id }) => id !== action.message?.id),
  };
}

type Origin = { edits?: string; continues?: string };

/** What a submission is another version of. */
function originOf({ edits, continues }: Origin): Origin {
  return { ...(edits !== undefined && { edits }), ...(continues !== undefined && { continues }) };
}

function disconnect(state: ConversationState, id: string): ConversationState {
  const { generation } = state;
  if (generation.phase === "idle" || generation.id !== id || generation.phase === "resuming") return state;
  return { ...state, generation: { ...generation, phase: "resuming" } };
}

function receive(state: ConversationState, id: string, { n, event }: NumberedEvent): ConversationState {
  const { generation } = state;
  if (generation.phase === "idle" || generation.id !== id || n <= generation.lastEventId) return state;
  if (event.type === "generation_end") return settle(state, id, event.outcome);
  const next: ConversationState = { ...state, generation: streaming(id, n, event) };
  return updateMessage(next, id, (message) => extendMessage(message, event));
}

function streaming(id: string, lastEventId: number, event: GenerationEvent): LivingGeneration {
  const generation = { phase: "streaming", id, lastEventId, unsent: null } as const;
  return event.type === "retrying" ? { ...generation, retrying: event.code } : generation;
}

function extendMessage(message: Message, event: GenerationEvent): Message {
  if (event.type === "generation_start") return { ...message, model: event.model };
  const content = applyEvent(message.content, event);
  return content === message.content ? message : { ...message, content: content as ContentBlock[] };
}

function settle(state: ConversationState, id: string, outcome: Outcome, shown = Infinity): ConversationState {
  const settled = updateMessage(state, id, (message) => ({
    ...message,
    content: settledContent(message.content, shown) as ContentBlock[],
    outcome,
  }));
  return atRest(settled);
}

/** Nothing is under way here any more: an answer of another tab at the end of the branch being read is resumed. */
function atRest(state: ConversationState): ConversationState {
  const { conversation, generation } = openConversation(state.conversation);
  return { ...state, conversation, generation };
}

/** What is kept of an answer when it ends: cut to what was shown, without blocks that never said anything. */
export function settledContent(content: readonly ContentBlock[], shown = Infinity): readonly ContentBlock[] {
  const kept = clampContent(content, shown);
  const isEmpty = (block: ContentBlock) =>
    (isTextBlock(block) && block.text === "") ||
    (isThinkingBlock(block) && block.thinking === "" && block.signature === "");
  return kept.some(isEmpty) ? kept.filter((block) => !isEmpty(block)) : kept;
}

/** The log and the content of an answer that ends as `outcome`, from its `events` cut to the text that was `shown`. */
export function endOfAnswer(
  events: readonly GenerationEvent[],
  shown: number,
  outcome: Outcome,
): { log: readonly GenerationEvent[]; content: readonly ContentBlock[] } {
  const kept = cutEvents(events, shown);
  const content = settledContent(kept.reduce<readonly ContentBlock[]>(applyEvent, []));
  return { log: [...kept, { type: "generation_end", outcome }], content };
}

/** A refused answer was never begun: it goes, and with it the message the server never took. One that had begun has failed. */
function refuse(state: ConversationState, id: string, error: Refusal): ConversationState {
  const { generation } = state;
  if (generation.phase === "idle" || generation.id !== id) return state;
  if (generation.lastEventId > 0) {
    return settle(state, id, { type: "failed", error: { code: "internal", message: error.message } });
  }
  return takeBack(state, generation, error);
}

/** It was never begun either, so it goes in the same way, unless the reader has gone on from it. */
function refuseStopped(state: ConversationState, stopped: LivingGeneration, error: Refusal): ConversationState {
  if (state.generation.phase !== "idle") return state;
  const { messages } = state.conversation;
  const isStopped = messages.some(({ id, outcome }) => id === stopped.id && outcome?.type === "stopped");
  const isFollowed = messages.some(({ parentId }) => parentId === stopped.id);
  return isStopped && !isFollowed ? takeBack(state, stopped, error) : state;
}

function takeBack(state: ConversationState, generation: LivingGeneration, error: Refusal): ConversationState {
  const { conversation } = state;
  const { id, unsent } = generation;
  const origin = originOf(generation);
  const answer = conversation.messages.find((message) => message.id === id);
  const parentId = unsent === null ? (answer?.parentId ?? null) : unsent.parentId;
  const messages = conversation.messages.filter((message) => message.id !== id && message.id !== unsent?.id);
  const isElsewhere = messages.some((message) => message.id === conversation.leafId);
  const leafId = isElsewhere ? conversation.leafId : newestLeaf(messages, origin.edits ?? origin.continues ?? parentId);
  return atRest({
    ...state,
    conversation: { ...conversation, messages, leafId },
    refused: { error, message: unsent, parentId, ...origin },
  });
}

function updateMessage(state: ConversationState, id: string, change: (message: Message) => Message): ConversationState {
  const { messages } = state.conversation;
  const index = messages.findLastIndex((message) => message.id === id);
  const message = messages[index];
  if (message === undefined) return state;
  const changed = change(message);
  if (changed === message) return state;
  return { ...state, conversation: { ...state.conversation, messages: messages.with(index, changed) } };
}

function isCurrent(state: ConversationState, id: string): boolean {
  return state.generation.phase !== "idle" && state.generation.id === id;
}

/** The other branch; an answer under way at its end is resumed, unless another one is: then when that has ended. */
function showBranch(state: ConversationState, leafId: string): ConversationState {
  const shown = { ...state, conversation: { ...state.conversation, leafId } };
  return state.generation.phase === "idle" ? atRest(shown) : shown;
}

function makeTemporary(state: ConversationState, isTemporary: boolean): ConversationState {
  const { temporary: _, ...conversation } = state.conversation;
  if (conversation.messages.length > 0) return state;
  return { ...state, conversation: isTemporary ? { ...conversation, temporary: true } : conversation };
}

/** What was never begun cannot be gone, and what is under way ends in its own way. What waits stays, for the reader to take. */
function forget(state: ConversationState): ConversationState {
  const { conversation, generation, queued } = state;
  if (conversation.messages.length === 0 || generation.phase !== "idle") return state;
  return {
    conversation: { ...conversation, title: "", leafId: null, messages: [], gone: true },
    generation,
    refused: null,
    queued,
  };
}

/** The conversation as the server has it, but for what is under way here: the server may not know it yet, or less of it. */
function load(state: ConversationState, loaded: Conversation, lastEventId: number): ConversationState {
  const { conversation, generation } = state;
  if (generation.phase === "idle") {
    return { ...openLoaded(conversation.leafId, loaded, lastEventId), refused: state.refused, queued: state.queued };
  }
  const isUnderWay = ({ id }: Message) => id === generation.id || id === generation.unsent?.id;
  const messages = [
    ...loaded.messages.filter((message) => !isUnderWay(message)),
    ...conversation.messages.filter(isUnderWay),
  ];
  return { ...state, conversation: { ...loaded, leafId: conversation.leafId, messages } };
}

/** What was loaded, read on from `leafId`: a branch that was made elsewhere is offered, and takes nobody away from his own. */
function openLoaded(leafId: string | null, loaded: Conversation, lastEventId: number): ConversationState {
  const goesOn = pathTo(loaded.messages, loaded.leafId).some(({ id }) => id === leafId);
  const isKnown = loaded.messages.some(({ id }) => id === leafId);
  return goesOn || !isKnown ? openConversation(loaded, lastEventId) : openConversation({ ...loaded, leafId });
}

/** `next` with each message that is as it was replaced by the object known before. */
function keepIdentity(known: Conversation, next: Conversation): Conversation {
  const byId = new Map(known.messages.map((message) => [message.id, message]));
  const messages = next.messages.map((message) => {
    const before = byId.get(message.id);
    return before !== undefined && isSame(before, message) ? before : message;
  });
  return { ...next, messages };
}

function isSame(left: Message, right: Message): boolean {
  return (
    textOf(left.content) === textOf(right.content) && JSON.stringify(textless(left)) === JSON.stringify(textless(right))
  );
}

/** The message with lengths for its texts: to write megabytes of them as JSON would hold up the page. */
function textless({ content, ...rest }: Message): unknown {
  return {
    ...rest,
    content: content.map((block) => (isTextBlock(block) ? { ...block, text: block.text.length } : block)),
  };
}

/** What keeps queued messages from being sent: where it is the `reader`, after a refusal or a failure, nothing goes by itself. */
export type Hold = "gone" | "answer" | "reader" | "nothing";

export function holdOf({ conversation, generation, refused }: ConversationState): Hold {
  const { messages, leafId, gone } = conversation;
  if (gone) return "gone";
  if (generation.phase !== "idle") return "answer";
  const hasFailed = messages.find(({ id }) => id === leafId)?.outcome?.type === "failed";
  return refused !== null || hasFailed ? "reader" : "nothing";
}

/** The message on its way that the server may not have yet. */
export function unsentOf({ generation }: ConversationState): Message | null {
  return generation.phase === "idle" ? null : generation.unsent;
}

/** Whether the server has at least one message of the conversation. */
export function isKept(state: ConversationState): boolean {
  const unsent = unsentOf(state);
  return state.conversation.messages.some((message) => message.role === "user" && message.id !== unsent?.id);
}

/** The messages from the root to `leafId`, in reading order. A broken or circular chain ends where it breaks. */
export function pathTo(messages: readonly Message[], leafId: string | null): Message[] {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const path = new Set<Message>();
  let next = leafId === null ? undefined : byId.get(leafId);
  while (next !== undefined && !path.has(next)) {
    path.add(next);
    next = next.parentId === null ? undefined : byId.get(next.parentId);
  }
  return [...path].reverse();
}

/**
 * The newest message of the branch that begins at `rootId`, or of the whole conversation for null; `rootId` itself
 * when nothing follows it. A circular chain ends where it closes.
 */
export function newestLeaf(messages: readonly Message[], rootId: string | null): string | null {
  const newestChildren = new Map(messages.map((message) => [message.parentId, message]));
  let leafId = rootId;
  const seen = new Set<Message>();
  for (;;) {
    const child = newestChildren.get(leafId);
    if (child === undefined || seen.has(child)) return leafId;
    seen.add(child);
    leafId = child.id;
  }
}

/** Tells the versions of a message: the messages that follow the same one, in the order they were made. */
export function versionsIn(messages: readonly Message[]): (message: Message) => readonly Message[] {
  const siblings = new Map<string, Message[]>();
  const keyOf = ({ parentId, role }: Message) => `${role} ${parentId}`;
  for (const message of messages) {
    const known = siblings.get(keyOf(message));
    if (known === undefined) siblings.set(keyOf(message), [message]);
    else known.push(message);
  }
  return (message) => siblings.get(keyOf(message)) ?? [];
}
