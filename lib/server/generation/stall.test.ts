import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { withBody } from "./http-fetch";
import { StalledStream, watchBytes } from "./stall";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const STALL_MS = 60_000;
const URL = "http://model.example";

/** A server that answers when told, and whose body says what it is told to. Like fetch, it heeds the signal. */
function server() {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let signal: AbortSignal | undefined;
  let respond = (_: Response) => {};
  const fetch: typeof globalThis.fetch = (_, init) =>
    new Promise((resolve, reject) => {
      signal = init?.signal ?? undefined;
      respond = resolve;
      const fail = () => {
        reject(signal?.reason);
        controller?.error(signal?.reason);
      };
      if (signal?.aborted) fail();
      signal?.addEventListener("abort", fail);
    });
  const body = new ReadableStream<Uint8Array>({
    start: (given) => {
      controller = given;
    },
  });
  return {
    fetch,
    answer: (response = new Response(body, { status: 201, headers: { "x-one": "1" } })) => respond(response),
    say: () => controller?.enqueue(new Uint8Array([1])),
    close: () => controller?.close(),
    isLetGo: () => signal?.aborted === true,
  };
}

/** What became of a promise, once it has settled. */
function outcomeOf<Value>(promise: Promise<Value>) {
  const outcome: { value?: Value; error?: unknown } = {};
  promise.then(
    (value) => Object.assign(outcome, { value }),
    (error: unknown) => Object.assign(outcome, { error }),
  );
  return outcome;
}

async function reading(outer?: AbortController) {
  const model = server();
  const request = watchBytes(model.fetch, STALL_MS)(URL, outer ? { signal: outer.signal } : {});
  model.answer();
  const response = await request;
  const bytes = (response.body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  const reader = { read: () => bytes.next(), cancel: () => bytes.return?.() };
  return { model, response, reader };
}

describe("a model that says nothing", () => {
  test("before its headers is given up", async () => {
    const model = server();
    const outcome = outcomeOf(watchBytes(model.fetch, STALL_MS)(URL));
    await vi.advanceTimersByTimeAsync(STALL_MS - 1);
    expect([outcome, model.isLetGo()]).toEqual([{}, false]);
    await vi.advanceTimersByTimeAsync(1);
    expect(outcome.error).toBeInstanceOf(StalledStream);
    expect(model.isLetGo()).toBe(true);
  });

  test("after its headers is given up", async () => {
    const { model, reader } = await reading();
    const outcome = outcomeOf(reader.read());
    await vi.advanceTimersByTimeAsync(STALL_MS);
    expect(outcome.error).toBeInstanceOf(StalledStream);
    expect([model.isLetGo(), vi.getTimerCount()]).toEqual([true, 0]);
  });

  test("for so long after its last byte is given up, however long it has talked before", async () => {
    const { model, reader } = await reading();
    for (let byte = 0; byte < 5; byte++) {
      const next = reader.read();
      await vi.advanceTimersByTimeAsync(STALL_MS - 1);
      model.say();
      expect(await next).toEqual({ done: false, value: new Uint8Array([1]) });
    }
    const outcome = outcomeOf(reader.read());
    await vi.advanceTimersByTimeAsync(STALL_MS - 1);
    expect(outcome).toEqual({});
    await vi.advanceTimersByTimeAsync(1);
    expect(outcome.error).toBeInstanceOf(StalledStream);
  });
});

describe("a model that talks", () => {
  test("is passed on as it is", async () => {
    const { model, response, reader } = await reading();
    expect([response.status, response.headers.get("x-one")]).toEqual([201, "1"]);
    model.say();
    model.close();
    expect(await reader.read()).toEqual({ done: false, value: new Uint8Array([1]) });
    expect((await reader.read()).done).toBe(true);
    expect([model.isLetGo(), vi.getTimerCount()]).toEqual([false, 0]);
  });

  test("in JSON is read whole, and can be read again as JSON", async () => {
    const model = server();
    const request = watchBytes(model.fetch, STALL_MS)(URL);
    model.answer(Response.json({ type: "error" }, { status: 529 }));
    const response = await request;
    expect([response.status, await response.json()]).toEqual([529, { type: "error" }]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("without a body is no stall", async () => {
    const model = server();
    const request = watchBytes(model.fetch, STALL_MS)(URL);
    const response = new Response(null, { status: 204 });
    model.answer(response);
    expect(await request).toBe(response);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("is let go when its reader is", async () => {
    const { model, reader } = await reading();
    await reader.cancel();
    expect([model.isLetGo(), vi.getTimerCount()]).toEqual([true, 0]);
  });
});

describe("an abort from outside", () => {
  test("reaches the model, and is no stall", async () => {
    const outer = new AbortController();
    const { model, reader } = await reading(outer);
    const outcome = outcomeOf(reader.read());
    outer.abort(new Error("enough"));
    await vi.advanceTimersByTimeAsync(0);
    expect(outcome.error).toEqual(new Error("enough"));
    expect([model.isLetGo(), vi.getTimerCount()]).toEqual([true, 0]);
  });

  test("that came before the request is heeded", async () => {
    const model = server();
    const request = watchBytes(model.fetch, STALL_MS)(URL, { signal: AbortSignal.abort(new Error("enough")) });
    await expect(request).rejects.toThrow("enough");
    expect(vi.getTimerCount()).toBe(0);
  });
});

test("a connection that cannot be made fails as it failed", async () => {
  const fault = new TypeError("fetch failed");
  await expect(watchBytes(() => Promise.reject(fault), STALL_MS)(URL)).rejects.toBe(fault);
  expect(vi.getTimerCount()).toBe(0);
});

test("an answer in one piece that does not end is given up, and its body let go", async () => {
  let pulled = 0;
  let isLetGo = false;
  async function* body() {
    const piece = new Uint8Array(4 * 1024 * 1024);
    try {
      for (; pulled < 20; pulled++) yield piece;
    } finally {
      isLetGo = true;
    }
  }
  const headers = { "content-type": "application/json" };
  const fetch = async () => withBody(new Response("", { headers }), body());
  await expect(watchBytes(fetch, STALL_MS)(URL)).rejects.toThrow("does not end");
  expect([pulled < 10, isLetGo, vi.getTimerCount()]).toEqual([true, true, 0]);
});
