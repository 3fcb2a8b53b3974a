"use client";

import type { ReactNode, RefObject } from "react";
import { Icon } from "./icons";

type DialogProps = {
  dialog: RefObject<HTMLDialogElement | null>;
  /** Its accessible name. */
  title: string;
  className: string;
  children: ReactNode;
};

/** A modal sheet with its title and a way out: the button, Esc, or a press beside it. */
export function Dialog({ dialog, title, className, children }: DialogProps) {
  const close = () => dialog.current?.close();
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a press on the backdrop is only another way to do what Esc does natively.
    <dialog
      ref={dialog}
      aria-label={title}
      className={`dialog ${className}`}
      onClick={(event) => event.target === dialog.current && close()}
    >
      <div className="dialog-head">
        <h2 className="font-serif text-title text-ink">{title}</h2>
        <button type="button" className="icon-button" aria-label="Close" title="Close" onClick={close}>
          <Icon name="close" />
        </button>
      </div>
      {children}
    </dialog>
  );
}
