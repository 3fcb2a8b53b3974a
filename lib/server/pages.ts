import { randomUUID } from "node:crypto";
import { headers } from "next/headers";
import type { Conversation } from "@/lib/chat/conversation";
import { modelName } from "@/lib/chat/model-name";
import { uuid } from "@/lib/chat/request";
import { instance } from "./instance";
import { modelId } from "./model";
import { openSession } from "./session";
import { readConversation } from "./store/conversations";

/** What the page of a conversation needs. */
export type OpenedConversation = { conversation: Conversation; lastEventId: number; modelName: string };

/** A new conversation; the id is fresh on every visit. */
export async function openNewConversation(): Promise<OpenedConversation | "gated"> {
  // Reading the request makes the page dynamic, so that no two visits share an id.
  if (!openSession(await headers()).isLetIn) return "gated";
  const conversation = { id: randomUUID(), title: "", leafId: null, messages: [] };
  return { conversation, lastEventId: 0, modelName: modelName(modelId()) };
}

/** The visitor's conversation as the store has it; null for one that is not theirs or does not exist. */
export async function openStoredConversation(id: string): Promise<OpenedConversation | "gated" | null> {
  const { visitor, isLetIn } = openSession(await headers());
  if (!isLetIn) return "gated";
  if (!uuid.safeParse(id).success) return null;
  const { store } = await instance();
  const read = await readConversation(store, visitor.id, id.toLowerCase());
  // A temporary conversation has no address: it is on the one page that began it.
  if (read?.conversation.temporary) return null;
  return read === undefined ? null : { ...read, modelName: modelName(modelId()) };
}
