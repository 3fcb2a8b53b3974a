import { GatePage } from "@/components/gate";
import { NewChat } from "@/components/new-chat";
import { openNewConversation } from "@/lib/server/pages";

export default async function NewConversationPage() {
  const opened = await openNewConversation();
  if (opened === "gated") return <GatePage />;
  const { id, modelName } = opened;
  return <NewChat id={id} modelName={modelName} />;
}
