import type { Migration } from "kysely";
import { createConversations } from "./migrations/0001-conversations";

/** All migrations by name, applied in the order of their names. One that has landed is never edited. */
export const migrations: Record<string, Migration> = {
  "0001_conversations": { up: createConversations },
};
