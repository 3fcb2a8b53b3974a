import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { epochMs } from "@/tests/upstream/clock";
import { encodeEvent, messageEvents } from "@/tests/upstream/events";

/**
 * A Messages API for load: endless answers of stamped deltas, written by one timer straight to the sockets, because on
 * two cores whatever it costs is taken from the server that is measured. The prompt sets the pace with `rate=<tokens
 * per second>` and a `name=<word>`; `closed <name> <epoch ms>` is printed when that answer's socket closes.
 */
const STAMP_PLACE = "⟦0000000000000.000⟧";
const RESPONSE_HEAD =
  "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ncache-control: no-cache\r\n" +
  "request-id: req_bench\r\ntransfer-encoding: chunked\r\n\r\n";

const events = messageEvents([{ type: "text", deltas: [STAMP_PLACE] }], {
  model: "claude-sonnet-5-5",
  inputTokens: 12,
  stopReason: "end_turn",
});
const opening = Buffer.concat([Buffer.from(RESPONSE_HEAD), ...events.slice(0, 2).map(chunkOf)]);
const delta = Buffer.concat(events.slice(2, 3).map(chunkOf));
const stampAt = delta.indexOf(STAMP_PLACE) + Buffer.byteLength("⟦");

function chunkOf(event: (typeof events)[number]): Buffer {
  const bytes = encodeEvent(event);
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);
}

/** The answers of one rate, each in a slot of its period, so that they are spread evenly over it. */
type Wheel = { periodMs: number; slots: Set<Socket>[]; doneMs: number };

const wheels = new Map<number, Wheel>();

function wheelOf(rate: number): Wheel {
  const existing = wheels.get(rate);
  if (existing !== undefined) return existing;
  const periodMs = Math.round(1000 / rate);
  const slots = Array.from({ length: periodMs }, () => new Set<Socket>());
  const wheel = { periodMs, slots, doneMs: Math.floor(epochMs()) };
  wheels.set(rate, wheel);
  return wheel;
}

function answerWith(socket: Socket, rate: number, name: string): void {
  const wheel = wheelOf(rate);
  const slot = wheel.slots.reduce((emptiest, other) => (other.size < emptiest.size ? other : emptiest));
  socket.setNoDelay(true);
  socket.write(opening);
  slot.add(socket);
  socket.once("close", () => {
    slot.delete(socket);
    process.stdout.write(`closed ${name} ${epochMs()}\n`);
  });
}

function turn(wheel: Wheel): void {
  const nowMs = Math.floor(epochMs());
  // An answer that is late gets one delta, not all that it missed: lateness here is not the server's.
  const fromMs = Math.max(wheel.doneMs + 1, nowMs - wheel.periodMs + 1);
  for (let ms = fromMs; ms <= nowMs; ms++) {
    for (const socket of wheel.slots[ms % wheel.periodMs] ?? []) {
      const bytes = Buffer.from(delta);
      bytes.write(epochMs().toFixed(3), stampAt, "latin1");
      socket.write(bytes);
    }
  }
  wheel.doneMs = nowMs;
}

setInterval(() => wheels.forEach(turn), 1);

const server = createServer(async (request, response) => {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece);
  const body = Buffer.concat(pieces).toString();
  if (request.method !== "POST" || response.socket === null) {
    response.writeHead(404).end();
    return;
  }
  answerWith(response.socket, Number(/rate=(\d+)/.exec(body)?.[1] ?? 50), /name=([\w-]+)/.exec(body)?.[1] ?? "?");
});
server.on("clientError", (_, socket) => socket.destroy());
server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => {
  process.stdout.write(`listening http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
