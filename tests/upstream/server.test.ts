import Anthropic from "@anthropic-ai/sdk";
import type { RawMessageStreamEvent } from "@anthropic-ai/sdk/resources/messages";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { remoteUpstream } from "./control";
import { wireEvent } from "./events";
import {
  badJson,
  byteByByte,
  bytesOf,
  cutAfterBytes,
  cutAfterEvents,
  endAfter,
  endWithoutStop,
  errorEventAfter,
  repeatedMessageStart,
  slowHeaders,
  splitAt,
  stallAfter,
  stamped,
  unknownDelta,
  unknownEvent,
} from "./faults";
import { MODELS } from "./models";
import { recordedStopReason, recordedText, recording, recordings } from "./recordings";
import {
  answer,
  everyMs,
  hangUp,
  manyDeltasInOnePiece,
  neverAnswer,
  oneHugeDelta,
  refuse,
  replay,
  thinkingThenText,
} from "./scenario";
import { startUpstream } from "./server";
import { stampsIn } from "./stamp";
import type { Upstream } from "./upstream";

const ASK = { model: "claude-sonnet-5-5", max_tokens: 100, messages: [{ role: "user" as const, content: "Hello" }] };

let upstream: Upstream;
let client: Anthropic;

beforeAll(async () => {
  upstream = await startUpstream({ rate: 10_000 });
  client = new Anthropic({ apiKey: "secret", baseURL: upstream.url, maxRetries: 0, logLevel: "off" });
});
beforeEach(() => upstream.reset());
afterAll(() => upstream.close());

