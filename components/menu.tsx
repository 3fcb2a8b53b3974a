"use client";

import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useId, useRef, useState } from "react";
import { flushSync } from "react-dom";

/** Without `isChecked` it is something to do rather than something to be. */
export type MenuEntry = { id: string; label: string; isChecked?: boolean };

type MenuProps = {
  /** The accessible name of the button and of what it opens. */
  name: string;
  className: string;
  isDisabled?: boolean;
  /** Null until they are known, which `onOpen` sees to. */
  entries: readonly MenuEntry[] | null;
  onOpen(): void;
  onPick(id: string): void;
  /** What stands on the button. */
  children: ReactNode;
};

/**
 * A button that opens a list to pick one of. It lies above all else, and closes on Esc or a press beside it. The list is
 * made when it is first wanted: a page may have hundreds of buttons.
 */
export function Menu({ name, className, isDisabled = false, entries, onOpen, onPick, children }: MenuProps) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const [isWanted, setIsWanted] = useState(false);

  // At once: the browser, which answers a press after us, then finds the list and opens it.
  const makeList = () => flushSync(() => setIsWanted(true));

  return (
    <>
      <button
        ref={button}
        type="button"
        className={className}
        aria-label={name}
        title={name}
        aria-haspopup="menu"
        disabled={isDisabled}
        popoverTarget={isWanted ? id : undefined}
        onClick={isWanted ? undefined : makeList}
      >
        {children}
      </button>
      {isWanted && <MenuList id={id} name={name} button={button} entries={entries} onOpen={onOpen} onPick={onPick} />}
    </>
  );
}

type MenuListProps = Pick<MenuProps, "name" | "entries" | "onOpen" | "onPick"> & {
  id: string;
  button: RefObject<HTMLButtonElement | null>;
};

function MenuList({ id, name, button, entries, onOpen, onPick }: MenuListProps) {
  const list = useRef<HTMLDivElement>(null);
  const [isOpen, setIsOpen] = useState(false);

  useEffect(() => {
    if (!isOpen) return;
    place(button, list);
    // Those that come later take the focus only if it waits for them.
    if (entries !== null && list.current?.contains(document.activeElement)) focusFirst(list);
  }, [isOpen, entries, button]);

  return (
    <div
      ref={list}
      id={id}
      popover="auto"
      role="menu"
      aria-label={name}
      tabIndex={-1}
      className="menu"
      onToggle={(event) => {
        setIsOpen(event.newState === "open");
        if (event.newState !== "open") return;
        onOpen();
        list.current?.focus();
      }}
      onKeyDown={(event) => moveFocus(event, list)}
    >
      {isOpen && entries === null && <p className="menu-note">One moment…</p>}
      {isOpen &&
        entries?.map((entry) => (
          <button
            key={entry.id}
            type="button"
            {...roleOf(entry)}
            tabIndex={-1}
            className="menu-entry"
            onClick={() => {
              list.current?.hidePopover();
              onPick(entry.id);
            }}
          >
            {entry.label}
          </button>
        ))}
    </div>
  );
}

function roleOf({ isChecked }: MenuEntry) {
  return isChecked === undefined ? { role: "menuitem" } : { role: "menuitemradio", "aria-checked": isChecked };
}

const GAP_PX = 4;
const EDGE_PX = 8;

/** Under the button, or above it where there is no room. */
function place(button: RefObject<HTMLElement | null>, list: RefObject<HTMLElement | null>): void {
  if (button.current === null || list.current === null) return;
  const anchor = button.current.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = list.current;
  const hasRoom = anchor.bottom + GAP_PX + height <= window.innerHeight - EDGE_PX;
  const left = Math.max(EDGE_PX, Math.min(anchor.left, window.innerWidth - width - EDGE_PX));
  list.current.style.top = `${hasRoom ? anchor.bottom + GAP_PX : Math.max(EDGE_PX, anchor.top - GAP_PX - height)}px`;
  list.current.style.left = `${left}px`;
}

function entriesIn(list: RefObject<HTMLElement | null>): HTMLElement[] {
  return [...(list.current?.querySelectorAll<HTMLElement>(".menu-entry") ?? [])];
}

function focusFirst(list: RefObject<HTMLElement | null>): void {
  const entries = entriesIn(list);
  const checked = entries.find((entry) => entry.ariaChecked === "true");
  (checked ?? entries[0])?.focus();
}

function moveFocus(event: KeyboardEvent, list: RefObject<HTMLElement | null>): void {
  const entries = entriesIn(list);
  const at = entries.indexOf(document.activeElement as HTMLElement);
  const target = { ArrowDown: at + 1, ArrowUp: at - 1 + entries.length, Home: 0, End: entries.length - 1 }[event.key];
  if (event.key === "Tab") list.current?.hidePopover();
  if (target === undefined || entries.length === 0) return;
  event.preventDefault();
  entries[target % entries.length]?.focus();
}
