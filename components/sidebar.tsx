"use client";

import Link from "next/link";
import type { RefObject } from "react";
import { useConversationList } from "@/lib/client/conversation-list";
import { setPreferences, usePreferences } from "@/lib/client/preferences";
import { Dialog } from "./dialog";
import { Icon } from "./icons";

type SidebarProps = { currentId: string; onNewConversation(): void };
type Drawer = RefObject<HTMLDialogElement | null>;

/** The conversations beside the page, where there is room, unless they were folded away. */
export function Sidebar({ currentId, onNewConversation }: SidebarProps) {
  return (
    <aside className="sidebar">
      <p className="flex h-14 items-center px-5 font-serif text-title text-ink">Platen</p>
      <Conversations currentId={currentId} onNewConversation={onNewConversation} onLeave={() => {}} />
    </aside>
  );
}

/** The same conversations in a drawer, where there is no room beside the page. */
export function SidebarDrawer({ currentId, onNewConversation, drawer }: SidebarProps & { drawer: Drawer }) {
  const close = () => drawer.current?.close();
  return (
    <Dialog dialog={drawer} title="Platen" className="dialog-drawer">
      <Conversations
        currentId={currentId}
        onLeave={close}
        onNewConversation={() => {
          close();
          onNewConversation();
        }}
      />
    </Dialog>
  );
}

/** Opens the drawer on a phone; folds and unfolds the sidebar elsewhere. */
export function SidebarButtons({ drawer }: { drawer: Drawer }) {
  const { sidebar } = usePreferences();
  const isOpen = sidebar === "open";
  return (
    <>
      <button
        type="button"
        className="icon-button md:hidden"
        aria-label="Open sidebar"
        title="Open sidebar"
        aria-haspopup="dialog"
        onClick={() => drawer.current?.showModal()}
      >
        <Icon name="sidebar" />
      </button>
      <button
        type="button"
        className="icon-button max-md:hidden"
        aria-label="Sidebar"
        title="Sidebar"
        aria-expanded={isOpen}
        onClick={() => setPreferences({ sidebar: isOpen ? "collapsed" : "open" })}
      >
        <Icon name="sidebar" />
      </button>
    </>
  );
}

function Conversations({ currentId, onNewConversation, onLeave }: SidebarProps & { onLeave(): void }) {
  const { isKnown, conversations } = useConversationList();
  return (
    <nav aria-label="Conversations" className="flex min-h-0 flex-1 flex-col px-3 pb-3">
      <button type="button" className="sidebar-new" onClick={onNewConversation}>
        <Icon name="new" />
        New conversation
      </button>
      <ul className="mt-3 min-h-0 flex-1 overflow-y-auto overscroll-contain">
        {conversations.map(({ id, title }) => (
          <li key={id}>
            <Link
              href={`/c/${id}`}
              prefetch={false}
              aria-current={id === currentId ? "page" : undefined}
              className="sidebar-link"
              onClick={(event) => {
                // It is on the page already, maybe in the middle of an answer.
                if (id === currentId) event.preventDefault();
                onLeave();
              }}
            >
              <span className="truncate">{title}</span>
            </Link>
          </li>
        ))}
        {isKnown && conversations.length === 0 && (
          <li className="px-3 py-2 font-sans text-small text-faint">What you write is kept here.</li>
        )}
      </ul>
    </nav>
  );
}
