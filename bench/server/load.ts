import { randomUUID } from "node:crypto";
import { connect, type Socket } from "node:net";
import { epochMs } from "@/tests/upstream/clock";
import type { RelayServer } from "./servers";

const MARK = Buffer.from("⟦");
const STAMP_LENGTH = "0000000000000.000".length;

export type Stream = { name: string; socket: Socket; cookie: string; opened: Promise<void> };

/** The readers of one server: raw sockets, since a parser for each would cost as much as the server. */
export type Load = ReturnType<typeof createLoad>;

/**
 * Opens streams at `server` and notes for each delta the time from its flush at the upstream to its arrival here.
 * `take` returns those of the time since the last call, in milliseconds, and forgets them.
 */
export function createLoad(server: RelayServer) {
  const streams = new Set<Stream>();
  let latenciesMs: number[] = [];
  let errors = 0;
  let isEnded = false;

  function open(rate: number): Stream {
    const name = randomUUID();
    const { method, path, body } = server.request(name, `rate=${rate} name=${name}`);
    const socket = connect({ port: server.port, host: "127.0.0.1", noDelay: true });
    const bytes = Buffer.from(JSON.stringify(body));
    socket.write(
      `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\naccept: text/event-stream\r\n` +
        `content-type: application/json\r\ncontent-length: ${bytes.length}\r\n\r\n`,
    );
    socket.write(bytes);
    const stream: Stream = { name, socket, cookie: "", opened: firstDelta(socket) };
    streams.add(stream);
    let rest: Buffer | undefined;
    let hasHead = false;
    socket.on("data", (bytes) => {
      if (!hasHead) {
        hasHead = true;
        const head = bytes.toString("latin1");
        if (!head.startsWith("HTTP/1.1 200")) errors += 1;
        stream.cookie = /^set-cookie: ([^;]+)/im.exec(head)?.[1] ?? "";
      }
      rest = note(rest === undefined ? bytes : Buffer.concat([rest, bytes]));
    });
    // Whoever is waiting for the first delta is told by `opened`.
    socket.on("error", () => {});
    socket.on("close", () => {
      if (streams.delete(stream) && !isEnded) errors += 1;
    });
    return stream;
  }

  /** Notes the stamps; returns what may be the beginning of one. */
  function note(bytes: Buffer): Buffer | undefined {
    const nowMs = epochMs();
    let at = bytes.indexOf(MARK);
    while (at !== -1) {
      const from = at + MARK.length;
      if (from + STAMP_LENGTH > bytes.length) return bytes.subarray(at);
      latenciesMs.push(nowMs - Number(bytes.toString("latin1", from, from + STAMP_LENGTH)));
      at = bytes.indexOf(MARK, from + STAMP_LENGTH);
    }
    return undefined;
  }

  return {
    /** Opens `count` streams, a few at a time; resolves when each has had its first delta. */
    async open(count: number, rate: number): Promise<Stream[]> {
      const opened: Stream[] = [];
      const atOnce = Math.max(10, Math.ceil(count / 20));
      for (let left = count; left > 0 && !isEnded; left -= atOnce) {
        const group = Array.from({ length: Math.min(atOnce, left) }, () => open(rate));
        await Promise.all(group.map((stream) => stream.opened));
        opened.push(...group);
      }
      return opened;
    },
    take(): number[] {
      const taken = latenciesMs;
      latenciesMs = [];
      return taken;
    },
    /** Leaves: what the server does then is no error. */
    forget(stream: Stream): void {
      streams.delete(stream);
    },
    errorCount: () => errors,
    end(): void {
      isEnded = true;
      for (const { socket } of streams) socket.destroy();
      streams.clear();
    },
  };
}

/** Resolves at the first stamp, and also when there will be none: the count of errors tells. */
function firstDelta(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const look = (bytes: Buffer) => {
      if (!bytes.includes(MARK)) return;
      socket.off("data", look);
      resolve();
    };
    socket.on("data", look);
    socket.once("close", () => resolve());
  });
}
