"use client";

import { useEffect, useId, useRef, useState } from "react";
import type { ListedConversation } from "@/lib/chat/listing";
import {
  type ConversationList,
  putOnScreen,
  readMoreConversations,
  useConversationList,
} from "@/lib/client/conversation-list";
import { groupByDay } from "@/lib/client/day-groups";
import { useSearch } from "@/lib/client/search";
import { Icon } from "./icons";
import { Row, type RowDesk } from "./sidebar-row";

type ConversationsProps = { desk: RowDesk; onNewConversation(): void };

/** All conversations, and the way to find one. */
export function Conversations({ desk, onNewConversation }: ConversationsProps) {
  const list = useConversationList();
  const [query, setQuery] = useState("");
  const { currentId } = desk;
  useEffect(() => putOnScreen(currentId), [currentId]);
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
          onChange={(event) => setQuery(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Escape" || query === "") return;
            event.preventDefault();
            event.stopPropagation();
            event.nativeEvent.stopImmediatePropagation();
            setQuery("");
          }}
        />
      </label>
      <div className="sidebar-scroller">
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
          removal={list.removals.get(listed.id)}
          desk={desk}
        />
      ))}
    </ul>
  );
}

function Results({ query, list, desk }: ShownProps & { query: string }) {
  const { found, isOver, cursor, more } = useSearch(query);
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
        {isOver ? sentenceOf(entries.length, cursor !== null) : ""}
      </p>
      <Rows entries={entries} list={list} desk={desk} />
      {cursor !== null && <More key={cursor} onMore={more} />}
    </>
  );
}

function sentenceOf(count: number, isMore: boolean): string {
  if (count === 0) return isMore ? "Nothing yet." : "Nothing found.";
  return `${count}${isMore ? " or more" : ""} ${count === 1 && !isMore ? "conversation" : "conversations"} found`;
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
