import { expect, test } from "vitest";
import { editsLast, sendsMessage, stopsAnswer } from "./keys";

const PLAIN = { keyCode: 13, isComposing: false, shiftKey: false, altKey: false, ctrlKey: false, metaKey: false };
const ENTER = { ...PLAIN, key: "Enter" };
const ESCAPE = { ...PLAIN, key: "Escape", keyCode: 27 };

test("Enter sends, Shift and Alt make a new line", () => {
  expect(sendsMessage(ENTER, false)).toBe(true);
  expect(sendsMessage({ ...ENTER, shiftKey: true }, false)).toBe(false);
  expect(sendsMessage({ ...ENTER, altKey: true }, false)).toBe(false);
});

test("no other key sends", () => {
  expect(sendsMessage({ ...ENTER, key: "a" }, false)).toBe(false);
});

test("Enter that chooses a word of a composition does not send", () => {
  expect(sendsMessage({ ...ENTER, isComposing: true }, false)).toBe(false);
  expect(sendsMessage({ ...ENTER, keyCode: 229 }, false)).toBe(false);
});

test("on touch Enter is a new line, unless a real keyboard says Ctrl or ⌘", () => {
  expect(sendsMessage(ENTER, true)).toBe(false);
  expect(sendsMessage({ ...ENTER, ctrlKey: true }, true)).toBe(true);
  expect(sendsMessage({ ...ENTER, metaKey: true }, true)).toBe(true);
});

test("Esc stops, unless it ends a composition", () => {
  expect(stopsAnswer(ESCAPE)).toBe(true);
  expect(stopsAnswer({ ...ESCAPE, isComposing: true })).toBe(false);
  expect(stopsAnswer(ENTER)).toBe(false);
});

test("the up-arrow alone takes up the last message, and not while a word is being composed", () => {
  const up = { ...PLAIN, key: "ArrowUp", keyCode: 38 };
  expect(editsLast(up)).toBe(true);
  expect(editsLast({ ...up, key: "ArrowDown" })).toBe(false);
  expect(editsLast({ ...up, shiftKey: true })).toBe(false);
  expect(editsLast({ ...up, isComposing: true })).toBe(false);
});
