import { epochMs, pause } from "./clock";
import { textOf } from "./events";
import type { Exchange } from "./exchange";
import { foldMessage } from "./fold-message";
import { piecesOf } from "./pieces";
import type { RefusalScenario, Scenario, StreamScenario } from "./scenario";
import { stampNow } from "./stamp";

/** Answers the request as the scenario says; returns when nothing is left to send or the client has gone. */
export async function play(scenario: Scenario, exchange: Exchange): Promise<void> {
  switch (scenario.type) {
    case "stream":
      return wantsStream(exchange.record.body) ? playStream(scenario, exchange) : playWhole(scenario, exchange);
    case "refusal":
      return playRefusal(scenario, exchange);
    case "never":
      return;
    case "hang_up":
      return exchange.cut({ reset: scenario.reset });
  }
}

/** Answers with one JSON body. */
export async function sendJson(exchange: Exchange, status: number, body: unknown, headers = {}): Promise<void> {
  exchange.begin(status, { "content-type": "application/json", ...headers });
  await exchange.send(Buffer.from(JSON.stringify(body)), "");
  exchange.finish();
}

async function playStream(scenario: StreamScenario, exchange: Exchange): Promise<void> {
  const { closed } = exchange;
  const pieces = piecesOf(scenario);
  if (!(await openAfter(scenario.headersAfterMs, closed))) return;
  exchange.begin(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
    ...scenario.headers,
  });
  const startedAtMs = epochMs();
  for (const piece of pieces) {
    await pause(startedAtMs + piece.dueMs - epochMs(), closed);
    if (closed.aborted) return;
    if (!scenario.stampDeltas) await exchange.send(piece.bytes, piece.text);
    else await sendStamped(piece.bytes, exchange);
  }
  await end(scenario, exchange);
}

async function sendStamped(bytes: Buffer, exchange: Exchange): Promise<void> {
  const stamped = stampNow(bytes.toString());
  await exchange.send(Buffer.from(stamped), stamped.match(/⟦[^⟧]*⟧/g)?.join("") ?? "");
}

async function end({ ending }: StreamScenario, exchange: Exchange): Promise<void> {
  switch (ending.type) {
    case "complete":
      return exchange.finish();
    case "cut":
      // One turn of the loop, so that a reader here has what was sent before the reset throws it away.
      await pause(0, exchange.closed);
      return exchange.cut({ reset: ending.reset });
    case "stall":
      return ending.pingEveryMs === null ? undefined : ping(ending.pingEveryMs, exchange);
  }
}

async function ping(everyMs: number, exchange: Exchange): Promise<void> {
  const bytes = Buffer.from('event: ping\ndata: {"type":"ping"}\n\n');
  while (!exchange.closed.aborted) {
    await pause(everyMs, exchange.closed);
    await exchange.send(bytes, "");
  }
}

/** The answer to a request without `stream`: the whole message as JSON, its pace being the headers' delay only. */
async function playWhole(scenario: StreamScenario, exchange: Exchange): Promise<void> {
  if (!(await openAfter(scenario.headersAfterMs, exchange.closed))) return;
  const error = scenario.events.find(({ event }) => event === "error");
  if (error) return sendJson(exchange, 500, JSON.parse(error.data));
  if (scenario.ending.type === "stall") return;
  const body = Buffer.from(JSON.stringify(foldMessage(scenario.events)));
  exchange.begin(200, {
    "content-type": "application/json",
    "content-length": String(body.length),
    ...scenario.headers,
  });
  if (scenario.ending.type === "cut") {
    await exchange.send(body.subarray(0, scenario.ending.afterBytes), "");
    return exchange.cut(scenario.ending);
  }
  await exchange.send(body, scenario.events.map(textOf).join(""));
  exchange.finish();
}

async function playRefusal(scenario: RefusalScenario, exchange: Exchange): Promise<void> {
  if (!(await openAfter(scenario.headersAfterMs, exchange.closed))) return;
  const { errorType, message, details } = scenario;
  await sendJson(
    exchange,
    scenario.status,
    { type: "error", error: { type: errorType, message, details }, request_id: exchange.requestId },
    scenario.headers,
  );
}

/** Whether the client is still there after the delay. */
async function openAfter(delayMs: number, closed: AbortSignal): Promise<boolean> {
  if (delayMs > 0) await pause(delayMs, closed);
  return !closed.aborted;
}

function wantsStream(body: unknown): boolean {
  return typeof body === "object" && body !== null && "stream" in body && body.stream === true;
}
