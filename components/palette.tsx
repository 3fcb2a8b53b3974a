"use client";

import { useRouter } from "next/navigation";
import { type KeyboardEvent, type RefObject, useEffect, useId, useRef, useState } from "react";
import { placesOf, wantedIn } from "@/lib/chat/search-words";
import { type Command, currentCommands, isMac, isPressed, keysOf, useCommands } from "@/lib/client/commands";
import { useConversationList } from "@/lib/client/conversation-list";
import { addressOf, jumpTo } from "@/lib/client/jumps";
import { canLeave } from "@/lib/client/offline";
import { usePreferences } from "@/lib/client/preferences";
import { useSearch } from "@/lib/client/search";
import { MarkedText } from "./marked-text";
import { Shortcuts } from "./shortcuts";
import { SEARCH_FAILED } from "./sidebar-list";

const RECENT = 5;
const FOUND = 8;

/** The command palette, and the keys of all commands of the page. */
export function Palette({ currentId }: { currentId: string }) {
  const palette = useRef<HTMLDialogElement>(null);
  const shortcuts = useRef<HTMLDialogElement>(null);
  const [openings, setOpenings] = useState(0);
  const [isOpen, setIsOpen] = useState(false);
  const [listed, setListed] = useState<readonly Command[]>([]);
  const { singleKeys } = usePreferences();

  function toggle(): void {
    if (palette.current?.open === true) {
      palette.current.close();
      return;
    }
    setOpenings((count) => count + 1);
    setIsOpen(true);
    palette.current?.showModal();
  }

  useCommands([
    { id: "palette", title: "Command palette", shortcut: { key: "k", withMod: true }, run: toggle },
    {
      id: "shortcuts",
      title: "Keyboard shortcuts",
      words: "keys help",
      shortcut: { key: "?" },
      run() {
        setListed(currentCommands());
        shortcuts.current?.showModal();
      },
    },
  ]);
  useShortcuts(palette, singleKeys === "on");

  return (
    <>
      <dialog
        ref={palette}
        aria-label="Command palette"
        className="dialog palette"
        onClose={() => setIsOpen(false)}
        // A press on the backdrop closes it, as Esc does by itself.
        onPointerDown={(event) => event.target === palette.current && palette.current.close()}
      >
        {isOpen && <Choices key={openings} currentId={currentId} onDone={() => palette.current?.close()} />}
      </dialog>
      <Shortcuts dialog={shortcuts} commands={listed} />
    </>
  );
}

