import { expect, test } from "vitest";
import { withBody } from "./http-fetch";
import { readServerEvents } from "./server-events";

const STREAM = [
  '\ufeffevent: message_start\r\ndata: {"type":1}\r\n\r\n',
  "event: ping\ndata: {}\n\n: a comment\n\n",
  "data: without a name\n\nevent: nothing\n\n",
  "event: content_block_delta\nid: 7\ndata: one\ndata: \u{1f9d1}\u200d\u{1f680} \u2028\n\n",
  "event: message_stop\ndata: 2\n\nevent: message_stop\ndata: 3",
].join("");
const EVENTS = [
  ["message_start", '{"type":1}'],
  ["ping", "{}"],
  ["content_block_delta", "one\n\u{1f9d1}\u200d\u{1f680} \u2028"],
  ["message_stop", "2"],
];

async function read(...pieces: Uint8Array[]): Promise<unknown[]> {
  async function* body() {
    yield* pieces;
  }
  const events: unknown[] = [];
  await readServerEvents(withBody(new Response(), body()).body, (...event) => events.push(event));
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

test("nothing is nothing, and what the listener throws ends the reading and closes the body", async () => {
  expect(await read()).toEqual([]);
  await readServerEvents(null, () => expect.unreachable());
  let isClosed = false;
  async function* body() {
    try {
      for (;;) yield bytesOf("event: error\ndata: 1\n\nevent: more\ndata: 2\n\n");
    } finally {
      isClosed = true;
    }
  }
  const told: string[] = [];
  const reading = readServerEvents(withBody(new Response(), body()).body, (name) => {
    told.push(name);
    throw new Error("told");
  });
  await expect(reading).rejects.toThrow("told");
  expect([told, isClosed]).toEqual([["error"], true]);
});

test("a delta of 1 MB in small pieces is read as it comes", async () => {
  const data = "x".repeat(1_000_000);
  const bytes = bytesOf(`event: content_block_delta\ndata: ${data}\n\n`);
  const pieces = Array.from({ length: Math.ceil(bytes.length / 500) }, (_, index) =>
    bytes.subarray(500 * index, 500 * (index + 1)),
  );
  expect(await read(...pieces)).toEqual([["content_block_delta", data]]);
});

test("an event that does not end ends the reading, and closes the body", async () => {
  let pulled = 0;
  let isClosed = false;
  async function* body() {
    const piece = bytesOf(`data: ${"x".repeat(4 * 1024 * 1024)}`);
    try {
      for (; pulled < 1000; pulled++) yield piece;
    } finally {
      isClosed = true;
    }
  }
  await expect(readServerEvents(withBody(new Response(), body()).body, () => {})).rejects.toThrow("buffer");
  expect([pulled < 10, isClosed]).toEqual([true, true]);
});
