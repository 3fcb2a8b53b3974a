import { z } from "zod";
import { archivedTitle, isTooLong, type Reading, TOO_MANY_MESSAGES, unreadable } from "./archive";
import { type ForeignNode, treeOf } from "./foreign-tree";
import type { Message } from "./message";

/** What is read of a node of `mapping`; whatever else, or missing, is as if it were not there. */
const node = z.object({
  parent: z.string().nullish().catch(null),
  message: z
    .object({
      author: z.object({ role: z.string() }),
      content: z.looseObject({ content_type: z.string() }),
      create_time: z.number().nullish().catch(null),
      recipient: z.string().nullish().catch(null),
      metadata: z
        .object({
          model_slug: z.string().max(200).optional().catch(undefined),
          is_visually_hidden_from_conversation: z.boolean().optional().catch(undefined),
          attachments: z
            .array(z.object({ name: z.string(), mime_type: z.string().optional().catch(undefined) }))
            .optional()
            .catch(undefined),
        })
        .nullish()
        .catch(null),
    })
    .nullish()
    .catch(null),
});

type NodeMessage = NonNullable<z.infer<typeof node>["message"]>;

const conversation = z.object({
  id: z.string().nullish().catch(null),
  conversation_id: z.string().nullish().catch(null),
  title: z.string().nullish().catch(null),
  create_time: z.number().nullish().catch(null),
  update_time: z.number().nullish().catch(null),
  current_node: z.string().nullish().catch(null),
});

/** Whether `value` is a conversation as ChatGPT exports it: a tree in `mapping`. */
export function isChatGptConversation(value: object): value is { mapping: object } {
  const { mapping } = value as { mapping?: unknown };
  return typeof mapping === "object" && mapping !== null && !Array.isArray(mapping);
}

/** Reads one conversation of ChatGPT's export. Its ids are theirs; "" where it has none. `now` stands for a lost time. */
export function readChatGptConversation(value: { mapping: object }, now: string): Reading {
  if (isTooLong(value.mapping)) return unreadable(value, TOO_MANY_MESSAGES);
  const given = conversation.parse(value);
  const createdAt = isoOf(given.create_time) ?? isoOf(given.update_time) ?? now;
  const nodes = Object.entries(value.mapping).map(([id, one]) => nodeOf(id, one, createdAt));
  const tree = treeOf(nodes, given.current_node ?? null);
  if (tree === null) return unreadable(value, "Its branches repeat too much.");
  if (tree.messages.length === 0) return unreadable(value, "It has no messages that can be shown.");
  return {
    type: "read",
    source: "chatgpt",
    conversation: {
      id: given.conversation_id ?? given.id ?? "",
      title: archivedTitle(given.title ?? ""),
      pinned: false,
      ...tree,
      createdAt,
      updatedAt: isoOf(given.update_time) ?? createdAt,
    },
  };
}

function nodeOf(id: string, value: unknown, conversationAt: string): ForeignNode {
  const parsed = node.safeParse(value);
  const message = parsed.success ? parsed.data.message : null;
  return {
    id,
    parentId: (parsed.success ? parsed.data.parent : null) ?? null,
    role: message ? roleOf(message) : null,
    text: message ? textOf(message) : "",
    createdAt: isoOf(message?.create_time) ?? conversationAt,
    model: message?.metadata?.model_slug,
  };
}

function roleOf({ author, metadata }: NodeMessage): Message["role"] | null {
  if (metadata?.is_visually_hidden_from_conversation === true) return null;
  return author.role === "user" || author.role === "assistant" ? author.role : null;
}

/** Not shown to the reader there either: what the model thought, and what it was told about the reader. */
const UNSHOWN = new Set(["thoughts", "reasoning_recap", "user_editable_context", "model_editable_context"]);
const PYTHON = new Set(["python", "code_interpreter"]);
/** References are marked with characters for private use: they point at nothing outside of ChatGPT. */
const MARKERS = /\uE200[^\uE200\uE201]*\uE201/g;

function textOf(message: NodeMessage): string {
  const { content, recipient, metadata } = message;
  const type = content.content_type;
  if (UNSHOWN.has(type)) return "";
  const lines = type === "code" ? [code(content, recipient ?? "all")] : partsOf(content, recipient ?? "all");
  const hasImages = lines.includes("[image]");
  for (const { name, mime_type: mediaType } of metadata?.attachments ?? []) {
    if (!hasImages || mediaType?.startsWith("image/") !== true) lines.push(`[attachment: ${name}]`);
  }
  return lines.filter((line) => line.trim() !== "").join("\n\n");
}

type Content = NodeMessage["content"];

function code({ text, language }: Content, recipient: string): string {
  if (typeof text !== "string" || text === "") return "";
  if (recipient !== "all" && !PYTHON.has(recipient)) return `[tool: ${recipient}]`;
  const named = typeof language === "string" && /^[\w+#-]+$/.test(language) && language !== "unknown" ? language : "";
  return fenced(text, named === "" && recipient !== "all" ? "python" : named);
}

/** `text` in a fence that is longer than any in it. */
function fenced(text: string, language: string): string {
  let longest = 2;
  for (const [run] of text.matchAll(/`{3,}/g)) longest = Math.max(longest, run.length);
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

function partsOf(content: Content, recipient: string): string[] {
  if (recipient !== "all") return [`[tool: ${recipient}]`];
  const { parts, text, content_type: type } = content;
  if (Array.isArray(parts)) return parts.map(partOf);
  return [typeof text === "string" ? text.replace(MARKERS, "") : `[${type}]`];
}

function partOf(part: unknown): string {
  if (typeof part === "string") return part.replace(MARKERS, "");
  const { text, content_type: type } = (part ?? {}) as { text?: unknown; content_type?: unknown };
  if (typeof text === "string") return text;
  if (typeof type !== "string") return "";
  if (type.includes("image")) return "[image]";
  if (type.includes("audio")) return "[audio]";
  return type.includes("video") ? "[video]" : `[${type}]`;
}

/** The last second of the year 9999, in which ISO 8601 still has four digits for the year. */
const LAST_SECOND = 253_402_300_799;

function isoOf(seconds: number | null | undefined): string | undefined {
  if (typeof seconds !== "number" || !(seconds > 0 && seconds <= LAST_SECOND)) return undefined;
  return new Date(seconds * 1000).toISOString();
}
