import { describe, expect, test } from "vitest";
import type { GenerationEvent, NumberedEvent } from "@/lib/chat/message";
import type { GenerationRequest } from "@/lib/chat/request";
import { httpTransport } from "./transport";

type Call = { input: string; init: RequestInit };

/** A transport over a `fetch` that answers as told, and what it was asked. */
function transportFor(answer: (call: Call) => Promise<Response> | Response) {
  const calls: Call[] = [];
  const transport = httpTransport(async (input, init = {}) => {
    const call = { input: String(input), init };
    calls.push(call);
    return answer(call);
  });
  return { transport, calls };
}

const encoder = new TextEncoder();

/** A body that comes in these pieces; with `fault`, the connection is then lost. */
function bodyOf(pieces: readonly Uint8Array[], fault?: Error): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      if (fault === undefined) return controller.close();
      // What is queued is lost with an error, so it comes after a turn in which it was read.
      await new Promise(setImmediate);
      controller.error(fault);
    },
  });
}

const EVENTS: GenerationEvent[] = [
  { type: "generation_start", id: "a", conversationId: "c", parentId: "u", model: "m" },
  { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
  { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Grüße 😀👩‍💻\nid: 7\n\n\u2028漢" } },
  { type: "content_block_stop", index: 0 },
  { type: "retrying", attempt: 1, afterSeconds: 0.5, code: "overloaded" },
  {
    type: "generation_end",
    outcome: { type: "done", stop_reason: "end_turn", usage: { input_tokens: 1, output_tokens: 2 } },
  },
];
const NUMBERED: NumberedEvent[] = EVENTS.map((event, index) => ({ n: index + 1, event }));

const frame = ({ n, event }: NumberedEvent) => `id: ${n}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
const STREAM = encoder.encode(
  `: ok\r\n\r\n${NUMBERED.slice(0, 3).map(frame).join("")}: keep-alive\r\n\r\n${NUMBERED.slice(3).map(frame).join("")}`,
);

async function followed(response: Response) {
  const events: NumberedEvent[] = [];
  const { transport } = transportFor(() => response);
  const end = await transport.follow("a", 0, (event) => events.push(event), new AbortController().signal);
  return { end, events };
}

const WHOLE = { end: { type: "ended" }, events: NUMBERED };

describe("the events of an answer", () => {
  test("come as they were sent", async () => {
    expect(await followed(new Response(STREAM))).toEqual(WHOLE);
  });

  test("are the same byte by byte", async () => {
    const bytes = Array.from(STREAM, (_, at) => STREAM.slice(at, at + 1));
    expect(await followed(new Response(bodyOf(bytes)))).toEqual(WHOLE);
  });

  test("are the same in two pieces, wherever they are cut", async () => {
    for (let cut = 0; cut <= STREAM.length; cut++) {
      expect(await followed(new Response(bodyOf([STREAM.slice(0, cut), STREAM.slice(cut)])))).toEqual(WHOLE);
    }
  });

  test("of a kind unknown here are passed over", async () => {
    const strange = encoder.encode('id: 1\nevent: news\ndata: {"x":1}\n\ndata: plain\n\n');
    expect(await followed(new Response(bodyOf([strange, STREAM])))).toEqual(WHOLE);
  });
});

describe("a connection", () => {
  test("that ends without the end event is broken, wherever it was cut", async () => {
    const last = STREAM.length - frame(NUMBERED[5] as NumberedEvent).length;
    for (let cut = 0; cut < STREAM.length; cut += 7) {
      const { end, events } = await followed(new Response(STREAM.slice(0, cut)));
      expect(end).toEqual({ type: "broken" });
      expect(events).toEqual(NUMBERED.slice(0, events.length));
      if (cut >= last) expect(events).toHaveLength(5);
    }
  });

  test("that is lost is broken, and what had come has come", async () => {
    const pieces = [STREAM.slice(0, 200)];
    const { end, events } = await followed(new Response(bodyOf(pieces, new TypeError("Load failed"))));
    expect(end).toEqual({ type: "broken" });
    expect(events).toEqual(NUMBERED.slice(0, 1));
  });

  test("that is lost after the end event has ended", async () => {
    expect(await followed(new Response(bodyOf([STREAM], new TypeError("Load failed"))))).toEqual(WHOLE);
  });

  test("that brings an event that cannot be read is broken", async () => {
    const damaged = encoder.encode("id: 1\nevent: generation_start\ndata: {\n\n");
    expect(await followed(new Response(damaged))).toEqual({ end: { type: "broken" }, events: [] });
  });

  test("that cannot be made is broken", async () => {
    const { transport } = transportFor(() => Promise.reject(new TypeError("Failed to fetch")));
    expect(await transport.follow("a", 0, () => {}, new AbortController().signal)).toEqual({ type: "broken" });
  });

  test("without a body, or with somebody else's page in it, is broken", async () => {
    for (const response of [new Response(null), new Response("<!doctype html><title>Sign in to Wi-Fi</title>")]) {
      expect(await followed(response)).toEqual({ end: { type: "broken" }, events: [] });
    }
  });
});

describe("a refusal", () => {
  test("is told as the server told it", async () => {
    const error = { code: "rate_limited", message: "Slowly.", retryAfterSeconds: 9, requestId: "r" };
    const { end } = await followed(Response.json({ error }, { status: 429 }));
    expect(end).toEqual({ type: "refused", error });
  });

  test("that cannot be read is an internal error", async () => {
    const internal = {
      type: "refused",
      error: { code: "internal", message: "The server gave no answer that could be read." },
    };
    expect((await followed(new Response("<h1>Forbidden</h1>", { status: 403 }))).end).toEqual(internal);
    expect((await followed(Response.json(null, { status: 500 }))).end).toEqual(internal);
  });

  test("by a proxy that cannot reach the server is a broken connection", async () => {
    for (const status of [502, 503, 504]) {
      expect((await followed(new Response("<h1>Bad gateway</h1>", { status }))).end).toEqual({ type: "broken" });
    }
    const error = { code: "busy", message: "Full." };
    expect((await followed(Response.json({ error }, { status: 503 }))).end).toEqual({ type: "refused", error });
  });
});

describe("what is asked of the server", () => {
  const { signal } = new AbortController();
  const STOPPED = { type: "stopped", usage: { input_tokens: 1, output_tokens: 2 } };

  test("an answer is started with what was asked, under the id that was chosen", async () => {
    const { transport, calls } = transportFor(() => new Response(STREAM));
    const request: GenerationRequest = { conversationId: "c", parentId: "u" };
    expect(await transport.start("a", request, () => {}, signal)).toEqual({ type: "ended" });
    const headers = { "content-type": "application/json" };
    expect(calls).toEqual([
      { input: "/api/generations/a", init: { method: "PUT", headers, body: JSON.stringify(request), signal } },
    ]);
  });

  test("an answer is followed from after the last event", async () => {
    const { transport, calls } = transportFor(() => new Response(STREAM));
    await transport.follow("a", 17, () => {}, signal);
    expect(calls).toEqual([{ input: "/api/generations/a", init: { headers: { "last-event-id": "17" }, signal } }]);
  });

  test("a stop says how much was shown, and outlives the page", async () => {
    const { transport, calls } = transportFor(() => Response.json({ outcome: STOPPED }));
    expect(await transport.stop("a", 31)).toEqual({ type: "settled", outcome: STOPPED });
    expect(calls).toEqual([{ input: "/api/generations/a?shown=31", init: { method: "DELETE", keepalive: true } }]);
  });

  test.each([
    ["broken", [429, 500, 502, 503, 504]],
    ["refused", [400, 401, 403, 404]],
  ])("a stop is %s at the statuses %j", async (type, statuses) => {
    const { transport } = transportFor(({ input }) => new Response("{}", { status: Number(input.split("=")[1]) }));
    for (const status of statuses) expect(await transport.stop("a", status)).toEqual({ type });
  });

  test("a conversation is read", async () => {
    const conversation = { id: "c", title: "", leafId: null, messages: [] };
    const { transport, calls } = transportFor(() => Response.json(conversation));
    expect(await transport.readConversation("c")).toEqual({ type: "read", conversation });
    expect(calls).toEqual([{ input: "/api/conversations/c", init: {} }]);
  });

  test("a conversation is gone when the server says so, and not when something before it knows no such page", async () => {
    const gone = transportFor(() => Response.json({ error: { code: "not_found", message: "" } }, { status: 404 }));
    expect(await gone.transport.readConversation("c")).toEqual({ type: "gone" });
    const lost = transportFor(() => new Response("<h1>Not found</h1>", { status: 404 }));
    expect(await lost.transport.readConversation("c")).toEqual({ type: "broken" });
  });

  test("the branch that is read is saved", async () => {
    const { transport, calls } = transportFor(() => Response.json({}));
    await transport.saveLeaf("c", "a");
    expect(calls).toMatchObject([{ input: "/api/conversations/c", init: { method: "PATCH", body: '{"leafId":"a"}' } }]);
  });

  test.each<[string, () => Promise<Response>]>([
    ["out of reach", () => Promise.reject(new TypeError("Failed to fetch"))],
    ["in trouble", async () => new Response("<h1>Oh</h1>", { status: 500 })],
    ["cut off in its answer", async () => new Response(bodyOf([encoder.encode('{"outc')], new TypeError("cut")))],
  ])("of a server %s, nothing is learned and nothing thrown", async (_, answer) => {
    const { transport } = transportFor(answer);
    expect(await transport.stop("a", 0)).toEqual({ type: "broken" });
    expect(await transport.readConversation("c")).toEqual({ type: "broken" });
    await expect(transport.saveLeaf("c", "a")).resolves.toBeUndefined();
  });
});
