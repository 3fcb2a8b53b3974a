"use client";

import Link from "next/link";
import { useRef, useState } from "react";
import { currentCommands, useCommands } from "@/lib/client/commands";
import { type Preferences, setPreferences, usePreferences } from "@/lib/client/preferences";
import { type Choice, Choices } from "./choices";
import { Dialog } from "./dialog";
import { Icon } from "./icons";
import { OnDemand } from "./on-demand";

const SPEEDS: readonly Choice<Preferences["speed"]>[] = [
  { value: "instant", label: "Instant" },
  { value: "smooth", label: "Smooth" },
  { value: "typewriter", label: "Typewriter" },
];

const THEMES: readonly Choice<Preferences["theme"]>[] = [
  { value: "system", label: "System" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
];

/** The button and the dialog it opens. */
export function Settings() {
  const dialog = useRef<HTMLDialogElement>(null);
  const [wasOpened, setWasOpened] = useState(false);
  const { speed, theme, keySounds } = usePreferences();

  function open(): void {
    setWasOpened(true);
    dialog.current?.showModal();
  }

  useCommands([
    {
      id: "settings",
      title: "Settings",
      words: "preferences data delete import devices",
      shortcut: { key: ",", withMod: true },
      run: open,
    },
  ]);
  return (
    <>
      <button
        type="button"
        className="icon-button"
        aria-label="Settings"
        title="Settings"
        aria-haspopup="dialog"
        onClick={open}
      >
        <Icon name="settings" />
      </button>
      <Dialog dialog={dialog} title="Settings" className="dialog-centred">
        <div className="grid gap-6 px-5 pt-3 pb-6">
          <Choices
            legend="Typing speed"
            choices={SPEEDS}
            value={speed}
            onChoose={(value) => setPreferences({ speed: value })}
          />
          {speed === "typewriter" && (
            <label className="check -mt-4 font-sans text-chrome">
              <input
                type="checkbox"
                checked={keySounds === "on"}
                onChange={(event) => setPreferences({ keySounds: event.currentTarget.checked ? "on" : "off" })}
              />
              Key sounds
            </label>
          )}
          <Choices
            legend="Theme"
            choices={THEMES}
            value={theme}
            onChoose={(value) => setPreferences({ theme: value })}
          />
          <section className="pointer-only">
            <h3 className="mb-2 font-sans text-chrome text-soft">Keyboard</h3>
            <button type="button" className="button" aria-haspopup="dialog" onClick={showShortcuts}>
              Keyboard shortcuts
            </button>
          </section>
          <section className="owner-only">
            <h3 className="mb-2 font-sans text-chrome text-soft">Owner</h3>
            <Link href="/owner" prefetch={false} className="button">
              Owner’s page
            </Link>
          </section>
          {wasOpened && (
            <OnDemand load={() => import("./reader-settings")}>{({ ReaderSettings }) => <ReaderSettings />}</OnDemand>
          )}
        </div>
      </Dialog>
    </>
  );
}

function showShortcuts(): void {
  currentCommands()
    .find(({ id }) => id === "shortcuts")
    ?.run();
}