async function read(signal?: AbortSignal): Promise<RawMessageStreamEvent[]> {
  return collect(await client.messages.create({ ...ASK, stream: true }, signal ? { signal } : {}));
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

function textIn(events: readonly RawMessageStreamEvent[]): string {
  return recordedText(events.map((event) => JSON.stringify(event)));
}

/** What arrives before the stream ends or breaks, and what it breaks with. */
async function readUntilBroken(): Promise<{ text: string; error: unknown }> {
  const events: RawMessageStreamEvent[] = [];
  try {
    const stream = await client.messages.create({ ...ASK, stream: true });
    for await (const event of stream) events.push(event);
    return { text: textIn(events), error: null };
  } catch (error) {
    return { text: textIn(events), error };
  }
}

describe("a stream", () => {
  it.each(recordings())("arrives whole: $source $name", async ({ lines }) => {
    upstream.script(replay(lines));
    const events = await read();
    expect(textIn(events)).toBe(recordedText(lines));
    expect(recordedStopReason(events.map((event) => JSON.stringify(event)))).toBe(recordedStopReason(lines));
    const record = await upstream.waitFor(({ closed }) => closed !== null);
    expect(record).toMatchObject({ isFinished: true, flushedText: recordedText(lines), closed: { by: "server" } });
  });

  it("parses the same when it is split at every byte", async () => {
    const scenario = replay(recording("graphemes").lines.slice(1, 9));
    upstream.script(scenario);
    const expected = await read();
    for (let offset = 1; offset < bytesOf(scenario.events).length; offset += 1) {
      upstream.script(splitAt(scenario, [offset]));
      expect(await read()).toEqual(expected);
    }
    upstream.script(byteByByte(scenario));
    expect(await read()).toEqual(expected);
  });

  it("of built blocks adds up to a valid message", async () => {
    upstream.script(
      thinkingThenText("So, the moon.", "The tide is high 🌊", { deltaSize: 4, stopReason: "max_tokens" }),
    );
    const message = await client.messages.stream(ASK).finalMessage();
    expect(message.content).toMatchObject([
      { type: "thinking", thinking: "So, the moon.", signature: expect.stringMatching(/./) },
      { type: "text", text: "The tide is high 🌊" },
    ]);
    expect(message).toMatchObject({ stop_reason: "max_tokens", usage: { input_tokens: 12, output_tokens: 9 } });
  });

  it("can be one huge delta, or thousands in one write", async () => {
    upstream.script(oneHugeDelta(1_000_000));
    expect(textIn(await read())).toHaveLength(1_000_000);
    upstream.script(manyDeltasInOnePiece(5000));
    expect(await read()).toHaveLength(5005);
    const record = await upstream.waitFor(({ id, closed }) => id === upstream.requests[1]?.id && closed !== null);
    expect(record.flushed).toMatchObject([{ text: upstream.requests[1]?.flushedText }]);
  });

  it("carries the moment of each flush when stamped", async () => {
    upstream.script(stamped(answer("one two three", { deltaSize: 4, pace: everyMs(1) })));
    const stamps = stampsIn(textIn(await read()));
    const record = await upstream.waitFor(({ closed }) => closed !== null);
    expect(stamps).toHaveLength(4);
    expect(stamps).toEqual(stampsIn(record.flushedText));
    expect(stamps).toEqual([...stamps].sort());
  });

  it("repeats, adds and breaks events as told", async () => {
    const scenario = answer("one two three", { deltaSize: 4 });
    upstream.script(repeatedMessageStart(scenario));
    expect((await read()).map(({ type }) => type).slice(0, 3)).toEqual([
      "message_start",
      "message_start",
      "content_block_start",
    ]);
    upstream.script(unknownEvent(unknownDelta(scenario)));
    expect(await read()).toMatchObject([
      {},
      { type: "weather_report" },
      {},
      { delta: { type: "scent_delta" } },
      ...Array(7).fill({}),
    ]);
    upstream.script(badJson(scenario, 3));
    expect(await readUntilBroken()).toEqual({ text: "one ", error: expect.any(SyntaxError) });
    upstream.script(errorEventAfter(scenario, 4));
    expect(await readUntilBroken()).toEqual({
      text: "one two ",
      error: expect.objectContaining({ type: "overloaded_error" }),
    });
  });

  it("can end cleanly without its stop", async () => {
    upstream.script(endWithoutStop(answer("one")));
    expect((await read()).at(-1)?.type).toBe("message_delta");
    upstream.script(endAfter(answer("one"), 3));
    expect((await read()).at(-1)?.type).toBe("content_block_delta");
  });
});

describe("a socket", () => {
  it("closed by an abort is recorded as closed by the client, with what was flushed", async () => {
    upstream.script(stallAfter(answer("one two three", { deltaSize: 4 }), 4));
    const stream = await client.messages.create({ ...ASK, stream: true });
    for await (const event of stream) if (textIn([event]) === "two ") stream.controller.abort();
    const record = await upstream.waitFor(({ closed }) => closed !== null);
    expect(record).toMatchObject({ isFinished: false, flushedText: "one two ", closed: { by: "client" } });
  });

  it.each([
    ["never answered", neverAnswer()],
    ["with slow headers", slowHeaders(answer("late"), 60_000)],
    ["in the middle of pings", stallAfter(answer("one"), 2, { pingEveryMs: 1 })],
  ])("%s is seen to close too", async (_, scenario) => {
    const leaving = new AbortController();
    upstream.script(scenario);
    const reading = read(leaving.signal).catch((error: unknown) => error);
    await upstream.waitFor(
      ({ flushed }) => scenario.type !== "stream" || scenario.headersAfterMs > 0 || flushed.length > 2,
    );
    leaving.abort();
    await reading;
    const record = await upstream.waitFor(({ closed }) => closed !== null);
    expect(record).toMatchObject({ isFinished: false, closed: { by: "client" } });
  });

  it.each([
    ["RST", true, "ECONNRESET"],
    ["FIN", false, "UND_ERR_SOCKET"],
  ])("cut by %s breaks the stream after what was sent", async (_, reset, code) => {
    const scenario = answer("one two three", { deltaSize: 4 });
    upstream.script(cutAfterEvents(scenario, 4, { reset }));
    expect(await readUntilBroken()).toEqual({
      text: "one two ",
      error: expect.objectContaining({ cause: expect.objectContaining({ code }) }),
    });
    const record = await upstream.waitFor(({ closed }) => closed !== null);
    expect(record).toMatchObject({ isFinished: false, flushedText: "one two ", closed: { by: "server" } });
  });

  it("cut at any byte never brings more than was flushed, and never ends well", async () => {
    const scenario = replay(recording("refusal-after-text").lines.slice(1));
    const { length } = bytesOf(scenario.events);
    for (let afterBytes = 0; afterBytes <= length; afterBytes += 1) {
      upstream.reset();
      upstream.script(cutAfterBytes(scenario, afterBytes));
      const { text, error } = await readUntilBroken();
      const record = await upstream.waitFor(({ closed }) => closed !== null);
      expect({ text, isBroken: error !== null, byteCount: record.flushed[0]?.byteCount ?? 0 }).toEqual({
        text: record.flushedText,
        isBroken: true,
        byteCount: afterBytes,
      });
    }
  });

  it("that goes at once is a connection error", async () => {
    for (const reset of [true, false]) {
      upstream.script(hangUp({ reset }));
      await expect(read()).rejects.toBeInstanceOf(Anthropic.APIConnectionError);
    }
  });

  it("still open is cut when the upstream closes, and waiting for more is refused", async () => {
    const other = await startUpstream();
    other.script(neverAnswer());
    const asking = client.withOptions({ baseURL: other.url }).messages.create(ASK);
    const record = await other.waitFor(() => true);
    const waiting = other.waitFor(({ id }) => id === 2);
    const settled = Promise.allSettled([asking, waiting]);
    await other.close();
    expect((await settled).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(record.closed?.by).toBe("server");
  });
});

describe("a refusal", () => {
  it.each([
    [400, "invalid_request_error", Anthropic.BadRequestError],
    [401, "authentication_error", Anthropic.AuthenticationError],
    [403, "permission_error", Anthropic.PermissionDeniedError],
    [404, "not_found_error", Anthropic.NotFoundError],
    [429, "rate_limit_error", Anthropic.RateLimitError],
    [500, "api_error", Anthropic.InternalServerError],
    [529, "overloaded_error", Anthropic.InternalServerError],
  ])("with %i is the SDK's own class", async (status, errorType, ErrorClass) => {
    upstream.script(refuse(status, errorType, { message: "No.", headers: { "retry-after": "30" } }));
    const error = await read().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ErrorClass);
    expect(error).toMatchObject({ status, type: errorType, requestID: `req_upstream_${upstream.requests[0]?.id}` });
    expect((error as InstanceType<typeof Anthropic.APIError>).headers?.get("retry-after")).toBe("30");
  });

  it("can stand before an answer that the retry finds", async () => {
    upstream.script(answer("At last."));
    const headers = { "retry-after-ms": "1" };
    upstream.scriptNext(refuse(529, "overloaded_error", { headers }), refuse(500, "api_error", { headers }));
    const patient = client.withOptions({ maxRetries: 2 });
    expect((await patient.messages.create(ASK)).content).toMatchObject([{ text: "At last." }]);
    expect(upstream.requests).toHaveLength(3);
  });

  it.each([
    ["no messages", { messages: [] }],
    ["no max_tokens", { max_tokens: undefined }],
    ["a prefill", { messages: [...ASK.messages, { role: "assistant", content: "So" }] }],
    ["a temperature", { temperature: 1 }],
    ["a top_p", { top_p: 1 }],
    ["a top_k", { top_k: 1 }],
    ["an empty message", { messages: [{ role: "user", content: "" }] }],
    ["an empty text block", { messages: [{ role: "user", content: [{ type: "text", text: "" }] }] }],
    ["an unsigned thinking block", { messages: [{ role: "user", content: [{ type: "thinking", thinking: "So" }] }] }],
  ])("meets a request with %s", async (_, change) => {
    upstream.script(answer("never sent"));
    const body = { ...ASK, ...change } as typeof ASK;
    await expect(client.messages.create(body)).rejects.toMatchObject({ status: 400, type: "invalid_request_error" });
  });

  it("meets a request without a credential", async () => {
    const answered = await fetch(`${upstream.url}/v1/messages`, { method: "POST", body: JSON.stringify(ASK) });
    expect(answered.status).toBe(401);
    expect(await answered.json()).toMatchObject({ type: "error", error: { type: "authentication_error" } });
  });
});

describe("the rest of the API", () => {
  it("answers a request without stream with the whole message", async () => {
    upstream.script(replay(recording("tool-use").lines));
    expect((await client.messages.create(ASK)).content).toMatchObject([
      { type: "text", text: "I'll check the tide table." },
      { type: "tool_use", input: { harbour: "St. Michaelé", days: [1, 2, 3], unit: "m" } },
    ]);
  });

  it("lists its models and counts tokens, under a prefix too", async () => {
    const prefixed = client.withOptions({ baseURL: `${upstream.url}/gateway/anthropic` });
    expect(await collect(prefixed.models.list())).toEqual(MODELS);
    expect(await prefixed.models.retrieve("claude-opus-5-5")).toEqual(MODELS[0]);
    const { model, messages } = ASK;
    expect(await prefixed.messages.countTokens({ model, messages })).toEqual({ input_tokens: expect.any(Number) });
    upstream.scriptModels(refuse(500, "api_error"));
    await expect(client.models.list()).rejects.toMatchObject({ status: 500 });
  });

  it("records what came, and no credential", async () => {
    await read();
    const keyed = { method: "POST", headers: { "x-api-key": "secret" }, body: JSON.stringify(ASK) };
    await (await fetch(`${upstream.url}/v1/messages?beta=true`, keyed)).text();
    expect(upstream.requests).toMatchObject([
      { method: "POST", path: "/v1/messages", credential: "authorization", body: { ...ASK, stream: true } },
      { path: "/v1/messages?beta=true", credential: "x-api-key", headers: { "x-api-key": "redacted" } },
    ]);
    expect(JSON.stringify(upstream.requests)).not.toContain("secret");
  });

  it("answers by itself, and as the last user message tells it", async () => {
    expect(textIn(await read()).length).toBeGreaterThan(200);
    const said = (content: string) => client.messages.create({ ...ASK, messages: [{ role: "user", content }] });
    expect(await said("upstream:characters=5000 please")).toMatchObject({
      content: [{ text: expect.stringMatching(/^.{5000}$/s) }],
    });
    expect(await said("upstream:recording=text")).toMatchObject({
      content: [{ text: recordedText(recording("text").lines) }],
    });
    await expect(said("now upstream:rate-limit=7")).rejects.toMatchObject({ status: 429 });
  });

  it("is driven and read over HTTP", async () => {
    const remote = remoteUpstream(upstream.url);
    await remote.control({ type: "script", scenario: answer("standing") });
    await remote.control({ type: "script_next", scenarios: [answer("next")] });
    expect([textIn(await read()), textIn(await read())]).toEqual(["next", "standing"]);
    await upstream.waitFor(({ id, closed }) => id === upstream.requests[1]?.id && closed !== null);
    expect(await remote.requests()).toEqual(upstream.requests);
    await remote.control({ type: "reset" });
    expect(await remote.requests()).toEqual([]);
    const refused = await fetch(`${upstream.url}/__control`, {
      method: "POST",
      body: JSON.stringify(wireEvent({ type: "x" })),
    });
    expect(refused.status).toBe(400);
  });
});
