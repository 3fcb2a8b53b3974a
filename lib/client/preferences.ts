import { useSyncExternalStore } from "react";
import type { PaceMode } from "../typewriter/pace";
import { PREFERENCES_KEY } from "./before-paint";
import { browserStorage } from "./browser-storage";

export type Preferences = {
  speed: PaceMode;
  theme: "system" | "light" | "dark";
  sidebar: "open" | "collapsed";
  /** Shortcuts of a single key, which can be pressed by accident or by a voice. */
  singleKeys: "on" | "off";
  /** Of the typewriter speed. */
  keySounds: "on" | "off";
};

const DEFAULTS: Preferences = { speed: "smooth", theme: "system", sidebar: "open", singleKeys: "on", keySounds: "off" };
const CHOICES: { [Name in keyof Preferences]: readonly Preferences[Name][] } = {
  speed: ["instant", "smooth", "typewriter"],
  theme: ["system", "light", "dark"],
  sidebar: ["open", "collapsed"],
  singleKeys: ["on", "off"],
  keySounds: ["on", "off"],
};

/** The preferences in `stored`, each one that is missing or unknown replaced by its default. */
export function parsePreferences(stored: string | null): Preferences {
  let found: Partial<Record<keyof Preferences, unknown>> = {};
  try {
    const parsed: unknown = JSON.parse(stored ?? "{}");
    if (typeof parsed === "object" && parsed !== null) found = parsed;
  } catch {
    // Not ours, or damaged: the defaults stand.
  }
  const choose = <Name extends keyof Preferences>(name: Name): Preferences[Name] =>
    CHOICES[name].find((choice) => choice === found[name]) ?? DEFAULTS[name];
  return {
    speed: choose("speed"),
    theme: choose("theme"),
    sidebar: choose("sidebar"),
    singleKeys: choose("singleKeys"),
    keySounds: choose("keySounds"),
  };
}

let current: Preferences | undefined;
const listeners = new Set<() => void>();

export function preferences(): Preferences {
  current ??= parsePreferences(browserStorage()?.getItem(PREFERENCES_KEY) ?? null);
  return current;
}

/** Keeps `change`, shows it at once, and stores it where storage is allowed. */
export function setPreferences(change: Partial<Preferences>): void {
  current = { ...preferences(), ...change };
  mark(current);
  try {
    browserStorage()?.setItem(PREFERENCES_KEY, JSON.stringify(current));
  } catch {
    // Full or forbidden: the choice lives as long as the page.
  }
  for (const listener of listeners) listener();
}

/** Marks the root with the stored choices, on a page that was made in the browser, where no script of the head has run. */
export function applyPreferences(): void {
  mark(preferences());
}

function mark({ theme, sidebar }: Preferences): void {
  const { dataset } = document.documentElement;
  if (theme === "system") delete dataset.theme;
  else dataset.theme = theme;
  if (sidebar === "open") delete dataset.sidebar;
  else dataset.sidebar = sidebar;
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, preferences, () => DEFAULTS);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
