import { NewChat } from "@/components/new-chat";
import { openNewConversation } from "@/lib/server/pages";

export default async function NewConversationPage() {
  const { id, modelName } = await openNewConversation();
  return <NewChat id={id} modelName={modelName} />;
}
