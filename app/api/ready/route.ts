import { isReady } from "@/lib/server/instance";

export const dynamic = "force-dynamic";

/** The store writes and reads, and new answers are taken. Never calls the model. */
export async function GET(): Promise<Response> {
  const ready = await isReady();
  return Response.json(
    { status: ready ? "ready" : "unavailable" },
    { status: ready ? 200 : 503, headers: { "cache-control": "no-store" } },
  );
}
