import type { ArchivedConversation } from "./archive";
import { type ContentBlock, isTextBlock, type Message, NO_USAGE, type Outcome, textOf } from "./message";

/** What the text of an answer had grown to, in UTF-16 units, so many milliseconds after the answer began. */
export type Arrival = readonly [atMs: number, length: number];

/** How an answer ended, as far as it concerns who reads it elsewhere. */
export type Ending = "done" | "length" | "declined" | "stopped" | "interrupted" | "failed";

/** A message as the readers of a share get it. Nothing else of it leaves the conversation. */
export type SharedMessage =
  | { role: "user"; text: string; attachments: readonly string[] }
  | {
      role: "assistant";
      text: string;
      model: string;
      ending: Ending;
      /** How it came, where that is still known. */
      arrivals?: readonly Arrival[];
    };

export type SharedAnswer = Extract<SharedMessage, { role: "assistant" }>;

/** What a link shows: frozen when the link was made. Times are ISO 8601, UTC. */
export type Snapshot = { title: string; createdAt: string; messages: readonly SharedMessage[] };

/** A link as its owner sees it. `expiresAt` null: never. */
export type Share = {
  id: string;
  conversationId: string;
  title: string;
  createdAt: string;
  expiresAt: string | null;
};

/** The title of a share that leaves out the turn its conversation is named after. */
export const PLAIN_TITLE = "A shared conversation";

/** Messages that are shared together or not at all: one of the reader's with its answer. `id` is the first one's. */
export type ShareableTurn = { id: string; messages: readonly Message[] };

export function shareableTurns(path: readonly Message[]): ShareableTurn[] {
  const turns: { id: string; messages: Message[] }[] = [];
  for (const message of path) {
    const open = turns.at(-1);
    if (open === undefined || message.role === "user") turns.push({ id: message.id, messages: [message] });
    else open.messages.push(message);
  }
  return turns;
}

/** The title a share gets unless another is chosen: a conversation is named after its first turn. */
export function titleOfShare(title: string, turns: readonly ShareableTurn[], pickedIds: ReadonlySet<string>): string {
  const first = turns[0];
  return first !== undefined && pickedIds.has(first.id) ? title : PLAIN_TITLE;
}

/** What others will see of `message`: its words, and what was attached by name alone. */
export function sharedMessage(message: Message, arrivals?: readonly Arrival[]): SharedMessage {
  const text = textOf(message.content);
  if (message.role === "user") return { role: "user", text, attachments: attachmentNames(message) };
  const fitting = arrivals === undefined ? undefined : arrivalsWithin(arrivals, text.length);
  return {
    role: "assistant",
    text,
    model: message.model ?? "",
    ending: endingOf(message.outcome),
    ...(fitting === undefined ? {} : { arrivals: fitting }),
  };
}

const ATTACHMENTS: ReadonlySet<string> = new Set(["image", "document"]);

function attachmentNames({ content }: Message): string[] {
  return content.flatMap((block) => {
    if (isTextBlock(block) || !ATTACHMENTS.has(block.type)) return [];
    const name = "title" in block && typeof block.title === "string" ? block.title.trim() : "";
    if (name !== "") return [name];
    return [block.type === "image" ? "Image" : "Document"];
  });
}

function endingOf(outcome: Outcome | undefined): Ending {
  switch (outcome?.type) {
    case "done":
      if (outcome.stop_reason === "refusal") return "declined";
      return outcome.stop_reason === "max_tokens" ? "length" : "done";
    case "stopped":
    case "interrupted":
    case "failed":
      return outcome.type;
    case undefined:
      return "interrupted";
  }
}

export type NewIds = { id: string; newId(): string; now: string };

/** `snapshot` as a conversation of its reader's own, `id`, with fresh ids for its messages. */
export function copyOf({ title, messages }: Snapshot, { id, newId, now }: NewIds): ArchivedConversation {
  let parentId: string | null = null;
  const copied = messages.map((shared): Message => {
    const message = { id: newId(), parentId, content: copiedContent(shared), createdAt: now };
    parentId = message.id;
    if (shared.role === "user") return { ...message, role: "user" };
    return { ...message, role: "assistant", outcome: outcomeOf(shared.ending), model: shared.model };
  });
  return { id, title, pinned: false, leafId: parentId, createdAt: now, updatedAt: now, messages: copied };
}

/** The files were not shared, so their names are all that can be said of them. */
function copiedContent(shared: SharedMessage): ContentBlock[] {
  const names = shared.role === "user" ? shared.attachments.map((name) => `[${name}]`) : [];
  const text = [...names, shared.text].filter((part) => part !== "").join("\n\n");
  return text === "" ? [] : [{ type: "text", text }];
}

/** The outcome of a copied answer. What it cost was paid, and counted, elsewhere. */
function outcomeOf(ending: Ending): Outcome {
  switch (ending) {
    case "done":
      return { type: "done", stop_reason: "end_turn", usage: NO_USAGE };
    case "length":
      return { type: "done", stop_reason: "max_tokens", usage: NO_USAGE };
    case "declined":
      return { type: "done", stop_reason: "refusal", usage: NO_USAGE };
    case "stopped":
      return { type: "stopped", usage: NO_USAGE };
    case "interrupted":
      return { type: "interrupted" };
    case "failed":
      return { type: "failed", error: { code: "internal", message: "This answer had failed before it was shared." } };
  }
}

/** The arrivals of a text of `length`, in order; undefined when the log does not tell of all of it. */
function arrivalsWithin(arrivals: readonly Arrival[], length: number): readonly Arrival[] | undefined {
  const kept: Arrival[] = [];
  for (const [atMs, arrived] of arrivals) {
    const last = kept.at(-1);
    const grown = Math.min(arrived, length);
    if (grown <= (last?.[1] ?? 0)) continue;
    kept.push([Math.max(atMs, last?.[0] ?? 0), grown]);
  }
  return kept.at(-1)?.[1] === length ? kept : undefined;
}
