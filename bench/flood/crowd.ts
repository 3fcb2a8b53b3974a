import { randomBytes, randomUUID } from "node:crypto";
import { connect } from "node:net";
import { getPriority, setPriority } from "node:os";

/**
 * A crowd in a process of its own: `crowd.ts <ports, comma list> <connections> <seconds>`. Each connection asks for an
 * answer as soon as the one before is over, each time as somebody else: no cookie, one that was given out, or a made-up
 * one, and always another `X-Forwarded-For`. Raw sockets, since it shares the machine with what it floods. Prints how
 * often each status came, as JSON; 0 is a connection that ended without one.
 */
const [portList = "", connections = "1", seconds = "1"] = process.argv.slice(2);
const ports = portList.split(",").map(Number);
const endsAt = Date.now() + Number(seconds) * 1000;
const statuses: Record<number, number> = {};
/** Cookies that were given out; as many as a patient attacker may keep. */
const jar: string[] = [];
let asked = 0;

// Elsewhere it would have processors of its own.
setPriority(Math.min(19, getPriority() + 10));

/** Questions of different lengths, made once: what is measured is the server. */
const [CONVERSATION, MESSAGE] = ["C".repeat(36), "M".repeat(36)];
const bodies = Array.from({ length: 40 }, (_, length) => {
  const content = [{ type: "text", text: `Question ${"🀄ﷺ".repeat(length)}` }];
  return JSON.stringify({ conversationId: CONVERSATION, parentId: null, message: { id: MESSAGE, content } });
});

function question(number: number): { id: string; bytes: string } {
  const id = randomUUID();
  const body = (bodies[number % bodies.length] ?? "")
    .replace(CONVERSATION, randomUUID())
    .replace(MESSAGE, randomUUID());
  const cookie = cookieFor(number);
  return {
    id,
    bytes:
      `PUT /api/generations/${id} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n` +
      `x-forwarded-for: 10.0.${number % 250}.${number % 199}\r\n${cookie === "" ? "" : `cookie: ${cookie}\r\n`}` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  };
}

function cookieFor(number: number): string {
  if (number % 3 === 0) return "";
  if (number % 3 === 1) return jar[number % jar.length] ?? "";
  return `__Host-platen=1.${randomBytes(16).toString("base64url")}.1.${randomBytes(32).toString("base64url")}`;
}

/** One connection, until it ends. It reads a little of an answer, then stops it, leaves, or reads on. */
function keepAsking(port: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    let seen = "";
    let number = 0;
    let id = "";
    let isStreaming = false;
    let ownCookie = "";
    let events = 0;
    let hasStopped = false;
    const ask = () => {
      if (Date.now() > endsAt) {
        socket.destroy();
        return;
      }
      number = asked++;
      seen = "";
      const next = question(number);
      id = next.id;
      socket.write(next.bytes);
    };
    socket.on("data", (bytes) => {
      if (isStreaming) return readOn(bytes);
      seen += bytes.toString("latin1");
      const headEnd = seen.indexOf("\r\n\r\n");
      if (headEnd === -1) return;
      const status = Number(seen.slice(9, 12));
      const cookie = /^set-cookie: ([^;]+)/im.exec(seen)?.[1];
      if (cookie !== undefined && jar.length < 5_000) jar.push(cookie);
      if (status === 200) {
        statuses[200] = (statuses[200] ?? 0) + 1;
        isStreaming = true;
        ownCookie = cookie ?? "";
        readOn(bytes);
        return;
      }
      const length = Number(/^content-length: (\d+)/im.exec(seen)?.[1] ?? -1);
      const isWhole = length === -1 ? seen.endsWith("0\r\n\r\n") : seen.length >= headEnd + 4 + length;
      if (!isWhole) return;
      statuses[status] = (statuses[status] ?? 0) + 1;
      id = "";
      ask();
    });
    function readOn(bytes: Buffer): void {
      events += bytes.toString("latin1").split("\nevent: ").length - 1;
      if (bytes.includes("event: generation_end")) socket.destroy();
      if (events < 3 || number % 3 === 0) return;
      if (number % 3 === 1) socket.destroy();
      else if (!hasStopped) stop(ownCookie);
      hasStopped = true;
    }
    function stop(cookie: string): void {
      const other = connect({ port, host: "127.0.0.1" });
      other.on("error", () => {});
      other.on("data", () => other.destroy());
      other.write(`DELETE /api/generations/${id} HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: ${cookie}\r\n\r\n`);
    }
    socket.on("connect", ask);
    // That the connection was lost shows in the count of those without a status.
    socket.on("error", () => {});
    socket.on("close", () => {
      if (id !== "" && !isStreaming && Date.now() < endsAt) statuses[0] = (statuses[0] ?? 0) + 1;
      resolve();
    });
    setTimeout(() => socket.destroy(), Math.max(0, endsAt - Date.now()) + 5_000).unref();
  });
}

await Promise.all(
  Array.from({ length: Number(connections) }, async (_, index) => {
    for (let round = 0; Date.now() < endsAt; round++) await keepAsking(ports[(index + round) % ports.length] ?? 0);
  }),
);
process.stdout.write(JSON.stringify(statuses));
process.exit();
