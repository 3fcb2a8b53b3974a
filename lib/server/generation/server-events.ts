import { createParser } from "eventsource-parser";

/** What is only read by its iterator may be garbage to whoever gave it: the SDK then lets go of the request's signal. */
const beingRead = new Set<Response["body"]>();

/** In characters: the API takes no request above 32 MB, and says no more in one event. */
const LONGEST_EVENT = 32 * 1024 * 1024;

/**
 * Tells `tell` the name and the data of each event in `body` as it comes (HTML Standard, 9.2.6); one without a name is
 * left out. The SDK's own iterator hands each through three generators, and a dozen promises cost more under Next than
 * all else that we do with a token (decision 25). Rejects with what `tell` throws, with what the body fails with, and at an
 * event that does not end.
 */
export async function readServerEvents(
  body: Response["body"],
  tell: (name: string, data: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  const parser = createParser({
    maxBufferSize: LONGEST_EVENT,
    onEvent({ event, data }) {
      if (event !== undefined) tell(event, data);
    },
    onError(error) {
      if (error.type === "max-buffer-size-exceeded") throw error;
    },
  });
  beingRead.add(body);
  try {
    for await (const piece of body ?? []) parser.feed(decoder.decode(piece, { stream: true }));
  } finally {
    beingRead.delete(body);
  }
}
