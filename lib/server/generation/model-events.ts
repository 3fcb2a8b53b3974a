import { APIError } from "@anthropic-ai/sdk";
import type { RawMessageStreamEvent } from "@anthropic-ai/sdk/resources/messages";
import { createParser } from "eventsource-parser";

/** The SDK takes a body that is garbage for one that nobody reads, and no abort reaches it then (request-signal.ts). */
const beingRead = new Set<Response["body"]>();

/**
 * Tells `tell` the raw events of a streamed answer as they come. The SDK's own iterator hands each through three
 * generators, and a dozen promises cost more under Next than all else that we do with a token (decision 25). As there,
 * pings are left out, and an `error` event is thrown as an `APIError`. Rejects with what the body fails with, too.
 */
export async function readModelEvents(
  { body, headers }: Response,
  tell: (event: RawMessageStreamEvent) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  const parser = createParser({
    onEvent({ event, data }) {
      if (event === "error") throw errorOf(data, headers);
      if (event === undefined || event === "ping" || data === "") return;
      tell(JSON.parse(data) as RawMessageStreamEvent);
    },
  });
  beingRead.add(body);
  try {
    for await (const piece of body ?? []) parser.feed(decoder.decode(piece, { stream: true }));
  } finally {
    beingRead.delete(body);
  }
}

function errorOf(data: string, headers: Headers): APIError {
  const told = parsed(data);
  return new APIError(undefined, told, undefined, headers, told.error?.type as APIError["type"]);
}

function parsed(data: string): { error?: { type?: string } } {
  try {
    return JSON.parse(data) ?? {};
  } catch {
    return {};
  }
}
