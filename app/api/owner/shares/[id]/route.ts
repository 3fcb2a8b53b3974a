import { shareId } from "@/lib/chat/share-request";
import { json, serveOpen } from "@/lib/server/guard";
import { endShare, requireOwner } from "@/lib/server/owner";

type Context = { params: Promise<{ id: string }> };

/** Ends a link, whoever's it is. */
export function DELETE(request: Request, { params }: Context): Promise<Response> {
  return serveOpen(request, async (session) => {
    requireOwner(session);
    const { id } = await params;
    await endShare(shareId.safeParse(id).data ?? "");
    return json({ id });
  });
}
