import { z } from "zod";
import { uuid } from "./request";

/** The body of `POST /api/conversations/{id}/shares`. `turnIds` name turns by their first messages; absent: all of them. */
export const shareRequest = z.strictObject({
  leafId: uuid,
  turnIds: z.array(uuid).min(1).optional(),
  title: z
    .string()
    .trim()
    .min(1)
    .max(200)
    // PostgreSQL keeps no NUL in a text.
    .refine((title) => !title.includes("\0"), "holds a character that cannot be kept")
    .optional(),
  expiresAt: z.iso
    .datetime({ offset: true })
    .transform((time) => new Date(time).toISOString())
    .nullish(),
});

export type ShareRequest = z.infer<typeof shareRequest>;

/** The body of `POST /api/shares/{id}/copy`: the id that the copy is to have. */
export const copyRequest = z.strictObject({ conversationId: uuid });

/** A share's id: 128 bits in hexadecimal. */
export const shareId = z.string().regex(/^[0-9a-f]{32}$/, "is not the id of a share");
