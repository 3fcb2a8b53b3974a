import { json, serve } from "@/lib/server/guard";
import { sharesOf } from "@/lib/server/shares";

/** The visitor's own links. */
export function GET(request: Request): Promise<Response> {
  return serve(request, async ({ visitor }) => json({ shares: await sharesOf(visitor.id) }));
}
