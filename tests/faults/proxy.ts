import { Agent, createServer, type IncomingMessage, type ServerResponse, request as sendRequest } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** What happens to one request on its way; carried by the header `x-network`. */
export type NetworkFault =
  /** The connection is refused: the server hears nothing. */
  | "refuse"
  /** The server gets the request; the client's connection is cut before any byte of the answer. */
  | "lose-answer"
  /** The connection is cut after so many bytes of the answer. */
  | `cut-after=${number}`;

/** A load balancer that gives each request to the next server in turn, and breaks what it is told to break. */
export type LoadBalancer = {
  readonly url: string;
  /** Cuts every connection that is open now, or those of one client (its header `x-client`). */
  cut(client?: string): void;
  /** Takes the network away from one client, and gives it back. */
  block(client: string): void;
  unblock(client: string): void;
  close(): Promise<void>;
};

/** Starts one in front of `servers`. `x-instance: n` picks a server; one that is not there is passed over. */
export async function startProxy(servers: readonly { url: string }[]): Promise<LoadBalancer> {
  const agent = new Agent({ keepAlive: false });
  const open = new Map<Socket, string>();
  const blocked = new Set<string>();
  let turn = 0;

  function forward(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { "x-network": fault, "x-instance": instance, "x-client": client, ...headers } = incoming.headers;
    open.set(incoming.socket, String(client ?? ""));
    if (blocked.has(String(client)) || fault === "refuse") {
      cutSocket(incoming.socket);
      return;
    }
    const pieces: Buffer[] = [];
    incoming.on("data", (piece: Buffer) => pieces.push(piece));
    incoming.on("end", () => {
      const first = instance === undefined ? turn++ : Number(instance);
      send(first, instance === undefined ? servers.length : 1, Buffer.concat(pieces));
    });
    incoming.on("error", () => {}); // The client has gone: there is nobody to tell.

    function send(number: number, tries: number, body: Buffer): void {
      const target = new URL(servers[number % servers.length]?.url ?? "");
      const upstream = sendRequest({
        agent,
        host: target.hostname,
        port: target.port,
        method: incoming.method,
        path: incoming.url,
        headers,
      });
      let hasAnswered = false;
      upstream.once("response", (answer) => {
        hasAnswered = true;
        relay(answer, outgoing, typeof fault === "string" ? fault : "");
      });
      upstream.on("error", (error: NodeJS.ErrnoException) => {
        if (hasAnswered || outgoing.destroyed) return cutSocket(incoming.socket);
        if (error.code === "ECONNREFUSED" && tries > 1) return send(number + 1, tries - 1, body);
        // Whether the server got it is not known, as behind any load balancer.
        outgoing.writeHead(502, { "content-type": "text/plain" });
        outgoing.end("bad gateway");
      });
      outgoing.once("close", () => upstream.destroy());
      upstream.end(body);
    }
  }

  function cut(client?: string): void {
    for (const [socket, owner] of open) if (client === undefined || owner === client) cutSocket(socket);
  }

  const server = createServer({ noDelay: true, keepAlive: false }, forward);
  server.on("connection", (socket) => {
    open.set(socket, "");
    socket.once("close", () => open.delete(socket));
    socket.on("error", () => {}); // We cut them ourselves.
  });
  await new Promise<void>((resolve) => {
    server.listen({ port: 0, host: "127.0.0.1", backlog: 1024 }, resolve);
  });

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    block(client) {
      blocked.add(client);
      cut(client);
    },
    unblock: (client) => void blocked.delete(client),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      agent.destroy();
    },
  };
}

function relay(answer: IncomingMessage, outgoing: ServerResponse, fault: string): void {
  const { socket } = outgoing;
  if (fault === "lose-answer") {
    if (socket !== null) cutSocket(socket);
    return;
  }
  outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
  outgoing.flushHeaders();
  const limit = /^cut-after=(\d+)$/.exec(fault)?.[1];
  let left = limit === undefined ? Number.POSITIVE_INFINITY : Number(limit);
  answer.on("data", (bytes: Buffer) => {
    // It is cut already, and what follows must not come behind a hole.
    if (left < 0) return;
    left -= bytes.length;
    if (left < 0) {
      outgoing.write(bytes.subarray(0, bytes.length + left));
      setImmediate(() => socket?.destroySoon());
      return;
    }
    if (outgoing.write(bytes)) return;
    answer.pause();
    outgoing.once("drain", () => answer.resume());
  });
  answer.once("end", () => outgoing.end());
  answer.once("error", () => socket?.destroy());
  answer.once("close", () => {
    if (!answer.complete) socket?.destroy();
  });
}

function cutSocket(socket: Socket): void {
  socket.resetAndDestroy();
}
