import { defaultAnswer } from "./default-answer";
import {
  badJson,
  byteByByte,
  cutAfterEvents,
  endWithoutStop,
  errorEventAfter,
  repeatedMessageStart,
  slowHeaders,
  stallAfter,
  stamped,
  unknownDelta,
  unknownEvent,
} from "./faults";
import { recording } from "./recordings";
import type { RequestRecord } from "./request-log";
import {
  CLAUDE_RHYTHM,
  hangUp,
  manyDeltasInOnePiece,
  neverAnswer,
  oneHugeDelta,
  refuse,
  replay,
  type Scenario,
  type StreamScenario,
  tokensPerSecond,
} from "./scenario";

const SPOKEN = /\bupstream:([a-z-]+)(?:=([\w.-]+))?/g;

/**
 * The answer to a request that no script covers: the default answer, changed by each `upstream:<word>` or
 * `upstream:<word>=<value>` in the last user message, in their order.
 */
export function spokenScenario(request: RequestRecord, rate: number): Scenario {
  const body = request.body as { model?: string; messages?: { role: string; content: unknown }[] };
  const lastUserText = textIn(body.messages?.findLast(({ role }) => role === "user")?.content);
  const facts = {
    model: body.model ?? "",
    inputTokens: estimatedTokens(body),
    turn: request.id - 1,
    tokensPerSecond: rate,
  };
  let scenario: Scenario = defaultAnswer(facts);
  for (const [, word = "", value = ""] of lastUserText.matchAll(SPOKEN)) {
    if (scenario.type !== "stream") break;
    if (word === "characters") scenario = defaultAnswer({ ...facts, characters: Number(value) });
    else if (word === "thinking") scenario = defaultAnswer({ ...facts, thinking: "The tide first. Then the moon." });
    else if (word === "recording") scenario = replay(recording(value).lines, scenario.pace);
    else scenario = WORDS[word]?.(scenario, value) ?? scenario;
  }
  return scenario;
}

/** What each further word makes of the scenario so far. */
const WORDS: Record<string, (scenario: StreamScenario, value: string) => Scenario> = {
  rate: (scenario, value) => ({ ...scenario, pace: tokensPerSecond(Number(value)) }),
  rhythm: (scenario) => ({ ...scenario, pace: CLAUDE_RHYTHM }),
  stamped: (scenario) => stamped(scenario),
  bytes: (scenario) => byteByByte(scenario),
  slow: (scenario, value) => slowHeaders(scenario, Number(value || 5000)),
  error: (scenario, value) => errorEventAfter(scenario, Number(value || 10)),
  cut: (scenario, value) => cutAfterEvents(scenario, Number(value || 10)),
  reset: (scenario, value) => cutAfterEvents(scenario, Number(value || 10), { reset: true }),
  stall: (scenario, value) => stallAfter(scenario, Number(value || 10)),
  pings: (scenario, value) => stallAfter(scenario, Number(value || 10), { pingEveryMs: 1000 }),
  "no-stop": (scenario) => endWithoutStop(scenario),
  "unknown-event": (scenario) => unknownEvent(scenario),
  "unknown-delta": (scenario) => unknownDelta(scenario),
  "repeated-start": (scenario) => repeatedMessageStart(scenario),
  "bad-json": (scenario) => badJson(scenario),
  huge: () => oneHugeDelta(),
  many: () => manyDeltasInOnePiece(),
  never: () => neverAnswer(),
  "hang-up": () => hangUp(),
  "rate-limit": (_, value) => refuse(429, "rate_limit_error", { headers: { "retry-after": value || "30" } }),
  overloaded: () => refuse(529, "overloaded_error"),
  unauthorized: () => refuse(401, "authentication_error"),
  broken: () => refuse(500, "api_error"),
};

/** Tokens of a request body, at four characters each. */
export function estimatedTokens(body: unknown): number {
  return Math.ceil(JSON.stringify(body).length / 4);
}

function textIn(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((block: { text?: string }) => block.text ?? "").join("\n");
}
