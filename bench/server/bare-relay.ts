import { createServer, request } from "node:http";

/** The least a relay can do: the upstream's bytes, piped. */
const upstream = new URL("/v1/messages", process.env.ANTHROPIC_BASE_URL);

createServer((incoming, outgoing) => {
  const pieces: Buffer[] = [];
  incoming.on("data", (piece: Buffer) => pieces.push(piece));
  incoming.on("end", () => {
    const { text } = JSON.parse(Buffer.concat(pieces).toString()) as { text: string };
    const call = request(
      upstream,
      { method: "POST", headers: { "content-type": "application/json", authorization: "Bearer any" } },
      (answer) => {
        outgoing.writeHead(200, { "content-type": "text/event-stream" });
        answer.pipe(outgoing);
      },
    );
    call.on("error", () => outgoing.destroy());
    outgoing.on("close", () => call.destroy());
    call.end(
      JSON.stringify({
        model: "claude-sonnet-5-5",
        max_tokens: 16_000,
        messages: [{ role: "user", content: text }],
        stream: true,
      }),
    );
  });
}).listen(Number(process.env.PORT), "127.0.0.1");
