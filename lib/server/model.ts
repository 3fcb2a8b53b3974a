import Anthropic, {
  APIConnectionError,
  APIError,
  AuthenticationError,
  BadRequestError,
  ContentTooLargeError,
  GatewayTimeoutError,
  InternalServerError,
  NotFoundError,
  OverloadedError,
  PaymentRequiredError,
  PermissionDeniedError,
  RateLimitError,
  ServiceUnavailableError,
} from "@anthropic-ai/sdk";
import type {
  Message as AnswerMessage,
  MessageCreateParamsStreaming,
  MessageParam,
  RawContentBlockDelta,
  RawMessageStreamEvent,
} from "@anthropic-ai/sdk/resources/messages";
import type { ModelInfo } from "@anthropic-ai/sdk/resources/models";
import type { Failure, FailureCode } from "@/lib/chat/error";
import {
  type ContentBlock,
  type Delta,
  type GenerationEvent,
  NO_USAGE,
  type Outcome,
  textOf,
  type Usage,
} from "@/lib/chat/message";
import { DEMO_MODEL } from "@/lib/chat/model-name";
import { demoFetch } from "./demo/fetch";
import { type Environment, environment } from "./env";
import { httpFetch } from "./generation/http-fetch";
import type { PromptMessage } from "./generation/prompt";
import { readServerEvents } from "./generation/server-events";
import { StalledStream, watchBytes } from "./generation/stall";
import { mostWritten, type Writing } from "./money/spent";
import { addUsage, usageOf } from "./money/usage";
import { processWide } from "./process-wide";

const DEFAULT_MODEL = "claude-sonnet-5-5";

const MAX_RETRIES = 3;
const RETRY_WITHIN_MS = 20_000;
const FIRST_RETRY_MS = 500;

const MOST_LISTED = 200;
const LIST_TIMEOUT_MS = 10_000;

export type ModelRequest = {
  /** Alternating turns that end with the user's. */
  messages: readonly PromptMessage[];
  model: string;
  effort?: "low" | "medium" | "high" | "xhigh" | "max" | undefined;
  signal: AbortSignal;
  /**
   * The most tokens to write, thinking included, when tries that came to nothing have used `lost`. 0: it may not be
   * asked again.
   */
  maxOutputTokens(lost: Usage): number;
  /** Told of each try once it is over. */
  onTry?(tried: Try): void;
};

/**
 * How one request to the model went: the HTTP status, or `none` when no answer came; `stalled` or `broken` when its
 * stream did not end as it should.
 */
export type Try = { status: number | "none" | "stalled" | "broken"; requestId: string | undefined };

/** What the model says while it writes. */
export type ModelEvent = Exclude<GenerationEvent, { type: "generation_start" | "generation_end" }>;

function isDemo({ apiKey, baseUrl }: Environment): boolean {
  return apiKey === undefined && baseUrl === undefined;
}

/** The model that answers, as the API names it. */
export function modelId(): string {
  const settings = environment();
  return isDemo(settings) ? DEMO_MODEL : (settings.model ?? DEFAULT_MODEL);
}

function client(): Anthropic {
  return processWide("anthropic", () => {
    const settings = environment();
    return new Anthropic({
      // A local model server needs no key; the SDK would otherwise look for one in files and other variables.
      apiKey: settings.apiKey ?? "none",
      authToken: null,
      baseURL: settings.baseUrl ?? "https://api.anthropic.com",
      // Retries are ours: the SDK's are silent and can hang a reader for a minute.
      maxRetries: 0,
      logLevel: "off",
      // Given whole, so that no variable of the SDK's can put what people write into spans.
      openTelemetry: { traces: { enabled: settings.otlpEndpoint !== undefined, contentMode: "metadata_only" } },
      // The key is for that server alone: were a redirect followed, it would go along to another.
      fetchOptions: { redirect: "manual" },
      fetch: watchBytes(isDemo(settings) ? demoFetch : httpFetch, settings.stallSeconds * 1000),
    });
  });
}

/** What the API says of a model that it lists. A gateway may say no more than its id. */
export type ListedModel = Pick<ModelInfo, "id"> & Partial<ModelInfo>;

/** The models that the API lists, newest first, at most `MOST_LISTED`. Throws when it does not list any. */
export async function listModels(): Promise<ListedModel[]> {
  const listed: ListedModel[] = [];
  for await (const model of client().models.list({ limit: 100 }, { timeout: LIST_TIMEOUT_MS })) {
    if (typeof model?.id === "string" && listed.push(model) >= MOST_LISTED) break;
  }
  return listed;
}

