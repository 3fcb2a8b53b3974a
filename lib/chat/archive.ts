import { z } from "zod";
import type { FailureCode } from "./error";
import type { ContentBlock, Message, Outcome, Usage } from "./message";
import { uuid } from "./request";

/** What goes out and comes back in. `messages` are in order of arrival: a message stands after the one it follows. */
export type ArchivedConversation = {
  id: string;
  title: string;
  pinned: boolean;
  leafId: string | null;
  /** ISO 8601, UTC, as are all times. */
  createdAt: string;
  updatedAt: string;
  messages: Message[];
};

/** A conversation of a file, or why it cannot be read. `source` is the product whose ids it has. */
export type Reading =
  | { type: "read"; source: "platen" | "chatgpt" | "claude"; conversation: ArchivedConversation }
  | { type: "unreadable"; title?: string; reason: string };

export const ARCHIVE_FORMAT = "platen";
export const ARCHIVE_VERSION = 1;

/** Around the conversations, one a line. The same conversations give the same bytes: no time, no order by chance. */
export const ARCHIVE_HEAD = `{"format":"${ARCHIVE_FORMAT}","version":${ARCHIVE_VERSION},"conversations":[`;
export const ARCHIVE_FOOT = "\n]}\n";

const MAX_TITLE_LENGTH = 200;
/** Nobody has read that much in one conversation; reading millions would hold up everybody else. */
const MOST_MESSAGES = 100_000;

const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString());

const block = z
  .looseObject({ type: z.string() })
  .refine((one) => one.type !== "text" || typeof one.text === "string", "is a text without a text")
  .refine(
    (one) => one.type !== "thinking" || (typeof one.thinking === "string" && typeof one.signature === "string"),
    "is thinking without a thought",
  );

const tokens = z.number().nonnegative();
const usage = z.looseObject({ input_tokens: tokens, output_tokens: tokens });
/** Each has a sentence of its own, so one that is not known could not be shown. */
const failureCode = z.enum([
  "overloaded",
  "rate_limited",
  "unavailable",
  "invalid_request",
  "context_exceeded",
  "internal",
] satisfies FailureCode[]);
const outcome = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("done"), stop_reason: z.string(), usage }),
  z.looseObject({ type: z.literal("stopped"), usage }),
  z.looseObject({ type: z.literal("interrupted"), usage: usage.optional() }),
  z.looseObject({ type: z.literal("failed"), error: z.looseObject({ code: failureCode, message: z.string() }) }),
]);

/** A list that is judged as far as its first fault: an array of the schema's own would note each of a million. */
function listOf<Item extends z.ZodType>(item: Item) {
  return z.array(z.unknown()).transform((values, { addIssue }) => {
    const items: z.output<Item>[] = [];
    for (const [index, value] of values.entries()) {
      const { success, data, error } = item.safeParse(value);
      if (!success) {
        addIssue({ code: "custom", path: [index, ...(error.issues[0]?.path ?? [])] });
        return z.NEVER;
      }
      items.push(data);
    }
    return items;
  });
}

const archivedMessage = z.object({
  id: uuid,
  parentId: uuid.nullable(),
  role: z.enum(["user", "assistant"]),
  content: listOf(block),
  outcome: outcome.optional(),
  model: z.string().max(200).transform(storable).optional(),
  usage: usage.optional(),
  createdAt: time,
});

const archivedConversation = z.object({
  id: uuid,
  title: z.string().transform(archivedTitle),
  pinned: z.boolean(),
  leafId: uuid.nullable(),
  createdAt: time,
  updatedAt: time,
  messages: listOf(archivedMessage).refine((messages) => messages.length > 0),
});

/** `text` as both stores can keep it in a column of its own: without NULs and lone surrogates. */
function storable(text: string): string {
  return text.replaceAll("\0", "").toWellFormed();
}

/** `title` as it can be kept: one line of at most 200 characters, maybe none. */
export function archivedTitle(title: string): string {
  const line = storable(title).trim();
  return line.length <= MAX_TITLE_LENGTH ? line : storable(line.slice(0, MAX_TITLE_LENGTH)).replace(/\uFFFD$/, "");
}

/** Reads one conversation of Platen's own format. */
export function readArchived(value: unknown): Reading {
  if (isTooLong((value as { messages?: unknown } | null)?.messages)) return unreadable(value, TOO_MANY_MESSAGES);
  const parsed = archivedConversation.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue?.path.length ? `: see “${issue.path.join(".")}”` : "";
    return unreadable(value, `It does not have the shape of a conversation${where}.`);
  }
  const { data } = parsed;
  const fault = faultOf(data.messages);
  if (fault !== undefined) return unreadable(value, fault);
  // Content goes on as it came, with its keys in their order: the schema above has only judged it.
  const raw = (value as { messages: RawMessage[] }).messages;
  const messages = data.messages.map((message, index) => {
    const { content, outcome, usage } = raw[index] as RawMessage;
    const isAnswer = message.role === "assistant";
    return {
      id: message.id,
      parentId: message.parentId,
      role: message.role,
      content,
      ...(isAnswer ? { outcome: outcome ?? { type: "interrupted" as const } } : {}),
      ...(isAnswer && message.model !== undefined ? { model: message.model } : {}),
      ...(isAnswer && usage !== undefined ? { usage } : {}),
      createdAt: message.createdAt,
    };
  });
  const leafId = messages.some(({ id }) => id === data.leafId) ? data.leafId : (messages.at(-1)?.id ?? null);
  return { type: "read", source: "platen", conversation: { ...data, leafId, messages } };
}

type RawMessage = { content: ContentBlock[]; outcome?: Outcome; usage?: Usage };

/** Why `messages` are not a conversation's tree, if they are not: a message follows an answer, an answer a message. */
function faultOf(messages: readonly Pick<Message, "id" | "parentId" | "role">[]): string | undefined {
  const roles = new Map<string, Message["role"]>();
  for (const { id, parentId, role } of messages) {
    if (roles.has(id)) return "Two of its messages have the same id.";
    const before = parentId === null ? null : roles.get(parentId);
    if (before === undefined) return "A message follows one that is not there.";
    if (before === role) return "Two messages of the same author follow each other.";
    if (role === "assistant" && before === null) return "It begins with an answer.";
    roles.set(id, role);
  }
  return undefined;
}

export const TOO_MANY_MESSAGES = "It has more than 100,000 messages.";

/** Whether `messages`, a list or an object of them, are more than are read of one conversation. */
export function isTooLong(messages: unknown): boolean {
  if (typeof messages !== "object" || messages === null) return false;
  return (Array.isArray(messages) ? messages : Object.keys(messages)).length > MOST_MESSAGES;
}

/** A conversation that cannot be read, by its title where it says one. */
export function unreadable(value: unknown, reason: string): Reading {
  const { title, name } = (value ?? {}) as { title?: unknown; name?: unknown };
  const said = [title, name].find((text) => typeof text === "string" && text.trim() !== "") as string | undefined;
  return { type: "unreadable", ...(said === undefined ? {} : { title: archivedTitle(said) }), reason };
}
