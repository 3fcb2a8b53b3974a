import { randomUUID } from "node:crypto";
import { cookies } from "next/headers";
import type { Conversation } from "@/lib/chat/conversation";
import { uuid } from "@/lib/chat/request";
import { instance } from "./instance";
import { modelId, modelName } from "./model";
import { openSession } from "./session";
import { readConversation } from "./store/conversations";

/** What the page of a new conversation needs; the id is fresh on every visit. */
export async function openNewConversation(): Promise<{ id: string; modelName: string }> {
  // Reading the request makes the page dynamic, so that no two visits share an id.
  await cookies();
  return { id: randomUUID(), modelName: modelName(modelId()) };
}

export type StoredConversation = { conversation: Conversation; lastEventId: number; modelName: string };

/** The visitor's conversation as the store has it; null for one that is not theirs or does not exist. */
export async function openStoredConversation(id: string): Promise<StoredConversation | null> {
  if (!uuid.safeParse(id).success) return null;
  const { visitor } = openSession((await cookies()).toString());
  const { store } = await instance();
  const read = await readConversation(store, visitor.id, id.toLowerCase());
  return read === undefined ? null : { ...read, modelName: modelName(modelId()) };
}
