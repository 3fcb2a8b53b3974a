"use client";

import { type MouseEvent, useEffect, useState } from "react";
import { copyRich } from "./copy-rich";
import { copyText } from "./copy-text";
import { Icon } from "./icons";

const COPIED_FOR_MS = 2000;

/** Copies an answer: as the Markdown it was written in, or as it looks. */
export function CopyButtons({ text }: { text: string }) {
  return (
    <>
      <CopyButton name="Copy" title="Copy as Markdown" icon="copy" copy={() => copyText(text)} />
      <CopyButton
        name="Copy as rich text"
        title="Copy as rich text"
        icon="rich"
        copy={(button) => {
          const shown = button.closest("article")?.querySelector(":scope > .answer-text");
          return shown ? copyRich(shown, text) : copyText(text);
        }}
      />
    </>
  );
}

type CopyButtonProps = {
  /** Its accessible name. */
  name: string;
  title: string;
  icon: "copy" | "rich";
  /** Resolves to whether it is on the clipboard. */
  copy(button: Element): Promise<boolean>;
};

function CopyButton({ name, title, icon, copy }: CopyButtonProps) {
  const [copiedAtMs, setCopiedAtMs] = useState(0);
  const isCopied = copiedAtMs > 0;

  useEffect(() => {
    if (copiedAtMs === 0) return;
    const timer = setTimeout(() => setCopiedAtMs(0), COPIED_FOR_MS);
    return () => clearTimeout(timer);
  }, [copiedAtMs]);

  async function press({ currentTarget }: MouseEvent): Promise<void> {
    if (await copy(currentTarget)) setCopiedAtMs(performance.now());
  }

  return (
    <>
      <button type="button" className="icon-button" aria-label={name} title={title} onClick={press}>
        {isCopied ? <Icon name="check" /> : <Icon name={icon} />}
      </button>
      <span className="sr-only" aria-live="polite">
        {isCopied ? "Copied" : ""}
      </span>
    </>
  );
}
