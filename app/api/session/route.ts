import { json, serveOpen } from "@/lib/server/guard";
import { noCookie } from "@/lib/server/session";

/** Forgets the visitor in this browser. What they wrote stays: `DELETE /api/conversations` is what deletes it. */
export function DELETE(request: Request): Promise<Response> {
  return serveOpen(request, async () => {
    const response = json({ isForgotten: true });
    response.headers.set("set-cookie", noCookie());
    return response;
  });
}
