import { notFound } from "next/navigation";
import { GatePage } from "@/components/gate";
import { StoredChat } from "@/components/stored-chat";
import { openStoredConversation } from "@/lib/server/pages";

export default async function ConversationPage({ params }: { params: Promise<{ id: string }> }) {
  const opened = await openStoredConversation((await params).id);
  if (opened === "gated") return <GatePage />;
  if (opened === null) notFound();
  const { conversation, lastEventId, modelName } = opened;
  return (
    <StoredChat key={conversation.id} conversation={conversation} lastEventId={lastEventId} modelName={modelName} />
  );
}
