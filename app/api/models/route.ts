import { json, serve } from "@/lib/server/guard";
import { offeredModels } from "@/lib/server/models";

/** What may be picked, with what each can do. */
export function GET(request: Request): Promise<Response> {
  return serve(request, async () => json({ models: await offeredModels() }));
}
