import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import { processWide } from "../process-wide";
import { ADDRESS_HEADER, addressLine } from "./address";
import { fixedWalls, POLICY_OF_DATA } from "./headers";
import { createTurnstile } from "./turnstile";

/**
 * Stands in the door of this process: writes on every request the address of its socket, which no route sees, puts up
 * the walls on every response that does not have them, and sends each request through the turnstile. It listens to Node
 * rather than to Next, so that what Next answers by itself (files, redirects, 400, 405) is walled too, and under
 * `next dev` all the same.
 */
export function openDoorway(): void {
  const state = processWide("doorway", () => ({ isOpen: false }));
  if (state.isOpen) return;
  state.isOpen = true;
  const walls = Object.entries({ ...fixedWalls(), "content-security-policy": POLICY_OF_DATA });
  const guarded = new WeakSet<Server>();
  const pass = createTurnstile();
  subscribe("http.server.request.start", (message) => {
    const { request, response, server } = message as Started;
    if (!guarded.has(server)) {
      guarded.add(server);
      guard(server, pass);
    }
    // Next listens for WebSockets from its first request on, and here until the second. None is spoken here: unheard, a wish for one is a request
    // like any other, and takes its turn.
    if (process.env.NODE_ENV !== "development") server.removeAllListeners("upgrade");
    request.headers[ADDRESS_HEADER] = addressLine(request.socket.remoteAddress);
    wall(response, walls);
  });
}

type Started = { request: IncomingMessage; response: ServerResponse; server: Server };

/** Puts the turnstile before those who listen to `server`, in time for the request that has just started, too. */
function guard(server: Server, pass: ReturnType<typeof createTurnstile>): void {
  const listeners = server.rawListeners("request") as RequestListener[];
  server.removeAllListeners("request");
  server.on("request", (request, response) => {
    pass({ request, response }, () => {
      for (const listener of listeners) listener.call(server, request, response);
    });
  });
}

/** At the last moment: before, Next would take a header of ours for its own, and leave out the one a route has set. */
function wall(response: ServerResponse, walls: readonly (readonly [string, string])[]): void {
  const writeHead = response.writeHead.bind(response) as (...given: unknown[]) => ServerResponse;
  response.writeHead = (...given: unknown[]) => {
    for (const [name, value] of walls) if (!response.hasHeader(name)) response.setHeader(name, value);
    return writeHead(...given);
  };
}
