import { drip } from "@/lib/server/operating/drip";

export const dynamic = "force-dynamic";

/** The process is up. With `?stream`, whether what it writes bit by bit arrives bit by bit: for `npm run doctor`. */
export function GET(request: Request): Response {
  if (new URL(request.url).searchParams.has("stream")) return drip(request.headers);
  return Response.json({ status: "ok" }, { headers: { "cache-control": "no-store" } });
}
