import { z } from "zod";
import { archivedTitle, isTooLong, type Reading, TOO_MANY_MESSAGES, unreadable } from "./archive";
import { type ForeignNode, treeOf } from "./foreign-tree";

const named = z.object({ file_name: z.string().min(1) }).catch({ file_name: "" });

/** What is read of a message; whatever else, or missing, is as if it were not there. */
const chatMessage = z.object({
  uuid: z.string().min(1),
  sender: z.string(),
  text: z.string().nullish().catch(null),
  content: z
    .array(z.looseObject({ type: z.string() }).catch({ type: "" }))
    .nullish()
    .catch(null),
  created_at: z.string().nullish().catch(null),
  attachments: z.array(named).nullish().catch(null),
  files: z.array(named).nullish().catch(null),
  parent_message_uuid: z.string().nullish().catch(null),
});

type ChatMessage = z.infer<typeof chatMessage>;

const conversation = z.object({
  uuid: z.string().nullish().catch(null),
  name: z.string().nullish().catch(null),
  created_at: z.string().nullish().catch(null),
  updated_at: z.string().nullish().catch(null),
  current_leaf_message_uuid: z.string().nullish().catch(null),
});

/** Whether `value` is a conversation as Claude exports it: a list in `chat_messages`. */
export function isClaudeConversation(value: object): value is { chat_messages: unknown[] } {
  return Array.isArray((value as { chat_messages?: unknown }).chat_messages);
}

/** Reads one conversation of Claude's export. Its ids are theirs; "" where it has none. `now` stands for a lost time. */
export function readClaudeConversation(value: { chat_messages: unknown[] }, now: string): Reading {
  if (isTooLong(value.chat_messages)) return unreadable(value, TOO_MANY_MESSAGES);
  const given = conversation.parse(value);
  const createdAt = isoOf(given.created_at) ?? isoOf(given.updated_at) ?? now;
  const messages = value.chat_messages.flatMap((one) => {
    const parsed = chatMessage.safeParse(one);
    return parsed.success ? [parsed.data] : [];
  });
  // Older exports are a plain list. In newer ones the first message follows one that is not there.
  const isTree = messages.some(({ parent_message_uuid: parentId }) => parentId != null);
  const nodes = messages.map((message, index): ForeignNode => {
    const before = isTree ? message.parent_message_uuid : messages[index - 1]?.uuid;
    return {
      id: message.uuid,
      parentId: before ?? null,
      role: message.sender === "human" ? "user" : message.sender === "assistant" ? "assistant" : null,
      text: textOf(message),
      createdAt: isoOf(message.created_at) ?? createdAt,
    };
  });
  const tree = treeOf(nodes, given.current_leaf_message_uuid ?? messages.at(-1)?.uuid ?? null);
  if (tree === null) return unreadable(value, "Its branches repeat too much.");
  if (tree.messages.length === 0) return unreadable(value, "It has no messages that can be shown.");
  return {
    type: "read",
    source: "claude",
    conversation: {
      id: given.uuid ?? "",
      title: archivedTitle(given.name ?? ""),
      pinned: false,
      ...tree,
      createdAt,
      updatedAt: isoOf(given.updated_at) ?? createdAt,
    },
  };
}

function textOf({ text, content, attachments, files }: ChatMessage): string {
  const blocks = (content ?? []).map(blockText).filter((one) => one.trim() !== "");
  const said = blocks.some((one) => !one.startsWith("[")) || !text?.trim() ? blocks : [text, ...blocks];
  const names = new Set([...(attachments ?? []), ...(files ?? [])].map(({ file_name: name }) => name));
  names.delete("");
  return [...said, ...[...names].map((name) => `[attachment: ${name}]`)].join("\n\n");
}

function blockText(block: { type: string; [key: string]: unknown }): string {
  switch (block.type) {
    case "text":
      return typeof block.text === "string" ? block.text : "";
    case "tool_use":
    case "server_tool_use":
      return `[tool: ${typeof block.name === "string" ? block.name : "unknown"}]`;
    case "image":
    case "document":
      return `[${block.type}]`;
    default:
      // Thinking, what tools answered, and what carries no text of its own.
      return "";
  }
}

function isoOf(text: string | null | undefined): string | undefined {
  if (typeof text !== "string" || !/^\d{4}-\d\d-\d\dT/.test(text)) return undefined;
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}
