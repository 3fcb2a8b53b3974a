import type { ColumnType, Generated } from "kysely";

/** Whole micro-dollars. PostgreSQL's driver gives them back as text, so they are read through `Number`. */
type MicroUsd = ColumnType<number | string, number, number>;
/** 0 until something is added. */
type MicroUsdSum = ColumnType<number | string, number | undefined, number>;

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
    /** Who wrote the title: only the first words of a conversation make way for the model's, and nothing for those. */
    title_by: Generated<"words" | "model" | "reader">;
    pinned: Generated<number>;
    leaf_id: string | null;
    created_at: string;
    updated_at: string;
    /** Until when a temporary conversation is kept without a further sign of its page; null for all others. */
    temporary_until: string | null;
    /** The room that it and its messages take, which triggers count; PostgreSQL's driver gives it as text. */
    bytes: ColumnType<number | string, never, never>;
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
  /** What each answer's log holds, in stretches of neighbouring events. */
  generation_log: {
    generation_id: string;
    /** The number of the last of them: they count from 1, without holes. */
    n: number;
    /** JSON: `[n, milliseconds since the answer began, event][]`. */
    events: string;
  };
  /** SQLite: what was written of answers under way and is not in their logs yet, an event a line (event-log.ts). */
  journal: { id: Generated<number>; lines: string };
  /** The answers begun within a day, as limits count them: a conversation that is deleted gives nothing back. */
  admissions: { generation_id: string; visitor_id: string; address_hash: string; at: string };
  /** Wrong codes and wrong device links, and those being tried just now; kept for minutes. */
  tries: { id: string; address_hash: string; at: string };
  /** One-time links that move a visitor to another device; at most one for each. */
  device_links: {
    /** SHA-256 of the token in the link. */
    token_hash: string;
    visitor_id: string;
    /** The visitor's `Identity`, under a key that only the token yields. */
    sealed: string;
    expires_at: string;
  };
  /** What a link shows, as it stood when the link was made. */
  shares: {
    /** 128 random bits. In clear, so that its owner can be shown the link again (decision 0017). */
    id: string;
    visitor_id: string;
    conversation_id: string;
    title: string;
    /** `SharedMessage[]` (lib/chat/share.ts) as JSON. */
    messages: string;
    created_at: string;
    /** Null: it never expires. */
    expires_at: string | null;
  };
  /** What each call to the model may cost and has cost, by the UTC day it was begun. Kept when its conversation is not. */
  ledger: {
    /** The answer's, or one of its own for a call that is no answer. */
    id: string;
    day: string;
    visitor_id: string;
    /** "" where nobody needs a code. */
    code_label: string;
    model: string;
    max_output_tokens: number;
    /** The part of what is held that is for reading. */
    input_micro_usd: MicroUsd;
    held_micro_usd: MicroUsd;
    /** Null until it is settled. */
    spent_micro_usd: MicroUsd | null;
  };
  /**
   * The sums of a day, over which no two calls may run together: of all (name ""), of a code, of a visitor, and of what
   * a code used a model for (name: both as a JSON array).
   */
  spending: {
    day: string;
    scope: "all" | "code" | "use" | "visitor";
    name: string;
    /** Of calls under way. */
    held_micro_usd: MicroUsdSum;
    spent_micro_usd: MicroUsdSum;
  };
  /** The models that the API listed last: every instance knows what may be picked without asking for it. */
  listed_models: { id: string; position: number; data: string; listed_at: string };
  /** One row. */
  owner_settings: { id: "owner"; settings: string };
  refusals: { day: string; code: string; count: number };
  /** Neighbouring messages, by their positions, as the search knows them; see search.ts. */
  search_segments: {
    id: Generated<number>;
    conversation_id: string;
    first_position: number;
    last_position: number;
    characters: number;
    /** PostgreSQL only. SQLite keeps them in the FTS5 table `search_index`, under `id`. */
    terms: ColumnType<never, string | undefined, never>;
  };
  /** What was imported of late, and from which network; see room.ts. */
  imports: { id: string; address_hash: string; at: string; bytes: ColumnType<number | string, number, number> };
  /** SQLite only: a row for each segment of a deleted conversation whose words are still in the index. */
  search_debts: { id: Generated<number> };
  /** SQLite only: a row for each deleted conversation of which copies may be left in the file; see scrub.ts. */
  scrub_debts: { id: Generated<number> };
};
