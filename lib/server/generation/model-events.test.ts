import { APIError } from "@anthropic-ai/sdk";
import { expect, test } from "vitest";
import { withBody } from "./http-fetch";
import { readModelEvents } from "./model-events";

const STREAM = [
  '\ufeffevent: message_start\r\ndata: {"type":"message_start"}\r\n\r\n',
  'event: ping\ndata: {"type": "ping"}\n\n: a comment\n\n',
  'data: {"type":"without a name"}\n\nevent: nothing\n\n',
  'event: content_block_delta\nid: 7\ndata: {"type":"content_block_delta",\ndata: "text":"\u{1f9d1}\u200d\u{1f680} \u2028"}\n\n',
  'event: message_stop\ndata: {"type":"message_stop"}\n\nevent: message_stop\ndata: {"type":',
].join("");
const EVENTS = [
  { type: "message_start" },
  { type: "content_block_delta", text: "\u{1f9d1}\u200d\u{1f680} \u2028" },
  { type: "message_stop" },
];

function responseOf(...pieces: Uint8Array[]): Response {
  async function* body() {
    yield* pieces;
  }
  return withBody(new Response(null, { headers: { "request-id": "req_1" } }), body());
}

async function read(...pieces: Uint8Array[]): Promise<unknown[]> {
  const events: unknown[] = [];
  await readModelEvents(responseOf(...pieces), (event) => events.push(event));
  return events;
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

test("the events are the same whole, byte by byte and cut anywhere", async () => {
  const bytes = bytesOf(STREAM);
  expect(await read(bytes)).toEqual(EVENTS);
  expect(await read(...Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(EVENTS);
  for (let at = 1; at < bytes.length; at++) {
    expect(await read(bytes.subarray(0, at), bytes.subarray(at))).toEqual(EVENTS);
  }
});

test("an error event is thrown with its type, whatever else it says, and nothing after it is told", async () => {
  const error = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
  const event = bytesOf(`event: error\ndata: ${JSON.stringify(error)}\n\nevent: message_stop\ndata: {}\n\n`);
  const thrown = await read(event).catch((reason) => reason);
  expect(thrown).toBeInstanceOf(APIError);
  expect(thrown).toMatchObject({ type: "overloaded_error", error, requestID: "req_1" });
  for (const data of ["no JSON", "null", ""]) {
    await expect(read(bytesOf(`event: error\ndata: ${data}\n\n`))).rejects.toBeInstanceOf(APIError);
  }
});

test("what is no JSON is thrown, and nothing is nothing", async () => {
  await expect(read(bytesOf("event: message_stop\ndata: {\n\n"))).rejects.toBeInstanceOf(SyntaxError);
  expect(await read()).toEqual([]);
  await readModelEvents(new Response(null), () => expect.unreachable());
});

test("a delta of 1 MB in small pieces is read as it comes", async () => {
  const data = JSON.stringify({ type: "content_block_delta", text: "x".repeat(1_000_000) });
  const bytes = bytesOf(`event: content_block_delta\ndata: ${data}\n\n`);
  const pieces = Array.from({ length: Math.ceil(bytes.length / 500) }, (_, index) =>
    bytes.subarray(500 * index, 500 * (index + 1)),
  );
  expect(await read(...pieces)).toEqual([JSON.parse(data)]);
});
