import type { ReactNode } from "react";

/** Each shows something off, and the demo model knows them all. */
const SUGGESTIONS = [
  { title: "A table", prompt: "Show me three famous typewriters in a table" },
  { title: "Some code", prompt: "Show me the code of a typewriter effect in TypeScript" },
  { title: "Mathematics", prompt: "Write down the quadratic formula and its proof" },
  { title: "A long read", prompt: "Write a long essay on the typewriter" },
];

/** The blank sheet before the first message. */
export function Welcome({ onSend, children }: { onSend(text: string): void; children: ReactNode }) {
  return (
    <div className="welcome">
      <h1 className="font-serif text-display text-ink">A fresh sheet.</h1>
      <p className="mt-2 font-serif text-reading text-soft">Ask anything, or begin with one of these.</p>
      <ul className="mt-8 grid gap-3 sm:grid-cols-2">
        {SUGGESTIONS.map(({ title, prompt }) => (
          <li key={title} className="grid">
            <button type="button" className="suggestion" onClick={() => onSend(prompt)}>
              <span className="font-sans text-small text-faint">{title}</span>
              <span className="font-serif text-note text-ink">{prompt}</span>
            </button>
          </li>
        ))}
      </ul>
      {children}
    </div>
  );
}
