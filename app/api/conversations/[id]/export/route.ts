import { exportConversation } from "@/lib/server/archive/export";
import { readId, refuse, serve } from "@/lib/server/guard";
import { instance } from "@/lib/server/instance";

type Context = { params: Promise<{ id: string }> };

/** The conversation as a file: `format=markdown` is the branch being read, `format=json` the whole tree. */
export function GET(request: Request, { params }: Context): Promise<Response> {
  return serve(request, async ({ visitor }) => {
    const id = readId((await params).id);
    const format = new URL(request.url).searchParams.get("format");
    if (format !== "markdown" && format !== "json") {
      return refuse({ code: "invalid_request", message: "`format` must be markdown or json." });
    }
    const { store } = await instance();
    const response = await exportConversation(store, visitor.id, id, format);
    return response ?? refuse({ code: "not_found", message: "There is no such conversation." });
  });
}
