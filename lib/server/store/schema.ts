import type { Generated } from "kysely";

/**
 * The tables, as both engines have them. JSON is kept as text, byte for byte: a JSON column type would reorder keys
 * and refuse the lone surrogates and NULs that a model may write. Times are ISO 8601 in UTC, so they sort as text.
 */
export type Schema = {
  visitors: { id: string; created_at: string };
  conversations: {
    id: string;
    visitor_id: string;
    title: string;
    pinned: Generated<number>;
    leaf_id: string | null;
    created_at: string;
    updated_at: string;
  };
  messages: {
    id: string;
    conversation_id: string;
    parent_id: string | null;
    /** Order of arrival within the conversation, from 1. */
    position: number;
    role: "user" | "assistant";
    content: string;
    outcome: string | null;
    model: string | null;
    usage: string | null;
    created_at: string;
  };
  generations: {
    id: string;
    visitor_id: string;
    /** Null while there is only a stop mark for an answer that nobody has started yet. */
    conversation_id: string | null;
    parent_id: string | null;
    model: string | null;
    outcome: string | null;
    created_at: string;
    settled_at: string | null;
    /** The instance that runs it, and until when that instance is believed to live without a further sign. */
    instance_id: string | null;
    lease_until: string | null;
    /** The reader's Stop, for the instance that runs it. `stop_shown` null: keep all that arrived. */
    stop_requested_at: string | null;
    stop_shown: number | null;
    /** Until when somebody is known to read it through another instance. */
    attended_until: string | null;
  };
  generation_events: {
    generation_id: string;
    /** From 1, without holes. */
    n: number;
    data: string;
    /** Milliseconds since the answer began. */
    at_ms: number;
  };
};
