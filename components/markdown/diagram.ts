/** A diagram with more source than this is not drawn. */
const MAX_SOURCE_LENGTH = 20_000;
const TIME_LIMIT_MS = 5000;
const MAX_SIDE_PX = 4000;

/** What ends the waiting for a frame. */
const ends = new WeakMap<Element, () => void>();

/**
 * Draws the diagram above its code, in a frame that can do nothing but draw: it is of no origin, and may fetch nothing.
 * What cannot be drawn within five seconds stays code.
 */
export function drawDiagram(code: HTMLElement, button: HTMLElement, source: string): void {
  const drawn = code.querySelector(".diagram");
  if (drawn !== null) {
    ends.get(drawn)?.();
    drawn.remove();
    say(button, "Draw");
    return;
  }
  if (source.length > MAX_SOURCE_LENGTH) {
    say(button, "Too large to draw");
    return;
  }
  const frame = document.createElement("iframe");
  frame.className = "diagram diagram-waiting";
  frame.title = "Diagram";
  frame.setAttribute("sandbox", "allow-scripts");
  frame.src = "/diagram";
  say(button, "Drawing…");

  const fail = () => {
    stop();
    frame.remove();
    say(button, "Cannot be drawn");
  };
  const timer = setTimeout(fail, TIME_LIMIT_MS);
  const listen = ({ source: sender, data }: MessageEvent) => {
    if (sender !== frame.contentWindow || typeof data !== "object" || data === null) return;
    switch (data.type) {
      case "ready": {
        const { color, fontFamily } = getComputedStyle(code);
        const isDark = getComputedStyle(document.documentElement).colorScheme === "dark";
        frame.contentWindow?.postMessage({ source, color, fontFamily, isDark }, "*");
        return;
      }
      case "drawn":
        stop();
        frame.style.height = `${clamp(data.height)}px`;
        frame.style.width = `${clamp(data.width)}px`;
        frame.classList.remove("diagram-waiting");
        say(button, "Show code only");
        return;
      case "failed":
        fail();
        return;
    }
  };
  const stop = () => {
    clearTimeout(timer);
    window.removeEventListener("message", listen);
  };
  ends.set(frame, stop);
  window.addEventListener("message", listen);
  code.querySelector("pre")?.before(frame);
}

function say(button: HTMLElement, text: string): void {
  button.textContent = text;
}

function clamp(side: unknown): number {
  return typeof side === "number" && side > 0 ? Math.min(MAX_SIDE_PX, Math.ceil(side)) : 1;
}