export type Question = { model: string; systemPrompt: string; prompt: string; maxOutputTokens: number };

const QUESTION_TIMEOUT_MS = 10_000;

/**
 * The whole answer to a question that is no part of a conversation, asked once and for ten seconds. The text is undefined
 * when it did not come or was cut off, the usage when it is not known. Never throws.
 */
export async function complete({
  model,
  systemPrompt,
  prompt,
  maxOutputTokens,
}: Question): Promise<{ text: string | undefined; usage: Usage | undefined }> {
  try {
    const answer: Partial<AnswerMessage> = await client().messages.create(
      { model, max_tokens: maxOutputTokens, system: systemPrompt, messages: [{ role: "user", content: prompt }] },
      { signal: AbortSignal.timeout(QUESTION_TIMEOUT_MS) },
    );
    // Not every server answers with a message: to a gateway's web page the SDK's answer is a string.
    const blocks = Array.isArray(answer.content) ? (answer.content as ContentBlock[]) : undefined;
    const isWhole = answer.stop_reason === "end_turn";
    return {
      text: blocks === undefined || !isWhole ? undefined : textOf(blocks),
      usage: answer.usage === undefined ? undefined : usageOf(answer.usage),
    };
  } catch (error) {
    const isRefused = error instanceof APIError && error.status !== undefined;
    return { text: undefined, usage: isRefused ? usageOf(undefined) : undefined };
  }
}

type Tell = (event: ModelEvent) => void;

/**
 * Streams one answer to `tell` and returns how it ended: "stopped" when the signal aborted it. Never throws. A callback,
 * because a generator in the way of each event costs three promises, which under Next are dear.
 */
export async function generate(request: ModelRequest, tell: Tell): Promise<Outcome> {
  const startedAt = Date.now();
  let lost: Usage = NO_USAGE;
  for (let attempt = 1; ; attempt++) {
    const reading: Reading = {
      lost,
      blocks: 0,
      indexes: new Map(),
      hasContent: false,
      hasStopped: false,
      hasThought: false,
      outputBytes: 0,
    };
    try {
      await read(request, reading, tell);
      request.onTry?.(triedAs(reading));
      return endOf(reading, request.signal);
    } catch (error) {
      request.onTry?.(triedAs(reading, error, request.signal));
      if (request.signal.aborted || reading.hasContent || reading.hasStopped) return endOf(reading, request.signal);
      const fault = faultOf(error);
      const afterMs = retryDelay(fault, attempt);
      const isTooLate = Date.now() - startedAt + (afterMs ?? 0) > RETRY_WITHIN_MS;
      lost = totalUsage(reading);
      const isLast = afterMs === undefined || attempt > MAX_RETRIES || isTooLate || request.maxOutputTokens(lost) < 1;
      if (isLast) return outcomeOf(fault, lost);
      tell({ type: "retrying", attempt, afterSeconds: afterMs / 1000, code: fault.error.code });
      await sleep(afterMs, request.signal);
      if (request.signal.aborted) return endOf(reading, request.signal);
    }
  }
}

/** What has been read of one streamed answer. */
type Reading = Writing & {
  /** What tries before this one have used. */
  lost: Usage;
  usage?: Usage;
  stopReason?: string;
  blocks: number;
  /** Our index of the block that the model names by its own. */
  indexes: Map<number, number>;
  hasContent: boolean;
  hasStopped: boolean;
  /** Of the model's response, once its headers have come. */
  headers?: { status: number; requestId: string | undefined };
};

async function read(request: ModelRequest, reading: Reading, tell: Tell): Promise<void> {
  const response = await client()
    .messages.create(parameters(request, reading.lost), { signal: request.signal })
    .asResponse();
  reading.headers = { status: response.status, requestId: response.headers.get("request-id") ?? undefined };
  await readServerEvents(response.body, (name, data) => {
    if (name === "error") throw errorIn(data, response.headers);
    if (name === "ping" || data === "") return;
    reading.readAtMs = performance.now();
    const told = translate(JSON.parse(data) as RawMessageStreamEvent, reading);
    if (told === undefined) return;
    reading.hasContent = true;
    tell(told);
  });
  // A connection that was cut cleanly ends without an error.
  if (!reading.hasStopped && !request.signal.aborted) throw new BrokenStream();
}

