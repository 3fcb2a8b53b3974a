import type { Failure } from "./error";

/** Tokens of one answer, as the Messages API counts them. */
export type Usage = {
  input_tokens: number;
  output_tokens: number;
  cache_creation_input_tokens?: number;
  cache_read_input_tokens?: number;
  server_tool_use?: { web_search_requests: number };
};

export const NO_USAGE: Usage = { input_tokens: 0, output_tokens: 0 };

export type TextBlock = { type: "text"; text: string; citations?: unknown[] };
export type ThinkingBlock = { type: "thinking"; thinking: string; signature: string };

/**
 * A block the app does not write itself: redacted thinking, tool use and its results, documents.
 * Kept as the API sent it; `partial_json` collects the pieces of a tool's input.
 */
export type OtherBlock = { type: string; partial_json?: string; [key: string]: unknown };

export type ContentBlock = TextBlock | ThinkingBlock | OtherBlock;

export type Delta =
  | { type: "text_delta"; text: string }
  | { type: "thinking_delta"; thinking: string }
  | { type: "citations_delta"; citation: unknown }
  | { type: "input_json_delta"; partial_json: string }
  | { type: "signature_delta"; signature: string };

/** How an answer ended, for ever. `stop_reason` is the model's word for it. */
export type Outcome =
  | { type: "done"; stop_reason: string; usage: Usage }
  | { type: "stopped"; usage: Usage }
  | { type: "interrupted"; usage?: Usage }
  | { type: "failed"; error: Failure; usage?: Usage };

/** The words of our event stream: the Messages API's, narrowed, with three of our own. */
export type GenerationEvent =
  | { type: "generation_start"; id: string; conversationId: string; parentId: string; model: string }
  | { type: "content_block_start"; index: number; content_block: ContentBlock }
  | { type: "content_block_delta"; index: number; delta: Delta }
  | { type: "content_block_stop"; index: number }
  | { type: "retrying"; attempt: number; afterSeconds: number; code: string }
  | { type: "generation_end"; outcome: Outcome };

/** An event with its place in the log: `n` counts from 1 within a generation, without holes. */
export type NumberedEvent = { n: number; event: GenerationEvent };

export type Message = {
  id: string;
  parentId: string | null;
  role: "user" | "assistant";
  content: ContentBlock[];
  /** Absent on a user message, and on an answer that is still being written. */
  outcome?: Outcome;
  model?: string;
  usage?: Usage;
  /** ISO 8601, UTC. */
  createdAt: string;
};

export function isTextBlock(block: ContentBlock): block is TextBlock {
  return block.type === "text" && typeof (block as TextBlock).text === "string";
}

export function isThinkingBlock(block: ContentBlock): block is ThinkingBlock {
  return block.type === "thinking" && typeof (block as ThinkingBlock).thinking === "string";
}

/** The text blocks of `content`, joined. `shown` in the contract counts its UTF-16 code units. */
export function textOf(content: readonly ContentBlock[]): string {
  let text = "";
  for (const block of content) if (isTextBlock(block)) text += block.text;
  return text;
}

/**
 * `content` after `event`: a new array with only the touched block replaced, or the same array when the event
 * says nothing about content. A delta for a block that never started, or of another kind than its block, is ignored.
 */
export function applyEvent(content: readonly ContentBlock[], event: GenerationEvent): readonly ContentBlock[] {
  switch (event.type) {
    case "content_block_start": {
      const next = content.slice();
      // A model may name an index twice or leave one out; the array has no holes, so order of arrival decides.
      next[Math.min(event.index, content.length)] = event.content_block;
      return next;
    }
    case "content_block_delta": {
      const block = content[event.index];
      if (block === undefined) return content;
      const extended = extendBlock(block, event.delta);
      return extended === block ? content : content.with(event.index, extended);
    }
    case "generation_start":
    case "content_block_stop":
    case "retrying":
    case "generation_end":
      return content;
  }
}

function extendBlock(block: ContentBlock, delta: Delta): ContentBlock {
  switch (delta.type) {
    case "text_delta":
      return isTextBlock(block) ? { ...block, text: block.text + delta.text } : block;
    case "thinking_delta":
      return isThinkingBlock(block) ? { ...block, thinking: block.thinking + delta.thinking } : block;
    case "signature_delta":
      return isThinkingBlock(block) ? { ...block, signature: block.signature + delta.signature } : block;
    case "citations_delta":
      return isTextBlock(block) ? { ...block, citations: [...(block.citations ?? []), delta.citation] } : block;
    case "input_json_delta":
      return isTextBlock(block) || isThinkingBlock(block)
        ? block
        : { ...block, partial_json: ((block as OtherBlock).partial_json ?? "") + delta.partial_json };
  }
}

