import { z } from "zod";

/** A turn as the demo reads it: `text` is what was last written in it, `attachments` are the kinds of the rest. */
export type Turn = { role: "user" | "assistant"; text: string; attachments: string[] };

export type DemoRequest = {
  turns: Turn[];
  system: string;
  isStreamed: boolean;
  /** In tokens; Infinity when the request sets no bound. */
  maxTokens: number;
  inputTokens: number;
};

const blockSchema = z.looseObject({ type: z.string(), text: z.string().optional() });
const contentSchema = z.union([z.string(), z.array(blockSchema)]);

const requestSchema = z.looseObject({
  messages: z.array(z.looseObject({ role: z.enum(["user", "assistant", "system"]), content: contentSchema })).min(1),
  system: contentSchema.optional(),
  stream: z.boolean().optional(),
  max_tokens: z.number().int().positive().optional(),
});

type Content = z.infer<typeof contentSchema>;

const CHARACTERS_PER_TOKEN = 4;
const TOKENS_PER_ATTACHMENT = 1_500;
const TOKENS_PER_TURN = 4;

/** About how many tokens `text` is: a quarter of its characters. */
export function tokensOf(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}

/** The most characters that fit into `tokens`. */
export function charactersIn(tokens: number): number {
  return tokens * CHARACTERS_PER_TOKEN;
}

/** The body of a Messages request, or a sentence saying what is wrong with it. */
export function readRequest(body: string): DemoRequest | { fault: string } {
  const parsed = requestSchema.safeParse(jsonOf(body));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return { fault: `${issue?.path.join(".") || "body"}: ${issue?.message ?? "invalid"}` };
  }
  const { messages, system = "", stream = false, max_tokens: maxTokens = Number.POSITIVE_INFINITY } = parsed.data;
  const turns: Turn[] = [];
  for (const { role, content } of messages) if (role !== "system") turns.push(turnOf(role, content));
  // Newer models refuse to go on from words put into their mouth, and so does the demo.
  if (turns.at(-1)?.role !== "user") return { fault: "messages: the last message must be from the user" };
  return {
    turns,
    system: textsOf(system).join("\n\n"),
    isStreamed: stream,
    maxTokens,
    inputTokens: messages.reduce((sum, { content }) => sum + weightOf(content), tokensOf(textsOf(system).join(""))),
  };
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // The schema refuses undefined, and says so in the same way as for any other fault.
    return undefined;
  }
}

/** An answer is its text blocks joined; of a user's, only the last, since unanswered messages may have been merged. */
function turnOf(role: "user" | "assistant", content: Content): Turn {
  const texts = textsOf(content);
  const text = role === "assistant" ? texts.join("") : (texts.findLast((each) => each.trim() !== "") ?? "");
  const blocks = typeof content === "string" ? [] : content;
  const attachments = blocks.map(({ type }) => type).filter((type) => type === "image" || type === "document");
  return { role, text, attachments };
}

function textsOf(content: Content): string[] {
  if (typeof content === "string") return [content];
  return content.flatMap(({ type, text }) => (type === "text" && text !== undefined ? [text] : []));
}

function weightOf(content: Content): number {
  const blocks = typeof content === "string" ? [] : content;
  const attached = blocks.filter(({ type }) => type === "image" || type === "document").length;
  return tokensOf(textsOf(content).join("")) + attached * TOKENS_PER_ATTACHMENT + TOKENS_PER_TURN;
}
