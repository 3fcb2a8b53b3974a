"use client";

import Link, { useLinkStatus } from "next/link";
import { type MouseEvent, useEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import type { ListedConversation } from "@/lib/chat/listing";
import { changeConversation, removeConversation, undoRemoval } from "@/lib/client/conversation-list";
import { addressOf, jumpTo } from "@/lib/client/jumps";
import { canLeave } from "@/lib/client/offline";
import { Icon } from "./icons";
import { MarkedText } from "./marked-text";
import { Menu } from "./menu";

export type RowDesk = {
  currentId: string;
  /** The one on the page is picked. */
  onStay(): void;
  /** The one on the page is deleted. */
  onGone(): void;
};

type RowProps = {
  listed: ListedConversation;
  isUnread: boolean;
  /** Its last change was not taken. */
  isUnchanged: boolean;
  removal: { isUndoable: boolean } | undefined;
  desk: RowDesk;
};

const ENTRIES = [
  { id: "rename", label: "Rename" },
  { id: "pin", label: "Pin" },
  { id: "delete", label: "Delete" },
];
const ENTRIES_OF_PINNED = ENTRIES.map((entry) => (entry.id === "pin" ? { ...entry, label: "Unpin" } : entry));

/** A conversation in the sidebar: the way to it, and what can be done with it. */
export function Row({ listed, isUnread, isUnchanged, removal, desk }: RowProps) {
  const [isRenaming, setIsRenaming] = useState(false);
  const { id, title, pinned } = listed;
  if (removal !== undefined) return removal.isUndoable ? <RemovedRow id={id} title={title} /> : null;
  if (isRenaming) return <RenamedRow id={id} title={title} onDone={() => setIsRenaming(false)} />;

  function pick(entry: string): void {
    if (entry === "rename") setIsRenaming(true);
    if (entry === "pin") redraw(id, () => void changeConversation(id, { pinned: !pinned }));
    if (entry !== "delete") return;
    removeConversation(id);
    if (id === desk.currentId) desk.onGone();
  }

  return (
    <>
      <li className="row">
        <RowLink listed={listed} isUnread={isUnread} desk={desk} />
        <Menu
          name={`More about “${title}”`}
          className="row-menu-button"
          entries={pinned ? ENTRIES_OF_PINNED : ENTRIES}
          onOpen={() => {}}
          onPick={pick}
        >
          <Icon name="more" />
        </Menu>
      </li>
      {isUnchanged && (
        <li className="sidebar-note">
          <p role="alert">That could not be saved just now.</p>
        </li>
      )}
    </>
  );
}

function RowLink({ listed, isUnread, desk }: Pick<RowProps, "listed" | "isUnread" | "desk">) {
  const { id, title, found } = listed;
  const messageId = found?.message?.id;
  return (
    <Link
      href={addressOf(id, messageId)}
      prefetch={false}
      scroll={false}
      aria-current={id === desk.currentId ? "page" : undefined}
      className="sidebar-link"
      onClick={(event) => {
        if (opensElsewhere(event)) return;
        if (id !== desk.currentId && canLeave()) return;
        // Without a network there is no way there; or it is on the page already, maybe in the middle of an answer.
        event.preventDefault();
        desk.onStay();
        if (id === desk.currentId && messageId !== undefined) jumpTo(messageId);
      }}
    >
      <span className="min-w-0 flex-1">
        <span className={isUnread ? "row-title row-title-unread" : "row-title"}>
          <MarkedText text={title} ranges={found?.title ?? []} />
        </span>
        {found?.message != null && (
          <span className="row-excerpt">
            <MarkedText text={found.message.excerpt} ranges={found.message.ranges} />
          </span>
        )}
      </span>
      {listed.isAnswering ? (
        <span className="row-mark row-mark-answering">
          <span className="sr-only"> (answering)</span>
        </span>
      ) : (
        isUnread && (
          <span className="row-mark">
            <span className="sr-only"> (new)</span>
          </span>
        )
      )}
      <Opening />
    </Link>
  );
}

/** With these keys the browser opens a link in another tab or window, or saves it. */
function opensElsewhere({ metaKey, ctrlKey, shiftKey, altKey }: MouseEvent): boolean {
  return metaKey || ctrlKey || shiftKey || altKey;
}

/** On a slow network: that the press was heard, until the page is there. */
function Opening() {
  return useLinkStatus().pending && <span className="row-opening sr-only"> (opening)</span>;
}

/** Draws a conversation anew, maybe elsewhere in the list; the focus goes along. */
function redraw(id: string, change: () => void): void {
  const list = document.activeElement?.closest("nav");
  flushSync(change);
  list?.querySelector<HTMLElement>(`a[href^="${addressOf(id, undefined)}"]`)?.focus();
}

/** In the place of a deleted conversation, as long as it can be had back. */
function RemovedRow({ id, title }: { id: string; title: string }) {
  const undo = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // The button that was pressed went with the row, and the focus must not go with it.
    if (document.activeElement === document.body) undo.current?.focus({ preventScroll: true });
  }, []);
  return (
    <li className="row row-removed">
      <p className="min-w-0 flex-1 truncate" role="presentation">
        Deleted “{title}”
      </p>
      <button ref={undo} type="button" className="row-undo" onClick={() => redraw(id, () => undoRemoval(id))}>
        Undo
      </button>
    </li>
  );
}

type RenamedRowProps = { id: string; title: string; onDone(): void };

function RenamedRow({ id, title, onDone }: RenamedRowProps) {
  const [name, setName] = useState(title);
  const field = useRef<HTMLInputElement>(null);
  const isOver = useRef(false);
  useEffect(() => field.current?.select(), []);

  function end(isKept: boolean): void {
    // Taking the field away takes its focus, which would end it once more.
    if (isOver.current) return;
    isOver.current = true;
    const given = name.trim();
    if (isKept && given !== "" && given !== title) void changeConversation(id, { title: given });
    onDone();
  }

  return (
    <li className="row">
      <form
        className="flex min-w-0 flex-1"
        onSubmit={(event) => {
          event.preventDefault();
          redraw(id, () => end(true));
        }}
      >
        <input
          ref={field}
          className="row-name"
          aria-label="Title"
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          onBlur={() => end(true)}
          onKeyDown={(event) => {
            if (event.key !== "Escape" || event.nativeEvent.isComposing) return;
            // Only this ends: neither the drawer around it nor an answer under way.
            event.preventDefault();
            event.stopPropagation();
            event.nativeEvent.stopImmediatePropagation();
            redraw(id, () => end(false));
          }}
        />
      </form>
    </li>
  );
}
