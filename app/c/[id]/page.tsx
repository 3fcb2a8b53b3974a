import { notFound } from "next/navigation";
import { ChatPage } from "@/components/chat-page";
import { GatePage } from "@/components/gate";
import { openStoredConversation } from "@/lib/server/pages";

export default async function ConversationPage({ params }: { params: Promise<{ id: string }> }) {
  const opened = await openStoredConversation((await params).id);
  if (opened === "gated") return <GatePage />;
  if (opened === null) notFound();
  return <ChatPage key={opened.conversation.id} {...opened} />;
}
