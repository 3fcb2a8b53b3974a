"use client";

import { usePathname } from "next/navigation";
import { useState } from "react";
import type { Conversation } from "@/lib/chat/conversation";
import { conversationStore } from "@/lib/client/store";
import { Chat } from "./chat";

/**
 * The page of a new conversation. It stays the same page for Next when the address becomes the conversation's own, and
 * again when the next one is begun, so here the address says which conversation is on it: that keeps Back and Forward
 * right, and no blank sheet is ever a used one out of the router's cache.
 */
export function NewChat({ id, modelName }: { id: string; modelName: string }) {
  const [blankId, setBlankId] = useState(() => (isBlank(id) ? id : crypto.randomUUID()));
  const conversation = blankConversation(usePathname().split("/c/")[1] ?? blankId);

  function startAnew(): void {
    setBlankId(crypto.randomUUID());
    window.history.pushState(null, "", "/");
  }

  return (
    <Chat
      key={conversation.id}
      conversation={conversation}
      lastEventId={0}
      modelName={modelName}
      onNewConversation={startAnew}
    />
  );
}

function blankConversation(id: string): Conversation {
  return { id, title: "", leafId: null, messages: [] };
}

function isBlank(id: string): boolean {
  return conversationStore(blankConversation(id), 0).getState().conversation.messages.length === 0;
}
