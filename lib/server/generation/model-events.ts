import { APIError } from "@anthropic-ai/sdk";
import type { RawMessageStreamEvent } from "@anthropic-ai/sdk/resources/messages";
import { createParser } from "eventsource-parser";

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
      if (event === undefined || event === "ping" || data === "") return;
      if (event === "error") throw errorOf(data, headers);
      tell(JSON.parse(data) as RawMessageStreamEvent);
    },
  });
  for await (const piece of body ?? []) parser.feed(decoder.decode(piece, { stream: true }));
}

function errorOf(data: string, headers: Headers): APIError {
  const told = parsed(data);
  return new APIError(undefined, told, undefined, headers, told.error?.type as APIError["type"]);
}

function parsed(data: string): { error?: { type?: string } } {
  try {
    return JSON.parse(data);
  } catch {
    return {};
  }
}
