import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";
import { processWide } from "../process-wide";
import { ADDRESS_HEADER, addressLine } from "./address";
import { fixedWalls, POLICY_OF_DATA } from "./headers";

/**
 * Stands in the door of this process: writes on every request the address of its socket, which no route sees, and puts
 * up the walls on every response that does not have them. It listens to Node rather than to Next, so that what Next
 * answers by itself (files, redirects, 400, 405) is walled too, and under `next dev` all the same.
 */
export function openDoorway(): void {
  const state = processWide("doorway", () => ({ isOpen: false }));
  if (state.isOpen) return;
  state.isOpen = true;
  const walls = Object.entries({ ...fixedWalls(), "content-security-policy": POLICY_OF_DATA });
  subscribe("http.server.request.start", (message) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    request.headers[ADDRESS_HEADER] = addressLine(request.socket.remoteAddress);
    wall(response, walls);
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
