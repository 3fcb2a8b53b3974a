"use client";

import type { ConversationState } from "@/lib/chat/conversation";
import { useCommands } from "@/lib/client/commands";
import { saveConversation } from "@/lib/client/exports";
import { type ConversationStore, useConversation } from "@/lib/client/store";
import { Icon } from "./icons";
import { Menu } from "./menu";

const WAYS = [
  { id: "markdown", label: "Export as Markdown" },
  { id: "json", label: "Export as JSON" },
  { id: "print", label: "Print" },
] as const;

/** Ways to take the conversation along, once there is something to take. */
export function ExportMenu({ store }: { store: ConversationStore }) {
  const hasAnswer = useConversation(store, hasSettledAnswer);
  function take(id: string): void {
    if (id === "print") window.print();
    else saveConversation(store.getState().conversation.id, id === "json" ? "json" : "markdown");
  }

  useCommands(
    hasAnswer ? WAYS.map(({ id, label }) => ({ id: `export-${id}`, title: label, run: () => take(id) })) : [],
  );
  if (!hasAnswer) return null;

  return (
    <Menu name="Export" className="icon-button" entries={WAYS} onOpen={() => {}} onPick={take}>
      <Icon name="export" />
    </Menu>
  );
}

function hasSettledAnswer({ conversation }: ConversationState): boolean {
  return conversation.messages.some(({ outcome }) => outcome !== undefined);
}
