import { json, serve } from "@/lib/server/guard";
import { leftOf } from "@/lib/server/money/left";

/** What is left for the visitor today, where the owner lets them see it. */
export function GET(request: Request): Promise<Response> {
  return serve(request, async (session) => json(await leftOf(session)));
}
