"use client";

import { useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import type { ListedConversation } from "@/lib/chat/listing";
import {
  type ConversationList,
  putOnScreen,
  readMoreConversations,
  useConversationList,
} from "@/lib/client/conversation-list";
import { groupByDay } from "@/lib/client/day-groups";
import { type SearchPhase, useSearch } from "@/lib/client/search";
import { Icon } from "./icons";
import { Row, type RowDesk } from "./sidebar-row";

type ConversationsProps = { desk: RowDesk; onNewConversation(): void };

// The list is put up anew with each conversation that is opened, and goes on where it stood.
const kept = { query: "", scrollTop: 0 };

/** All conversations, and the way to find one. */
export function Conversations({ desk, onNewConversation }: ConversationsProps) {
  const list = useConversationList();
  const [query, setQuery] = useState(kept.query);
  const scroller = useRef<HTMLDivElement>(null);
  const { currentId } = desk;
  useEffect(() => putOnScreen(currentId), [currentId]);
  useLayoutEffect(() => {
    if (scroller.current !== null) scroller.current.scrollTop = kept.scrollTop;
  }, []);

  function search(typed: string): void {
    kept.query = typed;
    setQuery(typed);
  }

  return (
    <nav aria-label="Conversations" className="flex min-h-0 flex-1 flex-col px-3 pb-3">
      <button type="button" className="sidebar-new" onClick={onNewConversation}>
        <Icon name="new" />
        New conversation
      </button>
      <label className="sidebar-search">
        <Icon name="search" />
        <input
          type="search"
          aria-label="Search conversations"
          placeholder="Search"
          autoComplete="off"
          spellCheck={false}
          value={query}
          onChange={(event) => search(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Escape" || query === "") return;
            event.preventDefault();
            event.stopPropagation();
            event.nativeEvent.stopImmediatePropagation();
            search("");
          }}
        />
      </label>
      <div
        ref={scroller}
        className="sidebar-scroller"
        onScroll={(event) => {
          kept.scrollTop = event.currentTarget.scrollTop;
        }}
      >
        {query.trim() === "" ? (
          <History list={list} desk={desk} />
        ) : (
          <Results key={query.trim()} query={query.trim()} list={list} desk={desk} />
        )}
      </div>
    </nav>
  );
}

type ShownProps = { list: ConversationList; desk: RowDesk };

function History({ list, desk }: ShownProps) {
  const { isKnown, conversations, pinned, cursor } = list;
  const others = conversations.filter((listed) => !listed.pinned);
  const days = groupByDay(others, new Date());
  const groups = pinned.length === 0 ? days : [{ label: "Pinned", entries: [...pinned] }, ...days];
  if (isKnown && conversations.length === 0) return <p className="sidebar-note">What you write is kept here.</p>;
  return (
    <>
      {groups.map(({ label, entries }) => (
        <Group key={label} label={label} entries={entries} shown={{ list, desk }} />
      ))}
      {cursor !== null && <More key={cursor} onMore={() => void readMoreConversations()} />}
    </>
  );
}

type GroupProps = { label: string; entries: readonly ListedConversation[]; shown: ShownProps };

function Group({ label, entries, shown }: GroupProps) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h2 id={id} className="sidebar-day">
        {label}
      </h2>
      <Rows entries={entries} {...shown} />
    </section>
  );
}

function Rows({ entries, list, desk }: ShownProps & { entries: readonly ListedConversation[] }) {
  return (
    <ul>
      {entries.map((listed) => (
        <Row
          key={listed.id}
          listed={listed}
          isUnread={list.unread.has(listed.id) && listed.id !== desk.currentId}
          isUnchanged={listed.id === list.unchangedId}
          removal={list.removals.get(listed.id)}
          desk={desk}
        />
      ))}
    </ul>
  );
}

function Results({ query, list, desk }: ShownProps & { query: string }) {
  const { phase, found, cursor, more } = useSearch(query);
  const known = new Map(list.conversations.map((listed) => [listed.id, listed]));
  // What was renamed or pinned since is shown as it is now.
  const entries = found.map((one) => {
    const listed = known.get(one.id);
    return listed === undefined || listed.title === one.title
      ? { ...one, pinned: listed?.pinned ?? one.pinned }
      : listed;
  });
  return (
    <>
      <p className={entries.length === 0 ? "sidebar-note" : "sr-only"} aria-live="polite">
        {sentenceOf(phase, entries.length, cursor !== null)}
      </p>
      <Rows entries={entries} list={list} desk={desk} />
      {cursor !== null && <More key={cursor} onMore={more} />}
    </>
  );
}

/** What is not known is not denied. */
export const SEARCH_FAILED = "Could not search just now.";

function sentenceOf(phase: SearchPhase, count: number, isMore: boolean): string {
  switch (phase) {
    case "asking":
      return "";
    case "failed":
      return SEARCH_FAILED;
    case "over":
      if (count === 0) return isMore ? "Nothing yet." : "Nothing found.";
      return `${count}${isMore ? " or more" : ""} ${count === 1 && !isMore ? "conversation" : "conversations"} found`;
  }
}

/** Asks for more when it comes into view, or is pressed. */
function More({ onMore }: { onMore(): void }) {
  const button = useRef<HTMLButtonElement>(null);
  const ask = useRef(onMore);
  useEffect(() => {
    const element = button.current;
    if (element === null) return;
    const observer = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting) ask.current();
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <button ref={button} type="button" className="sidebar-more" onClick={onMore}>
      Show more
    </button>
  );
}
