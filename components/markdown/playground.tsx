"use client";

import { useEffect, useRef, useState } from "react";
import { type LiveMarkdown, showMarkdown } from "./live-markdown";
import { answerPresses } from "./presses";

/** Streams what is typed in, so many characters a second. */
export function Playground() {
  const sheet = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const stream = useRef<number | undefined>(undefined);
  const [charactersPerSecond, setCharactersPerSecond] = useState(200);

  useEffect(() => (sheet.current === null ? undefined : answerPresses(sheet.current)), []);
  useEffect(() => () => cancelAnimationFrame(stream.current ?? 0), []);

  function play(): void {
    if (sheet.current === null || field.current === null) return;
    cancelAnimationFrame(stream.current ?? 0);
    write(field.current.value, showMarkdown(sheet.current, "", { hasCaret: true }), performance.now());
  }

  function write(text: string, view: LiveMarkdown, startMs: number, shown = 0): void {
    stream.current = requestAnimationFrame((nowMs) => {
      const due = Math.min(text.length, Math.ceil(((nowMs - startMs) / 1000) * charactersPerSecond));
      if (due > shown) view.append(text.slice(shown, due));
      if (due === text.length) view.finish();
      else write(text, view, startMs, Math.max(due, shown));
    });
  }

  return (
    <main className="scroller h-dvh">
      <div className="sheet gap-4 px-5 py-6">
        <label className="grid gap-1 text-small text-soft">
          Markdown
          <textarea ref={field} rows={10} className="rounded-key border border-edge bg-raised p-3 font-mono text-ink" />
        </label>
        <label className="flex items-center gap-3 text-small text-soft">
          {charactersPerSecond} characters a second
          <input
            type="range"
            min={10}
            max={5000}
            value={charactersPerSecond}
            onChange={({ target }) => setCharactersPerSecond(target.valueAsNumber)}
          />
          <button type="button" className="button" onClick={play}>
            Write
          </button>
        </label>
        <div ref={sheet} className="answer-text" />
      </div>
    </main>
  );
}
