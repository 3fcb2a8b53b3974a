import { readFile } from "node:fs/promises";
import { join } from "node:path";

const MERMAID = join(process.cwd(), "node_modules", "mermaid", "dist", "mermaid.min.js");

/** Runs in the frame: draws the one source it is sent, and tells the size. */
const DRAW = `
addEventListener("message", async ({ data }) => {
  try {
    mermaid.initialize({
      startOnLoad: false, securityLevel: "strict", htmlLabels: false, maxTextSize: 20000, maxEdges: 400,
      theme: data.isDark ? "dark" : "neutral", fontFamily: data.fontFamily,
      flowchart: { htmlLabels: false, useMaxWidth: false }, sequence: { useMaxWidth: false }, gantt: { useMaxWidth: false }
    });
    const { svg } = await mermaid.render("diagram", data.source);
    const drawn = new DOMParser().parseFromString(svg, "text/html").querySelector("svg");
    document.body.replaceChildren(drawn);
    const box = drawn.getBoundingClientRect();
    parent.postMessage({ type: "drawn", width: box.width, height: box.height }, "*");
  } catch {
    parent.postMessage({ type: "failed" }, "*");
  }
}, { once: true });
parent.postMessage({ type: "ready" }, "*");
`;

/** Mermaid and what drives it. The frame that asks is of no origin, so this must be readable from any. */
export async function GET(): Promise<Response> {
  return new Response(`${await readFile(MERMAID, "utf8")}\n${DRAW}`, {
    headers: {
      "content-type": "text/javascript; charset=utf-8",
      "cross-origin-resource-policy": "cross-origin",
      "x-content-type-options": "nosniff",
      "cache-control": "public, max-age=3600",
    },
  });
}
