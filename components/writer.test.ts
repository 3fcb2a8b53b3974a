import { describe, expect, test } from "vitest";
import { type Screen, startWriter } from "./writer";

const TEXT = "A platen is the roller of a typewriter. 👩‍👩‍👧 It turns by one line.";

function growingText() {
  let text = "";
  let hasEnded = false;
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of [...listeners]) listener();
  };
  return {
    listeners,
    read: () => ({ text, hasEnded }),
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    grow(more: string) {
      text += more;
      tell();
    },
    end() {
      hasEnded = true;
      tell();
    },
  };
}

function fakeScreen() {
  let nowMs = 0;
  let queued: (() => void)[] = [];
  const visibilityListeners = new Set<() => void>();
  const screen = {
    isHiddenNow: false,
    isReduced: false,
    nowMs: () => nowMs,
    requestFrame: (callback: () => void) => queued.push(callback),
    cancelFrame: () => {
      queued = [];
    },
    isHidden: () => screen.isHiddenNow,
    prefersReducedMotion: () => screen.isReduced,
    onVisibilityChange(listener: () => void) {
      visibilityListeners.add(listener);
      return () => visibilityListeners.delete(listener);
    },
    look(isHidden: boolean) {
      screen.isHiddenNow = isHidden;
      for (const listener of [...visibilityListeners]) listener();
    },
    hasFrame: () => queued.length > 0,
    run(frames: number) {
      for (let index = 0; index < frames; index++) {
        nowMs += 16;
        const due = queued;
        queued = [];
        for (const callback of due) callback();
      }
    },
  };
  return screen satisfies Screen;
}

function setUp(shownText = "") {
  const source = growingText();
  const screen = fakeScreen();
  const page = { text: shownText, isFinished: false, written: 0 };
  const surface = {
    append(text: string) {
      page.text += text;
    },
    finish() {
      page.isFinished = true;
    },
  };
  if (shownText !== "") source.grow(shownText);
  const start = () =>
    startWriter({ source, surface, mode: "smooth", shownText, onWritten: () => void page.written++ }, screen);
  return { source, screen, page, start };
}

describe("a writer", () => {
  test("reveals bit by bit, and all of it within 250 ms after the end", () => {
    const { source, screen, page, start } = setUp();
    start();
    source.grow(TEXT);
    screen.run(3);
    expect(TEXT.startsWith(page.text)).toBe(true);
    expect(page.text.length).toBeLessThan(TEXT.length);
    source.end();
    screen.run(17);
    expect(page).toEqual({ text: TEXT, isFinished: true, written: 1 });
    expect(source.listeners.size).toBe(0);
    expect(screen.hasFrame()).toBe(false);
  });

  test("asks for no frames while there is nothing to show", () => {
    const { source, screen, start } = setUp();
    start();
    source.grow("Quiet. ");
    screen.run(200);
    expect(screen.hasFrame()).toBe(false);
  });

  test("stopped, it counts what is shown and never shows more", () => {
    const { source, screen, page, start } = setUp();
    const writer = start();
    source.grow(TEXT);
    screen.run(4);
    const shown = writer.freeze();
    expect(shown).toBe(page.text.length);
    source.grow("more");
    source.end();
    screen.run(40);
    expect(page.text).toBe(TEXT.slice(0, shown));
    expect(page.written).toBe(1);
  });

  test("shows what arrives at once in a hidden tab, where no frame comes", () => {
    const { source, screen, page, start } = setUp();
    start();
    source.grow("One.");
    screen.look(true);
    source.grow(" Two. ");
    // Only the last grapheme waits for a sign that it is whole.
    expect(page.text).toBe("One. Two.");
    source.end();
    expect(page).toEqual({ text: "One. Two. ", isFinished: true, written: 1 });
  });

  test("replays nothing when the tab is looked at again, and goes on", () => {
    const { source, screen, page, start } = setUp();
    start();
    screen.look(true);
    source.grow(TEXT);
    screen.look(false);
    expect(page.text).toBe(TEXT.slice(0, -1));
    screen.run(20);
    expect(page.text).toBe(TEXT);
  });

  test("shows everything in the next frame under reduced motion", () => {
    const { source, screen, page, start } = setUp();
    screen.isReduced = true;
    start();
    source.grow(`${TEXT} `);
    screen.run(1);
    expect(page.text.length).toBeGreaterThanOrEqual(TEXT.length);
  });

  test("goes on after what stood there before", () => {
    const { source, screen, page, start } = setUp("Before. ");
    const writer = start();
    source.grow("After.");
    source.end();
    screen.run(20);
    expect(page.text).toBe("Before. After.");
    expect(writer.freeze()).toBe("Before. After.".length);
  });

  test("left, it lets go of everything and reports nothing", () => {
    const { source, screen, page, start } = setUp();
    const writer = start();
    source.grow(TEXT);
    writer.leave();
    screen.run(20);
    expect(page).toEqual({ text: "", isFinished: true, written: 0 });
    expect(source.listeners.size).toBe(0);
  });
});
