import { showMarkdown } from "@/components/markdown/live-markdown";

/** Mounts the renderer of answers exactly as the app uses it, without the reveal's pacing. */
export function mount(element: HTMLElement): { append(text: string): void; finish(): void } {
  const answer = document.createElement("div");
  answer.className = "answer-text";
  element.append(answer);
  return showMarkdown(answer, "", { hasCaret: true });
}
