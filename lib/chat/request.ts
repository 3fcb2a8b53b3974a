import { z } from "zod";

/** Largest JSON body the server reads, in bytes. */
export const MAX_BODY_BYTES = 64 * 1024;

/** Any version and variant: the browser picks ids, and an id is only ever compared. */
export const uuid = z
  .string()
  .regex(/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i, "is not a UUID")
  .toLowerCase();

/** A text for a column of its own: PostgreSQL keeps no NUL in one. */
const storable = z.string().refine((text) => !text.includes("\0"), "holds a character that cannot be kept");

const textBlock = z.strictObject({
  type: z.literal("text"),
  text: z.string().refine((text) => text.trim() !== "", "is empty"),
});
const attachmentBlock = z.strictObject({ type: z.enum(["image", "document"]), attachmentId: uuid });

const sentMessage = z.strictObject({
  id: uuid,
  content: z
    .array(z.discriminatedUnion("type", [textBlock, attachmentBlock]))
    .min(1)
    .max(32),
});

const settings = z.strictObject({
  model: storable.min(1).max(200).optional(),
  effort: z.enum(["low", "medium", "high", "xhigh", "max"]).optional(),
  webSearch: z.boolean().optional(),
  /** Counts when the conversation is made: it is deleted when its page is closed. */
  temporary: z.boolean().optional(),
});

/**
 * The body of `PUT /api/generations/{id}`. Without `message`, `parentId` names the user message to answer again, or the
 * answer to go on from.
 */
export const generationRequest = z
  .strictObject({
    conversationId: uuid,
    parentId: uuid.nullable(),
    message: sentMessage.optional(),
    settings: settings.optional(),
  })
  .refine((body) => body.message !== undefined || body.parentId !== null, {
    path: ["message"],
    message: "is missing, and parentId names no message to answer again",
  });

export type GenerationRequest = z.infer<typeof generationRequest>;

/** The body of `PATCH /api/conversations/{id}`. */
export const conversationChange = z
  .strictObject({
    title: storable.trim().min(1).max(200).optional(),
    pinned: z.boolean().optional(),
    leafId: uuid.optional(),
  })
  .refine((body) => Object.keys(body).length > 0, "changes nothing");

export type ConversationChange = z.infer<typeof conversationChange>;

/** The body of `POST /api/access`. Spaces around a code are not part of it: it is often pasted. */
export const accessRequest = z.strictObject({ code: z.string().trim().min(1).max(200) });

/** The body of `POST /api/device-links/redeem`. */
export const redeemRequest = z.strictObject({
  token: z.string().regex(/^[\w-]{32}$/, "is not a link that Platen made"),
});

/** The body of a call that needs to be told nothing. */
export const emptyRequest = z.strictObject({});

/** The first fault of `error` as a sentence for a person, naming where it is. */
export function faultSentence(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return "The request is not valid.";
  const where = issue.path.length === 0 ? "The request" : `\`${issue.path.join(".")}\``;
  return `${where} is not valid: ${issue.message}.`;
}
