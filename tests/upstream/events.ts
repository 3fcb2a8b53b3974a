import type { Message, RawMessageStreamEvent } from "@anthropic-ai/sdk/resources/messages";

/** One server-sent event. `data` is what stands on the wire, so it may also be no JSON at all. */
export interface WireEvent {
  event: string;
  data: string;
}

/** What a built message says of itself. */
export interface MessageFacts {
  model: string;
  inputTokens: number;
  stopReason: "end_turn" | "max_tokens" | "refusal";
}

/** A block of a built message, already cut into its deltas. */
export interface BuiltBlock {
  type: "text" | "thinking";
  deltas: readonly string[];
}

/** The event as the wire carries it, its name being the data's own `type`. */
export function wireEvent<Data extends { type: string }>(data: Data): WireEvent {
  return { event: data.type, data: JSON.stringify(data) };
}

/** The event of one recorded line. Throws when the line is no JSON object with a `type`. */
export function recordedEvent(line: string): WireEvent {
  const parsed: { type?: unknown } = JSON.parse(line);
  if (typeof parsed.type !== "string") throw new Error(`a recorded line without a type: ${line.slice(0, 80)}`);
  return { event: parsed.type, data: line };
}

/** The bytes of one event: its name, its data and the empty line. */
export function encodeEvent(event: WireEvent): Buffer {
  return Buffer.from(`event: ${event.event}\ndata: ${event.data}\n\n`);
}

/** The text a `text_delta` event adds to the answer; empty for every other event. */
export function textOf(event: WireEvent): string {
  const delta = deltaOf(event);
  return delta?.type === "text_delta" ? delta.text : "";
}

/** UTF-16 units of text or thinking that the event adds. */
export function charactersOf(event: WireEvent): number {
  const delta = deltaOf(event);
  if (delta?.type === "thinking_delta") return delta.thinking.length;
  return delta?.type === "text_delta" ? delta.text.length : 0;
}

/** The parsed event; null when the data is no JSON. Unknown types come through as they are. */
export function parseEvent(event: WireEvent): RawMessageStreamEvent | null {
  try {
    return JSON.parse(event.data) as RawMessageStreamEvent;
  } catch {
    return null; // badJson() sends such an event on purpose.
  }
}

function deltaOf(event: WireEvent) {
  if (event.event !== "content_block_delta") return null;
  const parsed = parseEvent(event);
  return parsed?.type === "content_block_delta" ? parsed.delta : null;
}

/** The events of a whole valid message. One delta counts as one output token. */
export function messageEvents(blocks: readonly BuiltBlock[], facts: MessageFacts): WireEvent[] {
  const outputTokens = blocks.reduce((total, block) => total + block.deltas.length, 0);
  const thinkingTokens = blocks
    .filter((block) => block.type === "thinking")
    .reduce((total, block) => total + block.deltas.length, 0);
  const events: RawMessageStreamEvent[] = [
    { type: "message_start", message: emptyMessage(facts) },
    ...blocks.flatMap(blockEvents),
    {
      type: "message_delta",
      delta: {
        container: null,
        stop_details:
          facts.stopReason === "refusal" ? { type: "refusal", category: "general_harms", explanation: null } : null,
        stop_reason: facts.stopReason,
        stop_sequence: null,
      },
      usage: {
        input_tokens: facts.inputTokens,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 0,
        output_tokens: outputTokens,
        output_tokens_details: { thinking_tokens: thinkingTokens },
        server_tool_use: null,
      },
    },
    { type: "message_stop" },
  ];
  return events.map(wireEvent);
}

function blockEvents(block: BuiltBlock, index: number): RawMessageStreamEvent[] {
  const stop: RawMessageStreamEvent = { type: "content_block_stop", index };
  switch (block.type) {
    case "text":
      return [
        { type: "content_block_start", index, content_block: { type: "text", text: "", citations: null } },
        ...block.deltas.map(
          (text): RawMessageStreamEvent => ({
            type: "content_block_delta",
            index,
            delta: { type: "text_delta", text },
          }),
        ),
        stop,
      ];
    case "thinking":
      return [
        { type: "content_block_start", index, content_block: { type: "thinking", thinking: "", signature: "" } },
        ...block.deltas.map(
          (thinking): RawMessageStreamEvent => ({
            type: "content_block_delta",
            index,
            delta: { type: "thinking_delta", thinking },
          }),
        ),
        {
          type: "content_block_delta",
          index,
          delta: { type: "signature_delta", signature: Buffer.from(`signature of block ${index}`).toString("base64") },
        },
        stop,
      ];
  }
}

/** The message of a `message_start`: no content yet. */
export function emptyMessage(facts: MessageFacts): Message {
  return {
    id: `msg_${crypto.randomUUID().replaceAll("-", "").slice(0, 24)}`,
    type: "message",
    role: "assistant",
    model: facts.model,
    content: [],
    container: null,
    diagnostics: null,
    stop_details: null,
    stop_reason: null,
    stop_sequence: null,
    usage: {
      input_tokens: facts.inputTokens,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      inference_geo: null,
      output_tokens: 1,
      output_tokens_details: null,
      server_tool_use: null,
      service_tier: "standard",
      speed: null,
    },
  };
}
