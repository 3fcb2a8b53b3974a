import { endAnswers, endOrphans } from "@/lib/server/generations";
import { json, serve } from "@/lib/server/guard";
import { instance } from "@/lib/server/instance";
import { listConversations } from "@/lib/server/store/conversation-list";
import { deleteConversations } from "@/lib/server/store/conversations";

/** The visitor's conversations, newest first; with `query`, those in which its words are found. */
export function GET(request: Request): Promise<Response> {
  return serve(request, async ({ visitor }) => {
    const { searchParams } = new URL(request.url);
    const { store } = await instance();
    const page = { query: searchParams.get("query") ?? undefined, cursor: searchParams.get("cursor") ?? undefined };
    return json(await listConversations(store, visitor.id, page));
  });
}

/** Deletes every conversation of this visitor. */
export function DELETE(request: Request): Promise<Response> {
  return serve(request, async ({ visitor }) => {
    const { store } = await instance();
    await endAnswers(visitor.id);
    const deleted = await deleteConversations(store, visitor.id);
    await endOrphans(visitor.id);
    return json({ deleted });
  });
}
