import { redeemRequest } from "@/lib/chat/request";
import { redeemDeviceLink } from "@/lib/server/door/device-link";
import { throttled } from "@/lib/server/door/throttle";
import { json, readBody, refuse, serveOpen } from "@/lib/server/guard";
import { instance } from "@/lib/server/instance";
import { cookieFor } from "@/lib/server/session";

/** Makes this browser that of the visitor the link was made for, and burns the link. */
export function POST(request: Request): Promise<Response> {
  return serveOpen(request, async ({ addressHash }) => {
    const { token } = await readBody(request, redeemRequest);
    const { store } = await instance();
    const tried = await throttled(store, addressHash, () => redeemDeviceLink(store, token));
    if ("refusal" in tried) return refuse(tried.refusal);
    if (tried.found === undefined) {
      return refuse({ code: "not_found", message: "This link has been used, or it is more than ten minutes old." });
    }
    const response = json({ isMoved: true });
    response.headers.set("set-cookie", cookieFor(tried.found));
    return response;
  });
}
