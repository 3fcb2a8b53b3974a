import Anthropic, { OverloadedError } from "@anthropic-ai/sdk";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createDemoFetch, type Sleep } from "./fetch";

const atOnce: Sleep = async () => {};
const now = () => new Date("2026-12-04T14:03:00Z");

function clientWith(sleep?: Sleep): Anthropic {
  const fetch = createDemoFetch({ now, ...(sleep && { sleep }) });
  return new Anthropic({ apiKey: "demo", baseURL: "https://demo.invalid", fetch, maxRetries: 0 });
}

type Heard = Awaited<ReturnType<typeof hear>>;

async function hear(text: string, signal?: AbortSignal, client = clientWith(atOnce)) {
  const stream = await client.messages.create(
    { model: "demo", max_tokens: 64_000, stream: true, messages: [{ role: "user", content: text }] },
    signal ? { signal } : {},
  );
  const heard = {
    types: [] as string[],
    text: "",
    thinking: "",
    signature: "",
    stop: null as unknown,
    usage: null as unknown,
  };
  for await (const event of stream) {
    if (heard.types.at(-1) !== event.type) heard.types.push(event.type);
    if (event.type === "content_block_delta") {
      if (event.delta.type === "text_delta") heard.text += event.delta.text;
      if (event.delta.type === "thinking_delta") heard.thinking += event.delta.thinking;
      if (event.delta.type === "signature_delta") heard.signature += event.delta.signature;
    }
    if (event.type === "message_delta") {
      heard.stop = event.delta;
      heard.usage = event.usage;
    }
  }
  return heard;
}

const ONE_BLOCK = ["content_block_start", "content_block_delta", "content_block_stop"];

describe("a streamed answer, through the SDK", () => {
  it("comes in the order of the Messages API", async () => {
    const heard = await hear("Hello");
    expect(heard.types).toEqual(["message_start", ...ONE_BLOCK, "message_delta", "message_stop"]);
    expect(heard.stop).toEqual({ stop_reason: "end_turn", stop_sequence: null });
    expect(heard.text).toMatch(/^Hello! This is the demo model/);
  });

  it("counts tokens as a quarter of the characters", async () => {
    const { usage, text } = await hear("Hello");
    expect(usage).toMatchObject({ input_tokens: 6, output_tokens: Math.ceil(text.length / 4) });
  });

  it("thinks in a signed block, then answers in another", async () => {
    const heard = await hear("Think step by step: what is 12 * (3 + 4)?");
    expect(heard.types).toEqual(["message_start", ...ONE_BLOCK, ...ONE_BLOCK, "message_delta", "message_stop"]);
    expect(heard.thinking).toContain("1. 3 + 4 = 7\n2. 12 × 7 = 84");
    expect(heard.text).toContain("**84**");
    expect(heard.signature).toMatch(/^[A-Za-z0-9+/]{200,}=*$/);
  });

  it("refuses with details and without content", async () => {
    const heard = await hear("Show me a refusal");
    expect(heard.types).toEqual(["message_start", "message_delta", "message_stop"]);
    expect(heard.stop).toMatchObject({ stop_reason: "refusal", stop_details: { type: "refusal", category: null } });
  });

  it("refuses midway, and keeps what it had said", async () => {
    const heard = await hear("refuse halfway");
    expect(heard.stop).toMatchObject({ stop_reason: "refusal" });
    expect(heard.text).not.toBe("");
  });

  it("is cut off in the middle of a sentence with max_tokens", async () => {
    const heard = await hear("a cut-off answer");
    expect(heard.stop).toEqual({ stop_reason: "max_tokens", stop_sequence: null });
    expect(heard.text).toMatch(/\p{L}$/u);
  });

  it.each(["a broken connection", "a stalled answer"])("throws midway for %s, with no stop reason", async (wish) => {
    let heard: Heard | undefined;
    await expect(hear(wish).then((all) => (heard = all))).rejects.toThrow("terminated");
    expect(heard).toBeUndefined();
  });

  it("gives the whole answer to whoever does not stream", async () => {
    const message = await clientWith(atOnce).messages.create({
      model: "demo",
      max_tokens: 1_000,
      messages: [{ role: "user", content: "reverse stressed" }],
    });
    expect(message).toMatchObject({ model: "demo", role: "assistant", stop_reason: "end_turn" });
    expect(message.content[0]).toMatchObject({ type: "text", text: expect.stringMatching(/^desserts\n/) });
  });

  it("keeps to max_tokens", async () => {
    const message = await clientWith(atOnce).messages.create({
      model: "demo",
      max_tokens: 10,
      messages: [{ role: "user", content: "mathematics" }],
    });
    expect(message.stop_reason).toBe("max_tokens");
    expect(message.usage.output_tokens).toBe(10);
  });
});

