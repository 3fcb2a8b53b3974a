import { accessRequest } from "@/lib/chat/request";
import { isGated, labelOfCode } from "@/lib/server/door/access";
import { throttled } from "@/lib/server/door/throttle";
import { json, readBody, refuse, serveOpen } from "@/lib/server/guard";
import { instance } from "@/lib/server/instance";
import { cookieFor, knownIdentity, newIdentity } from "@/lib/server/session";

/** Lets in who has the code. They stay the visitor they are. */
export function POST(request: Request): Promise<Response> {
  return serveOpen(request, async ({ addressHash }) => {
    const { code } = await readBody(request, accessRequest);
    if (!isGated()) return json({ isLetIn: true });
    const { store } = await instance();
    const tried = await throttled(store, addressHash, () => labelOfCode(code));
    if ("refusal" in tried) return refuse(tried.refusal);
    if (tried.found === undefined) return refuse({ code: "access_required", message: "That code is not right." });
    const { id } = knownIdentity(request.headers) ?? newIdentity();
    const response = json({ isLetIn: true });
    response.headers.set("set-cookie", cookieFor({ id, codeLabel: tried.found }));
    return response;
  });
}
