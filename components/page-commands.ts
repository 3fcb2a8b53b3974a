import type { RefObject } from "react";
import { useCommands } from "@/lib/client/commands";
import { preferences, setPreferences } from "@/lib/client/preferences";
import type { Field } from "./composer";

type PageDesk = { field: Field; drawer: RefObject<HTMLDialogElement | null>; onNewConversation(): void };

/** What can be done on every page of a conversation. */
export function usePageCommands({ field, drawer, onNewConversation }: PageDesk): void {
  useCommands([
    {
      id: "new",
      title: "New conversation",
      shortcut: { key: "o", withMod: true, withShift: true },
      run: onNewConversation,
    },
    { id: "write", title: "Write a message", shortcut: { key: "/" }, run: () => field.current?.focus() },
    {
      id: "sidebar",
      title: "Show or hide the sidebar",
      words: "toggle conversations history",
      shortcut: { key: "b", withMod: true },
      run() {
        if (!matchMedia("(min-width: 48rem)").matches) drawer.current?.showModal();
        else setPreferences({ sidebar: preferences().sidebar === "open" ? "collapsed" : "open" });
      },
    },
    ...(["system", "light", "dark"] as const).map((theme) => ({
      id: `theme-${theme}`,
      title: `Theme: ${theme}`,
      words: "colours appearance",
      run: () => setPreferences({ theme }),
    })),
    ...(["instant", "smooth", "typewriter"] as const).map((speed) => ({
      id: `speed-${speed}`,
      title: `Typing speed: ${speed}`,
      run: () => setPreferences({ speed }),
    })),
  ]);
}
