import { stageImport } from "@/lib/server/archive/import";
import { acceptsProgress, progressResponse } from "@/lib/server/archive/import-progress";
import { json, serve } from "@/lib/server/guard";

/** Takes an export in. All of the file is judged before anything of it is kept. */
export function POST(request: Request): Promise<Response> {
  return serve(request, async ({ visitor, addressHash }) => {
    const staged = await stageImport({ visitorId: visitor.id, addressHash }, request);
    return acceptsProgress(request) ? progressResponse(staged) : json(await staged.keep(() => {}));
  });
}
