import type { Range } from "./search-words";

/** What a search found in a conversation: the words in its title, and the newest message that holds them. */
export type Found = {
  title: readonly Range[];
  message: { id: string; role: "user" | "assistant"; excerpt: string; ranges: readonly Range[] } | null;
};

/** A conversation as lists show it. `updatedAt` is when something was last sent in it. */
export type ListedConversation = {
  id: string;
  title: string;
  updatedAt: string;
  pinned: boolean;
  /** An answer is under way in it. */
  isAnswering?: true;
  /** Only in what a search found. */
  found?: Found;
};

/** A page of the list. `pinned`, all of them whatever their age, is on the first page where there are any. */
export type Listing = {
  conversations: ListedConversation[];
  /** For the next page; null on the last. */
  cursor: string | null;
  pinned?: ListedConversation[];
};
