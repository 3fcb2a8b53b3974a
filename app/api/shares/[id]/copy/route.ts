import { copyRequest } from "@/lib/chat/share-request";
import { json, readBody, refuse, serve } from "@/lib/server/guard";
import { copyShare } from "@/lib/server/shares";

type Context = { params: Promise<{ id: string }> };

/** Copies what the link shows into a conversation of the visitor's own. */
export function POST(request: Request, { params }: Context): Promise<Response> {
  return serve(request, async ({ visitor }) => {
    const { id } = await params;
    const { conversationId } = await readBody(request, copyRequest);
    const refusal = await copyShare(visitor.id, id, conversationId);
    return refusal === undefined ? json({ conversationId }) : refuse(refusal);
  });
}
