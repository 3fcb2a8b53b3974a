import { randomBytes } from "node:crypto";
import { type NextRequest, NextResponse } from "next/server";
import { pageWalls } from "@/lib/server/door/headers";
import { openSession } from "@/lib/server/session";

/** Gives each page its nonce, its walls and, to a new visitor, their cookie. Nothing is authorised here. */
export function proxy(request: NextRequest): NextResponse {
  // In a process of ours serve.mjs has refused this before; on Vercel Next is served by the platform.
  if (request.method !== "GET" && request.method !== "HEAD") {
    return new NextResponse(null, { status: 405 });
  }
  const nonce = randomBytes(16).toString("base64");
  const walls = pageWalls(nonce);
  const headers = new Headers(request.headers);
  headers.set("x-nonce", nonce);
  // Next reads the nonce for its own scripts from this header of the request.
  headers.set("content-security-policy", walls["content-security-policy"]);
  const response = NextResponse.next({ request: { headers } });
  for (const [name, value] of Object.entries(walls)) response.headers.set(name, value);
  // A share is read by anybody and found by no search engine, and who reads it does not become a visitor.
  if (request.nextUrl.pathname.startsWith("/share/")) {
    response.headers.set("x-robots-tag", "noindex, nofollow");
    return response;
  }
  const { setCookie } = openSession(request.headers);
  if (setCookie !== undefined) response.headers.append("set-cookie", setCookie);
  return response;
}

// `/api` stays out: a proxy buffers bodies and cuts them at 10 MB. `/diagram` has walls of its own, and so has what is
// no page (lib/server/door/doorway.ts).
export const config = {
  matcher: [
    "/((?!api/|diagram$|diagram/|metrics$|_next/static/|icon\\.svg$|icon-\\d+\\.png$|apple-icon\\.png$|manifest\\.webmanifest$).*)",
  ],
};
