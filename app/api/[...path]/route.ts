import { refuse, serveOpen } from "@/lib/server/guard";

/** What no other route answers is unknown, and says so in the API's own words instead of a page. */
function unknown(request: Request): Promise<Response> {
  return serveOpen(request, async () => refuse({ code: "not_found", message: "There is no such call." }));
}

export { unknown as DELETE, unknown as GET, unknown as PATCH, unknown as POST, unknown as PUT };
