import { randomBytes, randomUUID } from "node:crypto";
import { cache } from "react";
import { pathTo } from "@/lib/chat/conversation";
import type { Refusal } from "@/lib/chat/error";
import type { Message } from "@/lib/chat/message";
import {
  copyOf,
  type Share,
  type SharedMessage,
  type Snapshot,
  shareableTurns,
  sharedMessage,
  titleOfShare,
} from "@/lib/chat/share";
import { type ShareRequest, shareId } from "@/lib/chat/share-request";
import { instance, isoTime } from "./instance";
import { claimRoom, roomRefusal } from "./room";
import { readConversation } from "./store/conversations";
import type { Store } from "./store/database";
import {
  countShares,
  deleteExpiredShares,
  insertShare,
  listShares,
  readArrivals,
  readShare,
  revokeShare,
  saveCopy,
} from "./store/shares";

/** What one visitor may keep shared at a time: each link holds a copy of its own. */
const MOST_SHARES = 500;
/** In UTF-16 units of JSON: a page this long is still read in one go. */
const LONGEST_SHARE = 4_000_000;

type Shared = { share: Share } | { refusal: Refusal };

function refused(code: Refusal["code"], message: string): { refusal: Refusal } {
  return { refusal: { code, message } };
}

/** Freezes the path to a message of the visitor's, as far as it was picked, under a link of its own. */
export async function shareConversation(visitorId: string, id: string, request: ShareRequest): Promise<Shared> {
  const { store } = await instance();
  const now = isoTime();
  const read = await readConversation(store, visitorId, id);
  if (read === undefined || read.conversation.temporary) {
    return refused("not_found", "There is no such conversation.");
  }
  const { title, messages } = read.conversation;
  const path = pathTo(messages, request.leafId);
  if (path.length === 0) return refused("not_found", "There is no such message.");
  const turns = shareableTurns(path);
  const pickedIds = new Set(request.turnIds ?? turns.map((turn) => turn.id));
  const picked = turns.filter((turn) => pickedIds.has(turn.id));
  if (picked.length < pickedIds.size) return refused("not_found", "There is no such turn in this conversation.");
  const shown = picked.flatMap((turn) => turn.messages);
  if (shown.some(isBeingWritten)) return refused("conflict", "An answer in it is still being written.");
  const expiresAt = request.expiresAt ?? null;
  if (expiresAt !== null && expiresAt <= now) return refused("invalid_request", "That time is already past.");
  await deleteExpiredShares(store, now);
  if ((await countShares(store, visitorId)) >= MOST_SHARES) {
    return refused("conflict", "You share as much as you can at once: revoke a link that is no longer needed.");
  }
  const frozen = await Promise.all(shown.map((message) => freeze(store, message)));
  if (JSON.stringify(frozen).length > LONGEST_SHARE) {
    return refused("too_large", "This is too long to be shared at once: pick fewer turns.");
  }
  const noRoom = await roomRefusal(store, visitorId);
  if (noRoom !== undefined) return { refusal: noRoom };
  const share: Share = {
    id: randomBytes(16).toString("hex"),
    conversationId: id,
    title: request.title ?? titleOfShare(title, turns, pickedIds),
    createdAt: now,
    expiresAt,
  };
  await insertShare(store, { ...share, visitorId, messages: frozen });
  return { share };
}

function isBeingWritten({ role, outcome }: Message): boolean {
  return role === "assistant" && outcome === undefined;
}

async function freeze(store: Store, message: Message): Promise<SharedMessage> {
  return sharedMessage(message, message.role === "assistant" ? await readArrivals(store, message.id) : undefined);
}

/** The visitor's links that still show something, newest first. */
export async function sharesOf(visitorId: string): Promise<Share[]> {
  const { store } = await instance();
  return listShares(store, visitorId, isoTime());
}

/** Ends one of the visitor's links. Whether it was theirs. */
export async function endShare(visitorId: string, id: string): Promise<boolean> {
  if (!isShareId(id)) return false;
  const { store } = await instance();
  return revokeShare(store, id, visitorId);
}

/** What the link shows; undefined for one that was never made, has expired or was revoked. Asked once for a page. */
export const openShare = cache(async (id: string): Promise<Snapshot | undefined> => {
  if (!isShareId(id)) return undefined;
  const { store } = await instance();
  return readShare(store, id, isoTime());
});

function isShareId(id: string): boolean {
  return shareId.safeParse(id).success;
}

/** Copies what the link shows into a conversation of the visitor's own; the refusal if that cannot be. */
export async function copyShare(visitorId: string, id: string, conversationId: string): Promise<Refusal | undefined> {
  const { store } = await instance();
  const now = isoTime();
  const snapshot = isShareId(id) ? await readShare(store, id, now) : undefined;
  if (snapshot === undefined) return { code: "not_found", message: "This link shows nothing any more." };
  const conversation = copyOf(snapshot, { id: conversationId, newId: randomUUID, now });
  const saved = await saveCopy(store, {
    visitorId,
    conversation,
    now,
    claimRoom: (transaction) => claimRoom(transaction, visitorId),
  });
  return saved === "saved" ? undefined : { code: "not_found", message: "There is no such conversation." };
}
