import type { Share } from "@/lib/chat/share";
import { type Answered, ask, sending } from "./ask";

/** What is to be shared: the turns `turnIds` of the path to `leafId`, all of them without it. */
export type NewShare = { leafId: string; turnIds?: readonly string[]; title: string; expiresAt: string | null };

export function createShare(conversationId: string, share: NewShare): Promise<Answered<Share>> {
  return ask(`/api/conversations/${conversationId}/shares`, sending("POST", share));
}

/** The visitor's links that still show something, newest first. */
export async function readShares(): Promise<Answered<Share[]>> {
  const read = await ask<{ shares: Share[] }>("/api/shares", {});
  return read.type === "done" ? { type: "done", result: read.result.shares } : read;
}

export function revokeShare(id: string): Promise<Answered<{ id: string }>> {
  return ask(`/api/shares/${id}`, { method: "DELETE" });
}

/** Copies what the link shows into the conversation `conversationId` of the visitor's own; once, however often. */
export function copyShare(id: string, conversationId: string): Promise<Answered<{ conversationId: string }>> {
  return ask(`/api/shares/${id}/copy`, sending("POST", { conversationId }));
}
