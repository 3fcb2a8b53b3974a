import { createServer } from "node:http";
import Anthropic from "@anthropic-ai/sdk";

/** The SDK's events written one by one, with nothing kept and no framework. */
const client = new Anthropic({ apiKey: "any", authToken: null, maxRetries: 0 });

createServer(async (incoming, outgoing) => {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece);
  const { text } = JSON.parse(Buffer.concat(pieces).toString()) as { text: string };
  const controller = new AbortController();
  outgoing.on("close", () => controller.abort());
  outgoing.writeHead(200, { "content-type": "text/event-stream" });
  outgoing.flushHeaders();
  try {
    const stream = await client.messages.create(
      {
        model: "claude-sonnet-5-5",
        max_tokens: 16_000,
        messages: [{ role: "user", content: text }],
        stream: true,
      },
      { signal: controller.signal },
    );
    for await (const event of stream) outgoing.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    outgoing.end();
  } catch (error) {
    if (!controller.signal.aborted) console.error(error);
    outgoing.destroy();
  }
}).listen(Number(process.env.PORT), "127.0.0.1");
