import { offeredModels } from "@/lib/server/generation/models";
import { json, serve } from "@/lib/server/guard";

/** What may be picked, with what each can do. */
export function GET(request: Request): Promise<Response> {
  return serve(request, async () => json({ models: await offeredModels() }));
}
