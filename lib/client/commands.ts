import { useEffect, useRef } from "react";

/** A key that runs a command. `withMod`: with Ctrl, or ⌘ on a Mac. Without it only where nobody is writing. */
export type Shortcut = { key: string; withMod?: true; withShift?: true };

/** Something that can be done on this page, as the palette and the list of shortcuts show it. */
export type Command = {
  id: string;
  title: string;
  /** More words it is found by. */
  words?: string;
  shortcut?: Shortcut;
  run(): void;
};

const providers = new Set<() => readonly Command[]>();

/** All that can be done now, in the order it was offered. */
export function currentCommands(): Command[] {
  return [...providers].flatMap((provide) => provide());
}

/** Offers `commands` as long as the component is on the page. */
export function useCommands(commands: readonly Command[]): void {
  const latest = useRef(commands);
  useEffect(() => {
    latest.current = commands;
  });
  useEffect(() => {
    const provide = () => latest.current;
    providers.add(provide);
    return () => void providers.delete(provide);
  }, []);
}

type Key = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey" | "isComposing">;

/** Whether that key was pressed. The layout decides how `?` and `/` are made, so there Shift does not count. */
export function isPressed({ key, withMod, withShift }: Shortcut, event: Key): boolean {
  if (event.isComposing || event.altKey) return false;
  if (event.key.toLowerCase() !== key.toLowerCase()) return false;
  if ((event.ctrlKey || event.metaKey) !== (withMod === true)) return false;
  const isLetter = /^\p{L}$/u.test(key);
  return !isLetter || event.shiftKey === (withShift === true);
}

/** The keys to press, one after the other: "Ctrl", "Shift", "O". */
export function keysOf({ key, withMod, withShift }: Shortcut, isMac: boolean): string[] {
  const mod = withMod ? [isMac ? "⌘" : "Ctrl"] : [];
  const shift = withShift ? [isMac ? "⇧" : "Shift"] : [];
  return [...mod, ...shift, key.length === 1 ? key.toUpperCase() : key];
}

/** Whether the reader's keyboard has ⌘ where others have Ctrl. Only on the page itself. */
export function isMac(): boolean {
  return /Mac|iPhone|iPad/.test(navigator.platform);
}