/**
 * The two deltas as one, where they extend the same block in the same way; otherwise undefined.
 * Citations are never merged: each is a thing of its own.
 */
export function mergeDeltas(left: GenerationEvent, right: GenerationEvent): GenerationEvent | undefined {
  if (left.type !== "content_block_delta" || right.type !== "content_block_delta") return undefined;
  if (left.index !== right.index) return undefined;
  const delta = joinDeltas(left.delta, right.delta);
  return delta && { type: "content_block_delta", index: left.index, delta };
}

function joinDeltas(left: Delta, right: Delta): Delta | undefined {
  if (left.type === "text_delta" && right.type === "text_delta") return { ...left, text: left.text + right.text };
  if (left.type === "thinking_delta" && right.type === "thinking_delta") {
    return { ...left, thinking: left.thinking + right.thinking };
  }
  if (left.type === "input_json_delta" && right.type === "input_json_delta") {
    return { ...left, partial_json: left.partial_json + right.partial_json };
  }
  if (left.type === "signature_delta" && right.type === "signature_delta") {
    return { ...left, signature: left.signature + right.signature };
  }
  return undefined;
}

/**
 * `content` cut to the first `shown` UTF-16 code units of its joined text; blocks that begin after the cut are gone.
 * A cut inside a surrogate pair moves in front of it. `shown` at or above the length of the text changes nothing.
 */
export function clampContent(content: readonly ContentBlock[], shown: number): readonly ContentBlock[] {
  let left = shown;
  for (const [index, block] of content.entries()) {
    if (!isTextBlock(block)) continue;
    if (block.text.length > left) {
      const text = cutText(block.text, left);
      const kept = content.slice(0, index);
      return text === "" ? kept : [...kept, { ...block, text }];
    }
    left -= block.text.length;
  }
  return content;
}

/** The first `length` UTF-16 code units of `text`, less one where that would split a surrogate pair. */
export function cutText(text: string, length: number): string {
  const last = text.charCodeAt(length - 1);
  const splitsPair = length > 0 && length < text.length && last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, splitsPair ? length - 1 : length);
}

/**
 * `events` as if the answer had ended after `shown` UTF-16 code units of its text. There are as many events as before,
 * so a reader who resumes behind the cut misses none: those that were cut away become deltas without text.
 */
export function cutEvents(events: readonly GenerationEvent[], shown: number): readonly GenerationEvent[] {
  const texts = addedTexts(events);
  // Measured over the joined text: a surrogate pair may come in two deltas.
  let left = cutText(texts.join(""), shown).length;
  let cutIndex: number | undefined;
  return events.map((event, position) => {
    if (cutIndex !== undefined) return isContent(event) ? emptyDelta(cutIndex) : event;
    const text = texts[position] ?? "";
    if (text.length <= left) {
      left -= text.length;
      return event;
    }
    cutIndex = eventIndex(event);
    return withText(event, cutText(text, left));
  });
}

/** What each event adds to the text of text blocks; "" for most. */
export function addedTexts(events: readonly GenerationEvent[]): string[] {
  const textIndexes = new Set<number>();
  return events.map((event) => {
    if (event.type === "content_block_start" && isTextBlock(event.content_block)) textIndexes.add(event.index);
    return textIndexes.has(eventIndex(event)) ? eventText(event) : "";
  });
}

function isContent(event: GenerationEvent): boolean {
  return event.type.startsWith("content_block");
}

function emptyDelta(index: number): GenerationEvent {
  return { type: "content_block_delta", index, delta: { type: "text_delta", text: "" } };
}

function eventIndex(event: GenerationEvent): number {
  return "index" in event ? event.index : -1;
}

function eventText(event: GenerationEvent): string {
  if (event.type === "content_block_start" && isTextBlock(event.content_block)) return event.content_block.text;
  if (event.type === "content_block_delta" && event.delta.type === "text_delta") return event.delta.text;
  return "";
}

function withText(event: GenerationEvent, text: string): GenerationEvent {
  if (event.type === "content_block_start" && isTextBlock(event.content_block)) {
    return { ...event, content_block: { ...event.content_block, text } };
  }
  return event.type === "content_block_delta" ? { ...event, delta: { type: "text_delta", text } } : event;
}
