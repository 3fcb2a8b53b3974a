import { type RefusalScenario, refuse } from "./scenario";

type Json = Record<string, unknown>;

/** The real API's refusal of a body that it would not take; null for a good one. Only the rules a chat app can break. */
export function refusalOf(body: unknown, { needsMaxTokens }: { needsMaxTokens: boolean }): RefusalScenario | null {
  const problem = problemOf(body, needsMaxTokens);
  return problem === null ? null : refuse(400, "invalid_request_error", { message: problem });
}

function problemOf(body: unknown, needsMaxTokens: boolean): string | null {
  if (!isObject(body)) return "The request body is not valid JSON";
  if (typeof body.model !== "string") return "model: Field required";
  if (needsMaxTokens && typeof body.max_tokens !== "number") return "max_tokens: Field required";
  for (const name of ["temperature", "top_p", "top_k"]) {
    if (name in body) return `\`${name}\` is deprecated for this model.`;
  }
  if (!Array.isArray(body.messages) || body.messages.length === 0) return "messages: at least one message is required";
  const lastMessage: unknown = body.messages.at(-1);
  if (isObject(lastMessage) && lastMessage.role === "assistant") {
    return "This model does not support assistant message prefill. The conversation must end with a user message.";
  }
  for (const [index, message] of body.messages.entries()) {
    const problem = problemOfMessage(message, `messages.${index}`);
    if (problem !== null) return problem;
  }
  return null;
}

function problemOfMessage(message: unknown, place: string): string | null {
  if (!isObject(message)) return `${place}: Input should be an object`;
  if (!["user", "assistant", "system"].includes(String(message.role))) return `${place}.role: Input should be 'user'`;
  const { content } = message;
  if (content === "" || (Array.isArray(content) && content.length === 0)) {
    return `${place}: all messages must have non-empty content`;
  }
  if (typeof content === "string") return null;
  if (!Array.isArray(content)) return `${place}.content: Field required`;
  for (const [index, block] of content.entries()) {
    const problem = problemOfBlock(block, `${place}.content.${index}`);
    if (problem !== null) return problem;
  }
  return null;
}

function problemOfBlock(block: unknown, place: string): string | null {
  if (!isObject(block) || typeof block.type !== "string") return `${place}.type: Field required`;
  if (block.type === "text") {
    if (typeof block.text !== "string") return `${place}.text.text: Field required`;
    if (block.text === "") return "messages: text content blocks must be non-empty";
    if (block.text.trim() === "") return "messages: text content blocks must contain non-whitespace text";
  }
  if (block.type === "thinking" && typeof block.signature !== "string") {
    return `${place}.thinking.signature: Field required`;
  }
  return null;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