/** Runs the command whose key is pressed. Over a dialog only the palette's own works, which closes it. */
function useShortcuts(palette: RefObject<HTMLDialogElement | null>, hasSingleKeys: boolean): void {
  useEffect(() => {
    const listen = (event: globalThis.KeyboardEvent) => {
      if (event.defaultPrevented || event.repeat) return;
      const command = currentCommands().find(({ shortcut }) => shortcut !== undefined && isPressed(shortcut, event));
      if (command?.shortcut === undefined) return;
      if (!command.shortcut.withMod && (!hasSingleKeys || isWriting(event.target))) return;
      const isOverPalette = palette.current?.open === true && command.id === "palette";
      if (document.querySelector("dialog[open]") !== null && !isOverPalette) return;
      event.preventDefault();
      command.run();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, [palette, hasSingleKeys]);
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
}

/** A line of the palette: something to do, or a conversation to go to. */
type Choice = Pick<Command, "id" | "title" | "shortcut" | "run"> & { excerpt?: string };

function Choices({ currentId, onDone }: { currentId: string; onDone(): void }) {
  const listId = useId();
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const { groups, note } = useGroups(query.trim(), currentId);
  const choices = groups.flatMap((group) => group.choices);
  const chosen = choices[Math.min(at, choices.length - 1)];
  const optionId = (choice: Choice) => `${listId}${choice.id}`;

  useEffect(() => {
    if (chosen !== undefined) document.getElementById(`${listId}${chosen.id}`)?.scrollIntoView({ block: "nearest" });
  }, [listId, chosen]);

  function run(choice: Choice): void {
    onDone();
    // The dialog gives the focus back first, so that the command can take it further.
    setTimeout(() => choice.run(), 0);
  }

  function press(event: KeyboardEvent<HTMLInputElement>): void {
    if (event.nativeEvent.isComposing) return;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 + choices.length, Home: 0, End: choices.length - 1 }[event.key];
    const isMove = to !== undefined && (event.key.startsWith("Arrow") || query === "");
    if (isMove && choices.length > 0) setAt(to % choices.length);
    if (event.key === "Enter" && chosen !== undefined) run(chosen);
    if (isMove || event.key === "Enter") event.preventDefault();
  }

  return (
    <>
      <input
        type="text"
        role="combobox"
        aria-label="Search commands and conversations"
        aria-expanded={choices.length > 0}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={chosen === undefined ? undefined : optionId(chosen)}
        // The dialog was opened to write here.
        // biome-ignore lint/a11y/noAutofocus: as above.
        autoFocus
        autoComplete="off"
        spellCheck={false}
        className="palette-field"
        placeholder="What would you like to do?"
        value={query}
        onChange={(event) => {
          setQuery(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={press}
      />
      <div id={listId} role="listbox" aria-label="Commands and conversations" className="palette-list">
        {groups.map((group) => (
          // biome-ignore lint/a11y/useSemanticElements: a listbox knows no other groups.
          <div key={group.label} role="group" aria-label={group.label}>
            <p className="sidebar-day" aria-hidden="true">
              {group.label}
            </p>
            {group.choices.map((choice) => (
              <Option
                key={choice.id}
                id={optionId(choice)}
                choice={choice}
                query={query}
                isChosen={choice === chosen}
                onRun={() => run(choice)}
              />
            ))}
          </div>
        ))}
        {note !== "" && <p className="sidebar-note">{note}</p>}
      </div>
    </>
  );
}

type OptionProps = { id: string; choice: Choice; query: string; isChosen: boolean; onRun(): void };

function Option({ id, choice, query, isChosen, onRun }: OptionProps) {
  const wanted = wantedIn(query);
  const marks = (text: string) =>
    placesOf(text, wanted)
      .flat()
      .sort((left, right) => left[0] - right[0]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox has the keys, and its options are never focused.
    // biome-ignore lint/a11y/useFocusableInteractive: as above.
    <div id={id} role="option" aria-selected={isChosen} className="palette-option" onClick={onRun}>
      <span className="min-w-0 flex-1">
        <span className="row-title">
          <MarkedText text={choice.title} ranges={marks(choice.title)} />
        </span>
        {choice.excerpt !== undefined && (
          <span className="row-excerpt">
            <MarkedText text={choice.excerpt} ranges={marks(choice.excerpt)} />
          </span>
        )}
      </span>
      {choice.shortcut !== undefined && <Keys keys={keysOf(choice.shortcut, isMac())} />}
    </div>
  );
}

function Keys({ keys }: { keys: readonly string[] }) {
  return (
    <span className="flex shrink-0 gap-1">
      {keys.map((key) => (
        <kbd key={key} className="key">
          {key}
        </kbd>
      ))}
    </span>
  );
}

type Group = { label: string; choices: Choice[] };

function useGroups(query: string, currentId: string): { groups: Group[]; note: string } {
  const router = useRouter();
  const { conversations } = useConversationList();
  const search = useSearch(query);
  const commands = currentCommands().filter((command) => command.id !== "palette" && isAsked(command, query));
  const places = query === "" ? conversations.slice(0, RECENT) : search.found.slice(0, FOUND);
  const go = (id: string, messageId: string | undefined) => {
    if (id === currentId) {
      if (messageId !== undefined) jumpTo(messageId);
    } else if (canLeave()) router.push(addressOf(id, messageId), { scroll: false });
  };
  const groups = [
    { label: "Commands", choices: commands as Choice[] },
    {
      label: "Conversations",
      choices: places.map(({ id, title, found }) => ({
        id,
        title,
        ...(found?.message == null ? {} : { excerpt: found.message.excerpt }),
        run: () => go(id, found?.message?.id),
      })),
    },
  ];
  const inOrder = query === "" ? groups.toReversed() : groups;
  const filled = inOrder.filter(({ choices }) => choices.length > 0);
  const nothing = filled.length === 0 && search.phase === "over" ? "Nothing found." : "";
  return { groups: filled, note: search.phase === "failed" ? SEARCH_FAILED : nothing };
}

function isAsked({ title, words = "" }: Command, query: string): boolean {
  return placesOf(`${title} ${words}`, wantedIn(query, 1)).every((ranges) => ranges.length > 0);
}
