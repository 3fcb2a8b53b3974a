import http from "node:http";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { setFlagsFromString } from "node:v8";
import { root, standalone } from "./build.mjs";

// Above the idle timeout of the load balancers we know, so that they close a connection first.
const KEEP_ALIVE_MS = 75_000;
// Node gives a request five minutes to come whole: too little for the largest import on a slow line. What comes too slowly
// the app refuses by itself (`arriving` in lib/server/guard.ts); only its connection stays open for as long as this.
const WHOLE_REQUEST_MS = 40 * 60_000;
// V8 would let the heap grow to four times what is in use before it looks for what is not: with a thousand answers
// under way this halves the memory. What is young it clears by itself, and more seldom where that has more room
// (`--max-semi-space-size` in package.json, the Dockerfile and deploy/platen.service).
const HEAP_GROWING_PERCENT = 60;

/** Serves the build that is there, in this process. */
export async function serve() {
  process.env.NODE_ENV = "production";
  process.env.DATA_DIR = resolve(root, process.env.DATA_DIR?.trim() || "data");
  process.env.KEEP_ALIVE_TIMEOUT ??= String(KEEP_ALIVE_MS);
  // The app drains by itself at SIGTERM (lib/server/instance.ts).
  process.env.NEXT_MANUAL_SIG_HANDLE = "1";
  // Some shells export the machine's name here, and the server would listen on that address alone.
  delete process.env.HOSTNAME;
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWING_PERCENT}`);
  prepareServer();
  refuseWrongPort();
  await import(pathToFileURL(join(standalone, "server.js")).href);
}

/** Next listens before the app reads its environment; at a wrong port it would end with an error of its own. */
function refuseWrongPort() {
  const port = process.env.PORT?.trim() || "0";
  if (/^\d+$/.test(port) && Number(port) <= 65_535) return;
  console.error("Platen cannot start: one setting is wrong.\n  - PORT must be a whole number from 0 to 65535.");
  process.exit(78);
}

/** Next answers 500 to some of what no browser sends. Each is the caller's fault, and is refused before. */
function prepareServer() {
  const { createServer } = http;
  http.createServer = (listener) => {
    const server = createServer((request, response) => {
      const status = refusalOf(request);
      if (status === undefined) listener(request, response);
      else response.writeHead(status, { connection: "close" }).end();
    });
    server.requestTimeout = WHOLE_REQUEST_MS;
    return server;
  };
}

/** The status for what cannot be served: a path that is no UTF-8, TRACE, `*`, or anything but reading a page. */
function refusalOf({ method, url }) {
  if (method === "TRACE" || !url?.startsWith("/")) return 400;
  try {
    const path = decodeURIComponent(url.split("?", 1)[0]);
    return path.startsWith("/api/") || ["GET", "HEAD", "OPTIONS"].includes(method) ? undefined : 405;
  } catch {
    return 400; // Percent signs that encode nothing.
  }
}

export { serve as run };

if (process.argv[1] === fileURLToPath(import.meta.url)) await serve();
