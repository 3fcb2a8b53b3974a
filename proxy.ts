import { randomBytes } from "node:crypto";
import { type NextRequest, NextResponse } from "next/server";
import { securityHeaders } from "@/lib/server/headers";
import { openSession } from "@/lib/server/session";

/** Gives each page its nonce, its walls and, to a new visitor, their cookie. Nothing is authorised here. */
export function proxy(request: NextRequest): NextResponse {
  const nonce = randomBytes(16).toString("base64");
  const walls = securityHeaders(nonce);
  const headers = new Headers(request.headers);
  headers.set("x-nonce", nonce);
  // Next reads the nonce for its own scripts from this header of the request.
  headers.set("content-security-policy", walls["content-security-policy"]);
  const response = NextResponse.next({ request: { headers } });
  for (const [name, value] of Object.entries(walls)) response.headers.set(name, value);
  const { setCookie } = openSession(request.headers.get("cookie"));
  if (setCookie !== undefined) response.headers.append("set-cookie", setCookie);
  return response;
}

// `/api` stays out: a proxy buffers bodies and cuts them at 10 MB. `/diagram` has walls of its own.
export const config = { matcher: ["/((?!api/|diagram|_next/static/|favicon|icon|apple-icon|manifest).*)"] };
