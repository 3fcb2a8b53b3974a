"use client";

import { useRouter } from "next/navigation";
import type { Conversation } from "@/lib/chat/conversation";
import { Chat } from "./chat";

type StoredChatProps = { conversation: Conversation; lastEventId: number; modelName: string };

/** The page of a conversation that the server has. */
export function StoredChat(props: StoredChatProps) {
  const router = useRouter();
  return <Chat {...props} onNewConversation={() => router.push("/")} />;
}
