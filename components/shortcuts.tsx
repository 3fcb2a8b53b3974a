"use client";

import { Fragment, type RefObject } from "react";
import { type Command, isMac, keysOf } from "@/lib/client/commands";
import { setPreferences, usePreferences } from "@/lib/client/preferences";
import { Dialog } from "./dialog";

/** What no command does but the page itself. */
const ALWAYS = [
  { title: "Send the message", keys: ["Enter"] },
  { title: "A new line", keys: ["Shift", "Enter"] },
  { title: "Stop the answer", keys: ["Esc"] },
  { title: "Edit your last message, from an empty field", keys: ["↑"] },
];

type ShortcutsProps = { dialog: RefObject<HTMLDialogElement | null>; commands: readonly Command[] };

/** Every key that does something here: those of commands come from the commands themselves. */
export function Shortcuts({ dialog, commands }: ShortcutsProps) {
  const { singleKeys } = usePreferences();
  const lines = [
    ...ALWAYS,
    ...commands.flatMap(({ title, shortcut }) =>
      shortcut === undefined || (!shortcut.withMod && singleKeys === "off")
        ? []
        : [{ title, keys: keysOf(shortcut, isMac()) }],
    ),
  ];
  return (
    <Dialog dialog={dialog} title="Keyboard shortcuts" className="dialog-centred">
      <div className="px-5 pt-2 pb-6 font-sans text-chrome text-ink">
        <dl className="shortcuts">
          {lines.map(({ title, keys }) => (
            <Fragment key={title}>
              <dt>{title}</dt>
              <dd>
                {keys.map((key) => (
                  <kbd key={key} className="key">
                    {key}
                  </kbd>
                ))}
              </dd>
            </Fragment>
          ))}
        </dl>
        <label className="check mt-4">
          <input
            type="checkbox"
            checked={singleKeys === "on"}
            onChange={(event) => setPreferences({ singleKeys: event.currentTarget.checked ? "on" : "off" })}
          />
          Shortcuts of a single key
        </label>
      </div>
    </Dialog>
  );
}