/** The error that the model's stream ended with, as the SDK would throw it. */
function errorIn(data: string, headers: Headers): APIError {
  let told: { error?: { type?: APIError["type"] } } | undefined;
  try {
    told = JSON.parse(data) ?? undefined;
  } catch {
    // Not the API's own words, then.
  }
  return new APIError(undefined, told, undefined, headers, told?.error?.type);
}

function triedAs({ headers }: Reading, error?: unknown, signal?: AbortSignal): Try {
  const requestId = headers?.requestId ?? (error instanceof APIError ? (error.requestID ?? undefined) : undefined);
  if (error === undefined || signal?.aborted) return { status: headers?.status ?? "none", requestId };
  if (isStall(error)) return { status: "stalled", requestId };
  if (headers !== undefined) return { status: "broken", requestId };
  return { status: error instanceof APIError ? (error.status ?? "none") : "none", requestId };
}

/** The model's stream ended without `message_stop`. */
class BrokenStream extends Error {}

function parameters(
  { messages, model, effort, maxOutputTokens }: ModelRequest,
  lost: Usage,
): MessageCreateParamsStreaming {
  const { systemPrompt } = environment();
  return {
    model,
    max_tokens: maxOutputTokens(lost),
    messages: messages as MessageParam[],
    cache_control: { type: "ephemeral" },
    ...(systemPrompt === undefined ? {} : { system: systemPrompt }),
    ...(effort === undefined ? {} : { output_config: { effort } }),
    stream: true,
  };
}

/** The API's event in our words; undefined when it says nothing about content, or is of a kind unknown to us. */
function translate(event: RawMessageStreamEvent, reading: Reading): ModelEvent | undefined {
  switch (event.type) {
    case "message_start":
      reading.usage ??= usageOf(event.message.usage);
      reading.begunAtMs ??= performance.now();
      return undefined;
    case "message_delta":
      reading.usage = usageOf(event.usage, reading.usage);
      if (event.delta.stop_reason !== null) reading.stopReason = event.delta.stop_reason;
      return undefined;
    case "message_stop":
      reading.hasStopped = true;
      return undefined;
    case "content_block_start": {
      // Not every server counts from 0 and by one; our log does, in the order the blocks came.
      const index = reading.blocks++;
      reading.hasThought ||= event.content_block.type !== "text";
      reading.indexes.set(event.index, index);
      return { type: event.type, index, content_block: event.content_block as unknown as ContentBlock };
    }
    case "content_block_stop": {
      const index = reading.indexes.get(event.index);
      return index === undefined ? undefined : { type: event.type, index };
    }
    case "content_block_delta": {
      const index = reading.indexes.get(event.index);
      const delta = narrowDelta(event.delta);
      if (index === undefined || delta === undefined) return undefined;
      reading.outputBytes += Buffer.byteLength(writtenBy(delta));
      return { type: event.type, index, delta };
    }
  }
}

/** The delta, if it is of a kind the contract has and extends anything. */
function narrowDelta(delta: RawContentBlockDelta): Delta | undefined {
  switch (delta.type) {
    case "text_delta":
      return delta.text === "" ? undefined : { type: delta.type, text: delta.text };
    case "thinking_delta":
      return delta.thinking === "" ? undefined : { type: delta.type, thinking: delta.thinking };
    case "input_json_delta":
      return delta.partial_json === "" ? undefined : { type: delta.type, partial_json: delta.partial_json };
    case "signature_delta":
      return { type: delta.type, signature: delta.signature };
    case "citations_delta":
      return { type: delta.type, citation: delta.citation };
  }
}

function writtenBy(delta: Delta): string {
  switch (delta.type) {
    case "text_delta":
      return delta.text;
    case "thinking_delta":
      return delta.thinking;
    case "input_json_delta":
      return delta.partial_json;
    case "signature_delta":
    case "citations_delta":
      return "";
  }
}

/** How an answer ended that was not refused: it is done only if the model said so. */
function endOf(reading: Reading, signal: AbortSignal): Outcome {
  const usage = totalUsage(reading);
  if (reading.hasStopped) return { type: "done", stop_reason: reading.stopReason ?? "end_turn", usage };
  return signal.aborted ? { type: "stopped", usage } : { type: "interrupted", usage };
}

/** What this try and those before it have used. A cut answer never reports what it wrote, so that is taken upwards. */
function totalUsage(reading: Reading): Usage {
  const { usage = NO_USAGE, lost } = reading;
  const written = reading.hasStopped ? usage.output_tokens : Math.max(usage.output_tokens, mostWritten(reading));
  return addUsage(lost, { ...usage, output_tokens: written });
}

