import { exportAll } from "@/lib/server/archive/export";
import { serve } from "@/lib/server/guard";
import { instance, isoTime } from "@/lib/server/instance";

/** Everything this visitor has, as a file that can be imported again. */
export function GET(request: Request): Promise<Response> {
  return serve(request, async ({ visitor }) => {
    const { store } = await instance();
    return exportAll(store, visitor.id, isoTime().slice(0, 10));
  });
}
