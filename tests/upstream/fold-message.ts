import type { Message, RawMessageStreamEvent } from "@anthropic-ai/sdk/resources/messages";
import { emptyMessage, parseEvent, type WireEvent } from "./events";

/** The message that the events add up to, as a request without `stream` gets it. Unknown events and deltas add nothing. */
export function foldMessage(events: readonly WireEvent[]): Message {
  let message = emptyMessage({ model: "", inputTokens: 0, stopReason: "end_turn" });
  const toolInputs = new Map<number, string>();
  for (const event of events) {
    const parsed = parseEvent(event);
    if (parsed?.type === "message_start") message = { ...parsed.message, content: [] };
    if (parsed?.type === "content_block_start") message.content[parsed.index] = parsed.content_block;
    if (parsed?.type === "content_block_delta") applyDelta(message, parsed, toolInputs);
    if (parsed?.type === "message_delta") {
      Object.assign(message, parsed.delta);
      Object.assign(message.usage, parsed.usage);
    }
  }
  return message;
}

function applyDelta(
  message: Message,
  { index, delta }: Extract<RawMessageStreamEvent, { type: "content_block_delta" }>,
  toolInputs: Map<number, string>,
): void {
  const block = message.content[index];
  if (delta.type === "text_delta" && block?.type === "text") block.text += delta.text;
  if (delta.type === "citations_delta" && block?.type === "text") {
    block.citations = [...(block.citations ?? []), delta.citation];
  }
  if (delta.type === "thinking_delta" && block?.type === "thinking") block.thinking += delta.thinking;
  if (delta.type === "signature_delta" && block?.type === "thinking") block.signature = delta.signature;
  if (delta.type === "input_json_delta" && (block?.type === "tool_use" || block?.type === "server_tool_use")) {
    const json = (toolInputs.get(index) ?? "") + delta.partial_json;
    toolInputs.set(index, json);
    if (json !== "") block.input = parseEvent({ event: "", data: json }) ?? block.input;
  }
}
