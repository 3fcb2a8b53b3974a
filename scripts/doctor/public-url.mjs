import { change, note, ok, whyUnreachable } from "./findings.mjs";

const WITHIN_MS = 10_000;
/** Frames are sent over 800 ms. Together within less than half of that, somebody has kept them. */
const SPREAD_MS = 400;
/** For documentation (RFC 5737): no proxy's own. The server says how many addresses were added to it. */
const CLAIMED_ADDRESS = "192.0.2.77";

/** Whether the way from outside to the server streams, and whether the server knows who comes along it. */
export async function checkPublicUrl({ appOrigin, port, trustedProxyHops }) {
  const origin = appOrigin ?? `http://127.0.0.1:${port}`;
  const missing =
    appOrigin === undefined ? [note("APP_ORIGIN is not set. Behind https, set it to the public address.")] : [];
  let seen;
  try {
    seen = await readDrip(`${origin}/api/health?stream`);
  } catch (error) {
    const text = `${origin} cannot be reached from here: ${whyUnreachable(error)}.`;
    return [
      ...missing,
      appOrigin === undefined
        ? note(`${text} Start Platen to check streaming.`)
        : change(`${text} Is Platen started, and does the name lead to this machine's proxy?`),
    ];
  }
  if (seen.frames.length < 5) return [...missing, notOurs(origin, seen)];
  // Asked directly, no proxy could have added anything.
  const hops = appOrigin === undefined ? [] : [checkHops(seen.frames[0].hops, trustedProxyHops)];
  return [...missing, checkStreaming(origin, seen), ...hops];
}

async function readDrip(url) {
  const response = await fetch(url, {
    headers: { "x-forwarded-for": CLAIMED_ADDRESS, accept: "text/event-stream", "accept-encoding": "gzip" },
    redirect: "manual",
    signal: AbortSignal.timeout(WITHIN_MS),
  });
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
  const frames = [];
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of (isStream && response.body) || []) {
    const parts = (rest + decoder.decode(bytes, { stream: true })).split("\n\n");
    rest = parts.pop() ?? "";
    for (const part of parts) frames.push({ ...JSON.parse(part.slice("data: ".length)), atMs: performance.now() });
  }
  return { status: response.status, headers: response.headers, frames };
}

function notOurs(origin, { status }) {
  if (status === 502 || status === 504) {
    return change(
      `The proxy at ${origin} answers ${status}: it does not reach Platen. Compare its upstream with PORT.`,
    );
  }
  if (status >= 300 && status < 400) {
    return change(`${origin} redirects elsewhere (${status}). Set APP_ORIGIN to the address it leads to.`);
  }
  if (status === 401 || status === 403) {
    return change(`${origin} asks for a password before Platen does (${status}), so streaming could not be checked.`);
  }
  return change(`Something else than Platen answers at ${origin} (${status}). Check APP_ORIGIN and the proxy.`);
}

function checkStreaming(origin, { headers, frames }) {
  const spreadMs = Math.round(frames.at(-1).atMs - frames[0].atMs);
  if (spreadMs >= SPREAD_MS) return ok(`${origin} streams: five frames came over ${spreadMs} ms.`);
  const server = headers.get("server")?.toLowerCase() ?? "";
  if (headers.get("content-encoding") !== null) {
    return change(
      `The proxy compresses the stream and holds it back. Take text/event-stream out of what it compresses${server.includes("nginx") ? " (gzip_types)" : ""}.`,
    );
  }
  return change(`The proxy keeps the answer until it is whole: words would come all at once. ${remedyFor(server)}`);
}

function remedyFor(server) {
  if (server.includes("nginx")) {
    return "In nginx, set `proxy_buffering off;` for this location, and do not ignore X-Accel-Buffering.";
  }
  if (server.includes("apache")) return "In Apache, set `flushpackets=on` on the ProxyPass.";
  if (server.includes("cloudflare"))
    return "In Cloudflare, turn off response buffering and Rocket Loader for this host.";
  return "Turn its response buffering off.";
}

function checkHops(hops, trusted) {
  if (hops === trusted) return ok(`TRUSTED_PROXY_HOPS is ${trusted}, as many as X-Forwarded-For shows.`);
  if (hops > trusted) {
    return change(
      `X-Forwarded-For names ${hops} on the way here and TRUSTED_PROXY_HOPS is ${trusted}: all visitors count as one address. Set TRUSTED_PROXY_HOPS=${hops}.`,
    );
  }
  return change(
    `TRUSTED_PROXY_HOPS is ${trusted} and X-Forwarded-For names ${hops}: visitors can claim any address. Let the proxy add X-Forwarded-For, or set TRUSTED_PROXY_HOPS=${hops}.`,
  );
}
