import { emptyRequest } from "@/lib/chat/request";
import { makeDeviceLink } from "@/lib/server/door/device-link";
import { json, readBody, refuse, serve } from "@/lib/server/guard";
import { instance } from "@/lib/server/instance";
import { knownIdentity } from "@/lib/server/session";

/** Makes a link that takes this visitor to another device, once. */
export function POST(request: Request): Promise<Response> {
  return serve(request, async () => {
    await readBody(request, emptyRequest);
    const identity = knownIdentity(request.headers);
    if (identity === undefined) {
      return refuse({ code: "invalid_request", message: "There is nobody yet who could move to another device." });
    }
    const { store } = await instance();
    return json(await makeDeviceLink(store, identity));
  });
}
