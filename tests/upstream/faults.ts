import { encodeEvent, type WireEvent, wireEvent } from "./events";
import type { StreamScenario } from "./scenario";

/** The same stream with an SSE `error` event after its first `afterEvents` events, and then a clean end. */
export function errorEventAfter(
  scenario: StreamScenario,
  afterEvents: number,
  { errorType = "overloaded_error", message = "Overloaded" } = {},
): StreamScenario {
  const error = wireEvent({
    type: "error",
    error: { type: errorType, message, details: null },
    request_id: "req_upstream_in_stream",
  });
  return { ...scenario, events: [...scenario.events.slice(0, afterEvents), error] };
}

/** The socket goes after so many bytes of the body: by RST, or by FIN without the end of the chunked body. */
export function cutAfterBytes(scenario: StreamScenario, afterBytes: number, { reset = false } = {}): StreamScenario {
  return { ...scenario, ending: { type: "cut", afterBytes, reset } };
}

/** As cutAfterBytes, between two events. */
export function cutAfterEvents(scenario: StreamScenario, afterEvents: number, options?: { reset?: boolean }) {
  return cutAfterBytes(scenario, bytesOf(scenario.events.slice(0, afterEvents)).length, options);
}

/** A clean end of the body that leaves `message_stop` out. */
export function endWithoutStop(scenario: StreamScenario): StreamScenario {
  return { ...scenario, events: scenario.events.filter(({ event }) => event !== "message_stop") };
}

/** A clean end of the body after so many events. */
export function endAfter(scenario: StreamScenario, afterEvents: number): StreamScenario {
  return { ...scenario, events: scenario.events.slice(0, afterEvents) };
}

/** Silence after so many events, until the client goes; with `pingEveryMs`, only `ping` events. */
export function stallAfter(
  scenario: StreamScenario,
  afterEvents: number,
  { pingEveryMs = null }: { pingEveryMs?: number | null } = {},
): StreamScenario {
  return { ...scenario, ending: { type: "stall", afterEvents, pingEveryMs } };
}

/** Every byte its own write, and its own read for a reader in this process. */
export function byteByByte(scenario: StreamScenario): StreamScenario {
  return { ...scenario, split: { type: "every_byte" } };
}

/** Writes that end at these byte offsets of the body, and nowhere else but at its end. */
export function splitAt(scenario: StreamScenario, byteOffsets: readonly number[]): StreamScenario {
  return { ...scenario, split: { type: "at", byteOffsets } };
}

/** The status line comes so much later. */
export function slowHeaders(scenario: StreamScenario, headersAfterMs: number): StreamScenario {
  return { ...scenario, headersAfterMs };
}

/** Each text delta becomes `⟦epoch ms⟧`, the moment of its flush with three decimals; read it with `stampsIn`. */
export function stamped(scenario: StreamScenario): StreamScenario {
  return { ...scenario, stampDeltas: true };
}

/** An event of a type that nobody knows, after so many events. */
export function unknownEvent(scenario: StreamScenario, afterEvents = 1): StreamScenario {
  return insert(scenario, afterEvents, wireEvent({ type: "weather_report", sky: "clear" }));
}

/** A delta of a type that nobody knows, for block 0, after so many events. */
export function unknownDelta(scenario: StreamScenario, afterEvents = 2): StreamScenario {
  const delta = { type: "scent_delta", scent: "pine" };
  return insert(scenario, afterEvents, wireEvent({ type: "content_block_delta", index: 0, delta }));
}

/** The first event twice. */
export function repeatedMessageStart(scenario: StreamScenario): StreamScenario {
  return { ...scenario, events: [...scenario.events.slice(0, 1), ...scenario.events] };
}

/** A delta whose JSON breaks off, after so many events. */
export function badJson(scenario: StreamScenario, afterEvents = 2): StreamScenario {
  const data = '{"type":"content_block_delta","index":0,"delta":{"type":"text_de';
  return insert(scenario, afterEvents, { event: "content_block_delta", data });
}

/** The body that these events make. */
export function bytesOf(events: readonly WireEvent[]): Buffer {
  return Buffer.concat(events.map(encodeEvent));
}

function insert(scenario: StreamScenario, afterEvents: number, event: WireEvent): StreamScenario {
  const events = [...scenario.events.slice(0, afterEvents), event, ...scenario.events.slice(afterEvents)];
  return { ...scenario, events };
}
