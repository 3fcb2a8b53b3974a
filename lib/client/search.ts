import { useEffect, useState } from "react";
import type { ListedConversation } from "@/lib/chat/listing";
import { searchConversations } from "./conversation-list";

/** So long after the last key is asked. */
const TYPED_AFTER_MS = 120;

type Results = { found: readonly ListedConversation[]; isOver: boolean; cursor: string | null };

const NOTHING_YET: Results = { found: [], isOver: false, cursor: null };

/** What is found for `query`; nothing for an empty one. `more` asks for the next page. */
export function useSearch(query: string): Results & { more(): void } {
  const [results, setResults] = useState<{ query: string } & Results>({ query, ...NOTHING_YET });
  const current = results.query === query ? results : { query, ...NOTHING_YET };

  useEffect(() => {
    if (query === "") return;
    const asked = new AbortController();
    const timer = setTimeout(async () => {
      const listing = await searchConversations(query, null, asked.signal);
      if (asked.signal.aborted) return;
      const { conversations = [], cursor = null } = listing ?? {};
      setResults({ query, found: conversations, isOver: true, cursor });
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
