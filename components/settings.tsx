"use client";

import { useRef } from "react";
import { type Preferences, setPreferences, usePreferences } from "@/lib/client/preferences";
import { Dialog } from "./dialog";
import { Icon } from "./icons";

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
  const { speed, theme } = usePreferences();
  return (
    <>
      <button
        type="button"
        className="icon-button"
        aria-label="Settings"
        title="Settings"
        aria-haspopup="dialog"
        onClick={() => dialog.current?.showModal()}
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
          <Choices
            legend="Theme"
            choices={THEMES}
            value={theme}
            onChoose={(value) => setPreferences({ theme: value })}
          />
        </div>
      </Dialog>
    </>
  );
}

type Choice<Value> = { value: Value; label: string };
type ChoicesProps<Value> = {
  legend: string;
  choices: readonly Choice<Value>[];
  value: Value;
  onChoose(value: Value): void;
};

function Choices<Value extends string>({ legend, choices, value, onChoose }: ChoicesProps<Value>) {
  return (
    <fieldset>
      <legend className="mb-2 font-sans text-chrome text-soft">{legend}</legend>
      <div className="choices">
        {choices.map((choice) => (
          <label key={choice.value} className="choice">
            <input
              type="radio"
              className="sr-only"
              name={legend}
              checked={choice.value === value}
              onChange={() => onChoose(choice.value)}
            />
            {choice.label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
