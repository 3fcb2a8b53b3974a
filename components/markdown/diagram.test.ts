import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { drawDiagram } from "./diagram";

type Frame = { contentWindow: object; style: Record<string, string>; remove(): void };

/** What is asked of a code block with a button, and of the page around it. */
function page() {
  const frames: Frame[] = [];
  const shown: Frame[] = [];
  const listeners = new Set<(event: object) => void>();
  vi.stubGlobal("document", {
    createElement(): Frame {
      const frame = {
        contentWindow: {},
        style: {},
        classList: { remove() {} },
        setAttribute() {},
        remove: () => void shown.splice(shown.indexOf(frame), 1),
      };
      frames.push(frame);
      return frame;
    },
  });
  vi.stubGlobal("window", {
    addEventListener: (_type: string, listener: (event: object) => void) => listeners.add(listener),
    removeEventListener: (_type: string, listener: (event: object) => void) => listeners.delete(listener),
  });
  const lines = { before: (frame: Frame) => shown.push(frame) };
  const code = { querySelector: (selector: string) => (selector === "pre" ? lines : (shown[0] ?? null)) };
  const button = { textContent: "Draw" };
  return {
    button,
    frames,
    shown,
    listeners,
    press: () => drawDiagram(code as unknown as HTMLElement, button as unknown as HTMLElement, "graph TD; a-->b"),
    say(index: number, data: object) {
      for (const listener of listeners) listener({ source: frames[index]?.contentWindow, data });
    },
  };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("waits no longer for a frame that was taken away before it had drawn", () => {
  const { button, frames, shown, listeners, press, say } = page();
  press();
  press();
  expect([button.textContent, shown.length, listeners.size, vi.getTimerCount()]).toEqual(["Draw", 0, 0, 0]);
  press();
  say(1, { type: "drawn", width: 10, height: 20 });
  vi.advanceTimersByTime(60_000);
  expect(button.textContent).toBe("Show code only");
  expect(shown).toEqual([frames[1]]);
});

it("gives up a frame that has not drawn within five seconds", () => {
  const { button, shown, listeners, press } = page();
  press();
  vi.advanceTimersByTime(5000);
  expect([button.textContent, shown.length, listeners.size]).toEqual(["Cannot be drawn", 0, 0]);
});
