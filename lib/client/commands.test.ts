import { expect, test } from "vitest";
import { isPressed, keysOf } from "./commands";

const KEY = { key: "", ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, isComposing: false };

test("a shortcut with Ctrl is pressed with Ctrl or ⌘, and Shift counts for letters", () => {
  const palette = { key: "k", withMod: true } as const;
  expect(isPressed(palette, { ...KEY, key: "k", ctrlKey: true })).toBe(true);
  expect(isPressed(palette, { ...KEY, key: "K", metaKey: true })).toBe(true);
  expect(isPressed(palette, { ...KEY, key: "K", metaKey: true, shiftKey: true })).toBe(false);
  expect(isPressed(palette, { ...KEY, key: "k" })).toBe(false);
  expect(isPressed(palette, { ...KEY, key: "k", ctrlKey: true, altKey: true })).toBe(false);
  const anew = { key: "o", withMod: true, withShift: true } as const;
  expect(isPressed(anew, { ...KEY, key: "O", ctrlKey: true, shiftKey: true })).toBe(true);
});

test("a sign is a sign however the keyboard makes it, but not while a word is composed", () => {
  const list = { key: "?" };
  expect(isPressed(list, { ...KEY, key: "?", shiftKey: true })).toBe(true);
  expect(isPressed(list, { ...KEY, key: "?" })).toBe(true);
  expect(isPressed(list, { ...KEY, key: "?", ctrlKey: true })).toBe(false);
  expect(isPressed(list, { ...KEY, key: "?", isComposing: true })).toBe(false);
});

test("keys are named as they stand on the reader's keyboard", () => {
  expect(keysOf({ key: "o", withMod: true, withShift: true }, false)).toEqual(["Ctrl", "Shift", "O"]);
  expect(keysOf({ key: "k", withMod: true }, true)).toEqual(["⌘", "K"]);
  expect(keysOf({ key: "Esc" }, true)).toEqual(["Esc"]);
});
