import { createAnthropic } from "@ai-sdk/anthropic";
import { streamText } from "ai";

const anthropic = createAnthropic({ apiKey: "any", baseURL: `${process.env.ANTHROPIC_BASE_URL}/v1` });

/** The AI SDK's own example of a chat route, with the abort signal its documentation asks for. */
export async function POST(request) {
  const { text } = await request.json();
  const result = streamText({ model: anthropic("claude-sonnet-5-5"), prompt: text, abortSignal: request.signal });
  return result.toUIMessageStreamResponse({ headers: { "cache-control": "no-cache, no-transform" } });
}
