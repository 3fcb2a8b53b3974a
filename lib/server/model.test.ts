import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import type { ModelEvent } from "./model";

afterEach(() => {
  vi.unstubAllEnvs();
  Reflect.deleteProperty(globalThis, Symbol.for("platen.anthropic"));
});

/** The module as a process with these settings has it. */
async function modelWith(settings: Record<string, string>) {
  for (const name of ["ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "ANTHROPIC_MODEL"]) vi.stubEnv(name, "");
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
  vi.resetModules();
  return import("./model");
}

describe("the model that answers", () => {
  test.each<[string, Record<string, string>, string]>([
    ["with neither key nor address is the demo, whatever else is set", { ANTHROPIC_MODEL: "claude-x" }, "demo"],
    ["with a key is the default", { ANTHROPIC_API_KEY: "k" }, "claude-sonnet-5-5"],
    ["with an address is the one that was chosen", { ANTHROPIC_BASE_URL: "http://x", ANTHROPIC_MODEL: "mine" }, "mine"],
  ])("%s", async (_, settings, id) => {
    expect((await modelWith(settings)).modelId()).toBe(id);
  });
});

type Wire = { type: string; [key: string]: unknown };

const text = (index: number, words: string): Wire[] => [
  { type: "content_block_start", index, content_block: { type: "text", text: "" } },
  { type: "content_block_delta", index, delta: { type: "text_delta", text: words } },
];
const MESSAGE_START = { type: "message_start", message: { usage: { input_tokens: 7, output_tokens: 1 } } };
const MESSAGE_END = [
  { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 9 } },
  { type: "message_stop" },
];

/** What is made of a stream of `events`, from a server that sends them all at once and then ends it, or falls silent. */
async function answerTo(events: readonly Wire[], signal = new AbortController().signal, isSilentAfter = false) {
  const body = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
  return answerOf((response) => {
    response.writeHead(200, { "content-type": "text/event-stream" }).write(body);
    if (!isSilentAfter) response.end();
  }, signal);
}

/** What is made of a server that refuses every call in the same way. */
async function refusalOf(status: number, headers: Record<string, string>) {
  const error = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
  return answerOf((response) => response.writeHead(status, headers).end(JSON.stringify(error)));
}

async function answerOf(respond: (response: ServerResponse) => void, signal = new AbortController().signal) {
  let calls = 0;
  const server = createServer((_, response) => {
    calls += 1;
    respond(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const { generate } = await modelWith({ ANTHROPIC_BASE_URL: `http://127.0.0.1:${port}` });
  const content = [{ type: "text" as const, text: "Hi" }];
  const said: ModelEvent[] = [];
  const request = { messages: [{ role: "user" as const, content }], model: "m", signal, maxOutputTokens: () => 100 };
  const outcome = await generate(request, (event) => said.push(event));
  return { said, outcome, calls };
}

describe("an answer", () => {
  test("is told in our words, with the usage of its last count", async () => {
    const stop = { type: "content_block_stop", index: 0 };
    expect(await answerTo([MESSAGE_START, ...text(0, "Hello"), stop, ...MESSAGE_END])).toEqual({
      said: [...text(0, "Hello"), stop],
      outcome: { type: "done", stop_reason: "end_turn", usage: { input_tokens: 7, output_tokens: 9 } },
      calls: 1,
    });
  });

  test("whose blocks are not numbered from 0, or leave one out, is numbered in the order they came", async () => {
    const { said } = await answerTo([MESSAGE_START, ...text(1, "one"), ...text(4, "two"), ...MESSAGE_END]);
    expect(said).toEqual([...text(0, "one"), ...text(1, "two")]);
  });

  test("that names a number twice loses nothing of either block", async () => {
    const { said } = await answerTo([MESSAGE_START, ...text(0, "one"), ...text(0, "two"), ...MESSAGE_END]);
    expect(said).toEqual([...text(0, "one"), ...text(1, "two")]);
  });

  test("that adds to a block it never began is not told of it", async () => {
    const lost = { type: "content_block_delta", index: 3, delta: { type: "text_delta", text: "lost" } };
    const { said } = await answerTo([MESSAGE_START, ...text(0, "one"), lost, ...MESSAGE_END]);
    expect(said).toEqual(text(0, "one"));
  });

  test("cut before its end is interrupted, its length estimated upwards", async () => {
    const { outcome } = await answerTo([MESSAGE_START, ...text(0, "x".repeat(31))]);
    expect(outcome).toMatchObject({ type: "interrupted", usage: { input_tokens: 7 } });
    expect(outcome.usage?.output_tokens).toBeGreaterThanOrEqual(166);
  });

  test("broken off by an error event keeps what came before it, and nothing after", async () => {
    const error = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
    const { said, outcome, calls } = await answerTo([MESSAGE_START, ...text(0, "one"), error, ...text(1, "two")]);
    expect([said, outcome.type, calls]).toEqual([text(0, "one"), "interrupted", 1]);
  });

  test("stopped a while after the last that was read counts what can have been written since", async () => {
    const signal = AbortSignal.timeout(1000);
    const { outcome } = await answerTo([MESSAGE_START, ...text(0, "x".repeat(31))], signal, true);
    expect(outcome.type).toBe("stopped");
    expect(outcome.usage?.output_tokens).toBeGreaterThan(166 + 30);
    expect(outcome.usage?.output_tokens).toBeLessThanOrEqual(166 + 1500);
  });

  test("that was aborted before it was asked for is stopped, and costs nothing", async () => {
    const { said, outcome } = await answerTo([MESSAGE_START, ...MESSAGE_END], AbortSignal.abort());
    expect([said, outcome]).toEqual([[], { type: "stopped", usage: { input_tokens: 0, output_tokens: 0 } }]);
  });
});

describe("a call that is refused for now", () => {
  test("is made three times more", async () => {
    const { said, outcome, calls } = await refusalOf(529, { "retry-after": "0" });
    expect([said.map(({ type }) => type), outcome.type, calls]).toEqual([Array(3).fill("retrying"), "failed", 4]);
  });

  test("is not made again when that would be after 20 seconds", async () => {
    const { outcome, calls } = await refusalOf(529, { "retry-after": "21" });
    expect([outcome, calls]).toEqual([
      { type: "failed", error: expect.objectContaining({ code: "overloaded", retryAfterSeconds: 21 }) },
      1,
    ]);
  });
});
