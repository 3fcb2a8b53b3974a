import { useEffect, useState } from "react";
import type { ListedConversation } from "@/lib/chat/listing";
import { searchConversations } from "./conversation-list";

/** So long after the last key is asked. */
const TYPED_AFTER_MS = 120;

/** `failed`: the server did not answer. */
export type SearchPhase = "asking" | "over" | "failed";

type Results = { phase: SearchPhase; found: readonly ListedConversation[]; cursor: string | null };

const NOTHING_YET: Results = { phase: "asking", found: [], cursor: null };

// The sidebar is put up anew with each conversation, and what was found stands in it at once.
let latest: { query: string } & Results = { query: "", ...NOTHING_YET };

/** What is found for `query`; nothing for an empty one. `more` asks for the next page. */
export function useSearch(query: string): Results & { more(): void } {
  const [results, setResults] = useState(latest);
  const current = results.query === query ? results : { query, ...NOTHING_YET };

  useEffect(() => {
    if (query === "") return;
    const asked = new AbortController();
    const timer = setTimeout(async () => {
      const listing = await searchConversations(query, null, asked.signal);
      if (asked.signal.aborted) return;
      const { conversations: found = [], cursor = null } = listing ?? {};
      latest = { query, phase: listing === undefined ? "failed" : "over", found, cursor };
      setResults(latest);
    }, TYPED_AFTER_MS);
    return () => {
      clearTimeout(timer);
      asked.abort();
    };
  }, [query]);

  return {
    ...current,
    async more() {
      const { cursor } = current;
      if (cursor === null) return;
      const listing = await searchConversations(query, cursor, new AbortController().signal);
      if (listing === undefined) return;
      setResults((before) =>
        before.query === query && before.cursor === cursor
          ? { ...before, found: [...before.found, ...listing.conversations], cursor: listing.cursor }
          : before,
      );
    },
  };
}
