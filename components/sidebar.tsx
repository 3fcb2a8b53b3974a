"use client";

import type { RefObject } from "react";
import { setPreferences, usePreferences } from "@/lib/client/preferences";
import { Dialog } from "./dialog";
import { Icon } from "./icons";
import { Conversations } from "./sidebar-list";

type SidebarProps = { currentId: string; onNewConversation(): void };
type Drawer = RefObject<HTMLDialogElement | null>;

/** The conversations beside the page, where there is room, unless they were folded away. */
export function Sidebar({ currentId, onNewConversation }: SidebarProps) {
  return (
    <aside className="sidebar">
      <p className="flex h-14 items-center px-6 font-serif text-title text-ink">Platen</p>
      <Conversations
        desk={{ currentId, onStay: () => {}, onGone: onNewConversation }}
        onNewConversation={onNewConversation}
      />
    </aside>
  );
}

/** The same conversations in a drawer, where there is no room beside the page. */
export function SidebarDrawer({ currentId, onNewConversation, drawer }: SidebarProps & { drawer: Drawer }) {
  const close = () => drawer.current?.close();
  return (
    <Dialog dialog={drawer} title="Platen" className="dialog-drawer">
      <Conversations
        desk={{ currentId, onStay: close, onGone: onNewConversation }}
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
