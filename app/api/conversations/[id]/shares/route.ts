import { shareRequest } from "@/lib/chat/share-request";
import { json, readBody, readId, refuse, serve } from "@/lib/server/guard";
import { shareConversation } from "@/lib/server/shares";

type Context = { params: Promise<{ id: string }> };

/** Freezes the path to a message under a link of its own. */
export function POST(request: Request, { params }: Context): Promise<Response> {
  return serve(request, async ({ visitor }) => {
    const id = readId((await params).id);
    const shared = await shareConversation(visitor.id, id, await readBody(request, shareRequest));
    return "refusal" in shared ? refuse(shared.refusal) : json(shared.share);
  });
}
