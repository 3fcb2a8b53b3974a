import { ownerChange } from "@/lib/chat/owner";
import { json, readBody, serveOpen } from "@/lib/server/guard";
import { changeSettings, overview, requireOwner } from "@/lib/server/owner";

/** All that the owner's page shows. */
export function GET(request: Request): Promise<Response> {
  return serveOpen(request, async (session) => {
    requireOwner(session);
    return json(await overview());
  });
}

/** Changes ceilings and switches, on all instances at once. */
export function PATCH(request: Request): Promise<Response> {
  return serveOpen(request, async (session) => {
    requireOwner(session);
    await changeSettings(await readBody(request, ownerChange));
    return json(await overview());
  });
}
