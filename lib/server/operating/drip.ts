import type { HeaderReader } from "../door/address";
import { STREAM_HEADERS } from "../generation/event-stream";
import { processWide } from "../process-wide";

const FRAMES = 5;
const EVERY_MS = 200;
/** Anybody may ask, so only so many at a time are answered. */
const AT_ONCE = 20;
/** An address for documentation (RFC 5737), which the doctor claims to come from. */
const CLAIMED_ADDRESS = "192.0.2.77";

/**
 * Five small frames, one every 200 ms, under the headers of an answer's stream. The first says behind how many proxies
 * this process is, as far as `X-Forwarded-For` tells.
 */
export function drip(headers: HeaderReader): Response {
  const open = processWide("drips", () => ({ count: 0 }));
  if (open.count >= AT_ONCE) return new Response(null, { status: 503, headers: { "retry-after": "2" } });
  open.count += 1;
  const hops = forwardingHops(headers.get("x-forwarded-for"));
  const encoder = new TextEncoder();
  let sent = 0;
  let timer: NodeJS.Timeout | undefined;

  function close(): void {
    clearInterval(timer);
    open.count -= 1;
  }

  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      const send = () => {
        sent += 1;
        controller.enqueue(encoder.encode(`data: ${JSON.stringify({ n: sent, hops })}\n\n`));
        if (sent < FRAMES) return;
        close();
        controller.close();
      };
      send();
      timer = setInterval(send, EVERY_MS);
    },
    cancel: close,
  });
  return new Response(stream, { headers: STREAM_HEADERS });
}

/** How many addresses proxies have added, to what the doctor claimed or in its place. */
export function forwardingHops(forwardedFor: string | null): number {
  const addresses = (forwardedFor ?? "")
    .split(",")
    .map((address) => address.trim())
    .filter((address) => address !== "");
  return addresses.length - 1 - addresses.lastIndexOf(CLAIMED_ADDRESS);
}
