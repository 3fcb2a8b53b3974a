"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { enter, onEntered } from "@/lib/client/access";
import { beGate, dismissGate, useGate } from "@/lib/client/gate";
import { applyPreferences } from "@/lib/client/preferences";
import { Dialog } from "./dialog";

/** The page of a visitor who is not let in. It stands at the address they came for, and gives way to it. */
export function GatePage() {
  const router = useRouter();
  useEffect(applyPreferences, []);
  useEffect(beGate, []);
  useEffect(() => onEntered(() => router.refresh()), [router]);
  return (
    <main className="gate">
      <title>Access code · Platen</title>
      <h1 className="font-serif text-display text-ink">Platen is kept for guests.</h1>
      <p className="font-serif text-reading text-soft">
        Whoever runs it has a code for you, or a link that lets you in.
      </p>
      <GateForm />
    </main>
  );
}

/** Stands before an open page whose code is no longer taken. What is on the page stays, and so does the draft. */
export function GateDialog() {
  const { isAsked, isPage } = useGate();
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = isAsked && !isPage;
  useEffect(() => {
    const element = dialog.current;
    if (!isOpen || element === null) return;
    element.showModal();
    element.querySelector("input")?.focus();
    element.addEventListener("close", dismissGate);
    return () => {
      element.removeEventListener("close", dismissGate);
      element.close();
    };
  }, [isOpen]);
  return (
    <Dialog dialog={dialog} title="Access code" className="dialog-centred">
      <div className="grid gap-4 px-5 pt-2 pb-6">
        <p className="font-serif text-ink">To go on, Platen asks for a code. What you wrote is kept.</p>
        {isOpen && <GateForm />}
      </div>
    </Dialog>
  );
}

function GateForm() {
  const { refused } = useGate();
  const [isTrying, setIsTrying] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const code = field.current?.value.trim() ?? "";
    if (isTrying || code === "") return field.current?.focus();
    setIsTrying(true);
    const isIn = await enter(code);
    setIsTrying(false);
    if (!isIn) field.current?.select();
  }

  return (
    // Before the page is alive, a form of this method goes nowhere: no code into the address, nothing typed is lost.
    <form method="dialog" className="gate-form" onSubmit={submit}>
      <label htmlFor={`${id}-code`} className="font-sans text-chrome text-soft">
        Access code
      </label>
      <div className="gate-row">
        <input
          ref={field}
          id={`${id}-code`}
          className="field"
          autoComplete="off"
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          enterKeyHint="go"
          defaultValue={refused?.code}
          aria-invalid={refused !== null}
          aria-describedby={`${id}-refused`}
        />
        <button type="submit" className="button button-main" aria-disabled={isTrying}>
          Enter
        </button>
      </div>
      <p id={`${id}-refused`} role="alert" className="gate-refused">
        {isTrying ? "" : refused?.sentence}
      </p>
    </form>
  );
}