/** Why the model said nothing. `isBroken`: it had begun to answer, then the connection was lost. */
type Fault = { error: Failure; isTransient: boolean; isBroken: boolean };

function outcomeOf(fault: Fault, lost: Usage): Outcome {
  const used = lost.input_tokens + lost.output_tokens > 0 ? { usage: lost } : {};
  return fault.isBroken ? { type: "interrupted", ...used } : { type: "failed", error: fault.error, ...used };
}

/** How long to wait before trying again, in milliseconds; undefined when trying again is of no use, or too late. */
function retryDelay({ error, isTransient }: Fault, attempt: number): number | undefined {
  if (error.retryAfterSeconds !== undefined && (isTransient || error.code === "rate_limited")) {
    return error.retryAfterSeconds * 1000;
  }
  if (!isTransient) return undefined;
  return FIRST_RETRY_MS * 2 ** (attempt - 1) * (0.75 + Math.random() / 4);
}

const OWNER_CODES: ReadonlySet<string | null> = new Set([
  "contract_spend_limit_reached",
  "enforced_spend_limit_reached",
  "linked_organization_billing_unavailable",
  "linked_organization_spend_limit_reached",
  "organization_on_hold",
]);

const SENTENCES: Record<FailureCode, string> = {
  overloaded: "The model is overloaded at the moment.",
  rate_limited: "The model takes no more requests for the moment.",
  unavailable: "The owner has paused this service.",
  invalid_request: "The model did not accept this request.",
  context_exceeded: "This conversation is longer than the model can read.",
  internal: "The model could not be reached.",
};

function faultOf(error: unknown): Fault {
  if (isStall(error)) {
    return fault("internal", { isTransient: false, isBroken: true });
  }
  if (error instanceof BrokenStream) return fault("internal", { isTransient: true, isBroken: true });
  if (!(error instanceof APIError)) {
    // A body that is cut (TypeError "terminated") or is not JSON (SyntaxError) reaches us as it was thrown.
    return fault("internal", { isTransient: true, isBroken: true });
  }
  const details = { ...retryAfterOf(error), ...(error.requestID ? { requestId: error.requestID } : {}) };
  return fault(codeOf(error), { isTransient: isTransient(error), isBroken: false }, details);
}

function isStall(error: unknown): boolean {
  return (
    error instanceof StalledStream || (error instanceof APIConnectionError && error.cause instanceof StalledStream)
  );
}

function fault(
  code: FailureCode,
  kind: { isTransient: boolean; isBroken: boolean },
  details: Pick<Failure, "retryAfterSeconds" | "requestId"> = {},
): Fault {
  return { error: { code, message: SENTENCES[code], ...details }, ...kind };
}

/** The SDK's class, or for an error inside a stream (which has no status) the API's type, as our code. */
function codeOf(error: APIError): FailureCode {
  if (OWNER_CODES.has(error.errorCode) || error.type === "billing_error") return "unavailable";
  if (error instanceof OverloadedError || error instanceof ServiceUnavailableError) return "overloaded";
  if (error.type === "overloaded_error") return "overloaded";
  if (error instanceof RateLimitError || error.type === "rate_limit_error") return "rate_limited";
  if (error instanceof AuthenticationError || error.type === "authentication_error") return "unavailable";
  if (error instanceof PermissionDeniedError || error.type === "permission_error") return "unavailable";
  if (error instanceof PaymentRequiredError || error instanceof NotFoundError) return "unavailable";
  if (error instanceof ContentTooLargeError) return "context_exceeded";
  if (error instanceof BadRequestError || error.type === "invalid_request_error") return "invalid_request";
  if (error.status !== undefined && error.status >= 400 && error.status < 500) return "invalid_request";
  return "internal";
}

function isTransient(error: APIError): boolean {
  if (error instanceof APIConnectionError || error instanceof OverloadedError) return true;
  if (error instanceof GatewayTimeoutError) return true;
  if (error instanceof InternalServerError) return error.status === 500 || error.status === 502 || error.status === 503;
  return error.status === undefined && (error.type === "overloaded_error" || error.type === "api_error");
}

function retryAfterOf(error: APIError): { retryAfterSeconds?: number } {
  const given = error.headers?.get("retry-after");
  const seconds = given === null || given === undefined || given === "" ? Number.NaN : Number(given);
  return Number.isFinite(seconds) && seconds >= 0 ? { retryAfterSeconds: Math.ceil(seconds) } : {};
}

/** Waits, or returns early when the signal aborts. */
function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const finish = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal.addEventListener("abort", finish);
  });
}
