import Anthropic from "@anthropic-ai/sdk";

const client = new Anthropic({ apiKey: "any", authToken: null, maxRetries: 0 });
const encoder = new TextEncoder();

/** What a first route handler over the SDK looks like: each event as it comes, nothing kept. */
export async function POST(request) {
  const { text } = await request.json();
  const stream = await client.messages.create(
    {
      model: "claude-sonnet-5-5",
      max_tokens: 16_000,
      messages: [{ role: "user", content: text }],
      stream: true,
    },
    { signal: request.signal },
  );
  const events = stream[Symbol.asyncIterator]();
  const body = new ReadableStream({
    async pull(controller) {
      const { done, value } = await events.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(`event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`));
    },
    cancel: () => stream.controller.abort(),
  });
  return new Response(body, {
    headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache, no-transform" },
  });
}
