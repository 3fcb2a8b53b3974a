import { useSyncExternalStore } from "react";
import { browserStorage } from "./browser-storage";

/** A model that may be picked. */
export type PickableModel = { id: string; displayName: string };

/** `chosen` writes the next answers, or the configured model for null. `listed`, that one first, is null until somebody asked. */
export type Models = { chosen: PickableModel | null; listed: readonly PickableModel[] | null };

const KEY = "platen.model";
const NONE: Models = { chosen: null, listed: null };

let models: Models | undefined;
let asking: Promise<void> | undefined;
const listeners = new Set<() => void>();

/** What the reader chose, as it was stored; null for what is not ours. */
export function parseChoice(stored: string | null): PickableModel | null {
  try {
    const { id, displayName } = (JSON.parse(stored ?? "null") ?? {}) as Partial<PickableModel>;
    return typeof id === "string" && typeof displayName === "string" ? { id, displayName } : null;
  } catch {
    return null; // Damaged: the configured model answers.
  }
}

function read(): Models {
  models ??= { chosen: parseChoice(browserStorage()?.getItem(KEY) ?? null), listed: null };
  return models;
}

function change(changed: Models): void {
  models = changed;
  for (const listener of listeners) listener();
}

/** The model that is to write the next answer; undefined for the configured one. */
export function chosenModel(): string | undefined {
  return read().chosen?.id;
}

/** Lets `model` write the next answers, in this browser; null for the configured one. */
export function chooseModel(model: PickableModel | null): void {
  change({ ...read(), chosen: model });
  try {
    if (model === null) browserStorage()?.removeItem(KEY);
    else browserStorage()?.setItem(KEY, JSON.stringify(model));
  } catch {
    // Full or forbidden: the choice lives as long as the page.
  }
}

/** Asks the server what may be picked, once for the page. A choice that is not offered any more is let go. */
export function loadModels(): Promise<void> {
  asking ??= load().catch(() => {
    asking = undefined; // Offline: asked for again the next time.
  });
  return asking;
}

async function load(): Promise<void> {
  const response = await fetch("/api/models", { headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(`status ${response.status}`);
  const { models: listed } = (await response.json()) as { models: PickableModel[] };
  const { chosen } = read();
  change({ chosen, listed });
  if (chosen !== null && !listed.some(({ id }) => id === chosen.id)) chooseModel(null);
}

export function useModels(): Models {
  return useSyncExternalStore(subscribe, read, () => NONE);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
