import { ChatPage } from "@/components/chat-page";
import { GatePage } from "@/components/gate";
import { openNewConversation } from "@/lib/server/pages";

export default async function NewConversationPage() {
  const opened = await openNewConversation();
  if (opened === "gated") return <GatePage />;
  return <ChatPage {...opened} />;
}
