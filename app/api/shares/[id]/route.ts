import { json, refuse, serve } from "@/lib/server/guard";
import { endShare } from "@/lib/server/shares";

type Context = { params: Promise<{ id: string }> };

/** Ends one of the visitor's own links. */
export function DELETE(request: Request, { params }: Context): Promise<Response> {
  return serve(request, async ({ visitor }) => {
    const { id } = await params;
    if (!(await endShare(visitor.id, id))) refuse({ code: "not_found", message: "There is no such link." });
    return json({ id });
  });
}
