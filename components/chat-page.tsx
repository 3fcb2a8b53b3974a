"use client";

import { usePathname } from "next/navigation";
import { useEffect, useState } from "react";
import type { Conversation } from "@/lib/chat/conversation";
import { pushAddress, reloadOlderEntries } from "@/lib/client/addresses";
import { blankSheetId, hasAddress } from "@/lib/client/store";
import { Chat } from "./chat";

type ChatPageProps = { conversation: Conversation; lastEventId: number; modelName: string };

/**
 * The page of a conversation, new or stored. It stays the same page for Next when a blank sheet is begun, which needs no
 * server, and again when the address becomes the new conversation's own, so here the address says which conversation is
 * on it: that keeps Back and Forward right, and no blank sheet is ever a used one out of the router's cache.
 */
export function ChatPage({ conversation: opened, lastEventId, modelName }: ChatPageProps) {
  const [blankId, setBlankId] = useState(() => blankSheetId(opened));
  const namedId = usePathname().split("/c/")[1]?.toLowerCase();
  const id = namedId ?? blankId;
  const conversation = id === opened.id ? opened : { id, title: "", leafId: null, messages: [] };

  useEffect(reloadOlderEntries, []);
  // Back leads to a sheet that was blank then.
  if (namedId === undefined && hasAddress(blankId)) setBlankId(blankSheetId());

  function startAnew(): void {
    setBlankId(blankSheetId());
    pushAddress("/");
  }

  return (
    <Chat
      key={id}
      conversation={conversation}
      lastEventId={conversation === opened ? lastEventId : 0}
      modelName={modelName}
      onNewConversation={startAnew}
    />
  );
}
