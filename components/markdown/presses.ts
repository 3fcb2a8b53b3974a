import { copyText } from "../copy-text";
import { drawDiagram } from "./diagram";
import { watchFit } from "./fits";
import { tableToCsv, tableToMarkdown } from "./table-text";

/**
 * Answers what is pressed in the markdown under `root`, now and later. One listener serves all: an answer holds no
 * code of its own, so it works the same whether it grew in the page or came with it.
 */
export function answerPresses(root: HTMLElement): () => void {
  const listen = ({ target }: Event) => {
    const button = target instanceof Element ? target.closest<HTMLElement>("[data-press]") : null;
    if (button !== null) press(button);
  };
  root.addEventListener("click", listen);
  return () => root.removeEventListener("click", listen);
}

function press(button: HTMLElement): void {
  const code = button.closest<HTMLElement>(".code");
  const table = button.closest(".figure-table")?.querySelector("table");
  switch (button.dataset.press) {
    case "copy-code":
      if (code !== null) void copy(button, sourceOf(code));
      return;
    case "download":
      if (code !== null) download(code);
      return;
    case "wrap":
      if (code !== null) wrap(code, button);
      return;
    case "draw":
      if (code !== null) drawDiagram(code, button, sourceOf(code));
      return;
    case "copy-markdown":
      if (table) void copy(button, tableToMarkdown(table));
      return;
    case "copy-csv":
      if (table) void copy(button, tableToCsv(table));
      return;
    case "footnote":
      showFootnote(button);
      return;
  }
}

function wrap(code: HTMLElement, button: HTMLElement): void {
  button.setAttribute("aria-pressed", String(code.classList.toggle("code-wrapped")));
  const lines = code.querySelector("pre");
  if (lines !== null) watchFit(lines);
}

function sourceOf(code: HTMLElement): string {
  return code.querySelector("pre")?.textContent ?? "";
}

const COPIED_FOR_MS = 2000;

async function copy(button: HTMLElement, text: string): Promise<void> {
  if (!(await copyText(text))) return;
  const label = button.dataset.label ?? button.textContent;
  button.dataset.label = label;
  button.textContent = "Copied";
  // Read out where it stands, once.
  button.setAttribute("aria-live", "polite");
  setTimeout(() => {
    button.textContent = label;
    button.removeAttribute("aria-live");
  }, COPIED_FOR_MS);
}

const ENDINGS: Record<string, string> = {
  bash: "sh",
  csharp: "cs",
  javascript: "js",
  kotlin: "kt",
  markdown: "md",
  mermaid: "mmd",
  python: "py",
  ruby: "rb",
  rust: "rs",
  shell: "sh",
  typescript: "ts",
};

function download(code: HTMLElement): void {
  const language = (code.dataset.language ?? "").toLowerCase();
  const ending = ENDINGS[language] ?? (/^[a-z]\w{0,9}$/.test(language) ? language : "txt");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([sourceOf(code)], { type: "text/plain" }));
  link.download = `code.${ending}`;
  link.click();
  URL.revokeObjectURL(link.href);
}

function showFootnote(button: HTMLElement): void {
  const notes = button.closest(".answer-text")?.querySelectorAll<HTMLElement>(".footnote") ?? [];
  const note = [...notes].find(({ dataset }) => dataset.footnote === button.dataset.footnote);
  if (note === undefined) return;
  note.tabIndex = -1;
  note.focus({ preventScroll: true });
  note.scrollIntoView({ block: "nearest" });
}