describe("errors, as the SDK sees them", () => {
  it("is overloaded on request", async () => {
    const failed = await hear("Be an overloaded model").catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(OverloadedError);
    expect(failed).toMatchObject({ status: 529, type: "overloaded_error" });
  });

  it("names the wait when its rate limit is reached", async () => {
    const failed = await hear("rate limit").catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(Anthropic.RateLimitError);
    expect((failed as InstanceType<typeof Anthropic.RateLimitError>).headers?.get("retry-after")).toBe("20");
  });

  it("refuses a conversation that ends with an answer", async () => {
    const wrong = clientWith(atOnce).messages.create({
      model: "demo",
      max_tokens: 10,
      messages: [{ role: "assistant", content: "I" }],
    });
    await expect(wrong).rejects.toBeInstanceOf(Anthropic.BadRequestError);
  });

  it("does not know other paths, and says so", async () => {
    const response = await createDemoFetch({ sleep: atOnce })("https://demo.invalid/v1/files");
    expect(response.status).toBe(404);
    expect(response.headers.get("request-id")).toMatch(/^req_demo_/);
  });

  it("answers a body that is not JSON with 400", async () => {
    const response = await createDemoFetch({ sleep: atOnce })("https://demo.invalid/v1/messages", {
      method: "POST",
      body: "{",
    });
    expect(response.status).toBe(400);
  });
});

describe("the rest of the API", () => {
  it("lists one model, called Demo model", async () => {
    const names: string[] = [];
    for await (const model of clientWith(atOnce).models.list()) names.push(`${model.id}: ${model.display_name}`);
    expect(names).toEqual(["demo: Demo model"]);
  });

  it("counts the tokens of a request", async () => {
    const messages = [{ role: "user" as const, content: "x".repeat(400) }];
    expect(await clientWith(atOnce).messages.countTokens({ model: "demo", messages })).toMatchObject({
      input_tokens: 104,
    });
  });
});

describe("an abort", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("before the headers rejects with the signal's reason, and leaves no timer", async () => {
    vi.useFakeTimers();
    const controller = new AbortController();
    const asked = createDemoFetch()("https://demo.invalid/v1/messages", post("hello", controller.signal));
    const outcome = asked.catch((reason: unknown) => reason);
    await vi.advanceTimersByTimeAsync(100);
    expect(vi.getTimerCount()).toBe(1);
    controller.abort(new Error("enough"));
    expect(await outcome).toEqual(new Error("enough"));
    expect(vi.getTimerCount()).toBe(0);
  });

  it("of a signal that is already over never starts anything", async () => {
    const slept = vi.fn(atOnce);
    const gone = AbortSignal.abort(new Error("gone"));
    const asked = createDemoFetch({ sleep: slept })("https://demo.invalid/v1/messages", post("hello", gone));
    await expect(asked).rejects.toThrow("gone");
    expect(slept).not.toHaveBeenCalled();
  });

  it("in the middle errors the body with the signal's reason, and leaves no timer", async () => {
    vi.useFakeTimers();
    const controller = new AbortController();
    const asked = createDemoFetch()("https://demo.invalid/v1/messages", post("a slow answer", controller.signal));
    await vi.advanceTimersByTimeAsync(1_000);
    const reader = (await asked).body?.getReader();
    for (let frame = 0; frame < 3; frame += 1) await reader?.read();
    const next = reader?.read().catch((reason: unknown) => reason);
    await vi.advanceTimersByTimeAsync(100);
    expect(vi.getTimerCount()).toBe(1);
    controller.abort(new Error("enough"));
    expect(vi.getTimerCount()).toBe(0);
    expect(await next).toEqual(new Error("enough"));
  });

  it("between two reads is seen by the next one", async () => {
    const controller = new AbortController();
    const fetch = createDemoFetch({ sleep: atOnce });
    const response = await fetch("https://demo.invalid/v1/messages", post("hello", controller.signal));
    const reader = response.body?.getReader();
    await reader?.read();
    controller.abort(new Error("enough"));
    await expect(reader?.read()).rejects.toThrow("enough");
  });

  it("by cancelling the body leaves no timer either", async () => {
    vi.useFakeTimers();
    const asked = createDemoFetch()("https://demo.invalid/v1/messages", post("a slow answer"));
    await vi.advanceTimersByTimeAsync(1_000);
    const reader = (await asked).body?.getReader();
    for (let frame = 0; frame < 3; frame += 1) await reader?.read();
    reader?.read().catch(() => {});
    await vi.advanceTimersByTimeAsync(100);
    await reader?.cancel();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("ends the SDK's iteration quietly, and nothing is asked of the clock afterwards", async () => {
    const controller = new AbortController();
    let naps = 0;
    const sleep: Sleep = async () => {
      naps += 1;
      if (naps === 6) controller.abort();
    };
    const heard = await hear("a very long answer", controller.signal, clientWith(sleep));
    expect(heard.stop).toBeNull();
    expect(naps).toBe(6);
  });

  it("is not waited for when nobody reads: no beat is made before it is asked for", async () => {
    const slept = vi.fn(atOnce);
    const fetch = createDemoFetch({ sleep: slept });
    await fetch("https://demo.invalid/v1/messages", post("a very long answer"));
    await new Promise((resolve) => setImmediate(resolve));
    expect(slept).toHaveBeenCalledTimes(1);
  });
});

function post(text: string, signal?: AbortSignal): RequestInit {
  const body = { model: "demo", max_tokens: 1_000, stream: true, messages: [{ role: "user", content: text }] };
  return { method: "POST", body: JSON.stringify(body), ...(signal && { signal }) };
}
