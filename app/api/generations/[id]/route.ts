import { generationRequest } from "@/lib/chat/request";
import { STREAM_HEADERS } from "@/lib/server/generation/event-stream";
import { type Followed, follow, start, stop } from "@/lib/server/generations";
import { json, readBody, readId, refuse, serve } from "@/lib/server/guard";
import { noteLater, responseTo } from "@/lib/server/operating/request-log";

const MOST = 2 ** 31 - 1;

type Context = { params: Promise<{ id: string }> };

/** Starts the answer and streams it. */
export function PUT(request: Request, { params }: Context): Promise<Response> {
  return serve(request, async (session) => {
    const id = readId((await params).id);
    const body = await readBody(request, generationRequest);
    return streamed(request, await start(session, id, body));
  });
}

/** Follows the answer from after `Last-Event-ID`. */
export function GET(request: Request, { params }: Context): Promise<Response> {
  return serve(request, async ({ visitor }) => {
    const id = readId((await params).id);
    const given = request.headers.get("last-event-id") ?? new URL(request.url).searchParams.get("after");
    return streamed(request, await follow(visitor.id, id, readCount(given, "The last event's id") ?? 0));
  });
}

/** Stops the answer, cut to what the reader saw. */
export function DELETE(request: Request, { params }: Context): Promise<Response> {
  return serve(request, async ({ visitor }) => {
    const id = readId((await params).id);
    const shown = readCount(new URL(request.url).searchParams.get("shown"), "`shown`") ?? Infinity;
    const stopped = await stop(visitor.id, id, shown);
    return "refusal" in stopped ? refuse(stopped.refusal) : json({ outcome: stopped.outcome });
  });
}

function streamed(request: Request, followed: Followed): Response {
  if ("refusal" in followed) return refuse(followed.refusal);
  followed.stream.response = responseTo(request);
  if (followed.report !== undefined) noteLater(request, followed.report);
  // Somebody else has followed the same message: the page may want to read what they said.
  const others = followed.hasOthers === true ? { "x-platen-others": "1" } : {};
  return new Response(followed.stream, { headers: { ...STREAM_HEADERS, ...others } });
}

function readCount(given: string | null, what: string): number | undefined {
  if (given === null || given === "") return undefined;
  // More than PostgreSQL counts is more than any answer has.
  if (/^\d{1,15}$/.test(given)) return Math.min(Number(given), MOST);
  return refuse({ code: "invalid_request", message: `${what} is not a whole number.` });
}
