"use client";

import { useRef, useState } from "react";
import { flushSync } from "react-dom";
import { deleteEverything } from "@/lib/client/archive";
import { EXPORT_ADDRESS } from "@/lib/client/exports";
import { forgetWritten } from "@/lib/client/forget";
import { ImportButton } from "./import-dialog";
import { RefusedSentence } from "./refused-sentence";

/** What belongs to the reader: to be taken along, brought in, and deleted. */
export function DataSettings() {
  return (
    <section>
      <h3 className="mb-2 font-sans text-chrome text-soft">Your data</h3>
      <p className="mb-3 font-sans text-small text-soft">
        Take everything along as one file, or bring in a file from Platen, ChatGPT or Claude.
      </p>
      <div className="flex flex-wrap gap-2">
        <a className="button" href={EXPORT_ADDRESS} download>
          Export everything
        </a>
        <ImportButton />
      </div>
      <DeleteEverything />
    </section>
  );
}

const CONFIRMATION = "delete";

function DeleteEverything() {
  const [isAsking, setIsAsking] = useState(false);
  const [typed, setTyped] = useState("");
  const button = useRef<HTMLButtonElement>(null);
  const [sentence, setSentence] = useState("");
  const isConfirmed = typed.trim().toLowerCase() === CONFIRMATION;

  async function erase(): Promise<void> {
    const deleted = await deleteEverything();
    if ("sentence" in deleted) return setSentence(deleted.sentence);
    forgetWritten();
    window.location.assign("/");
  }

  function keep(): void {
    flushSync(() => setIsAsking(false));
    button.current?.focus();
  }

  if (!isAsking) {
    return (
      <button ref={button} type="button" className="button mt-2" onClick={() => setIsAsking(true)}>
        Delete everything
      </button>
    );
  }
  return (
    <form
      className="mt-4 grid gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (isConfirmed) void erase();
      }}
    >
      <p className="font-sans text-small text-soft">
        This deletes all your conversations with every version of every answer, what is attached to them, their shared
        links, and what you have written here and not sent. Answers under way are ended. It cannot be undone: export
        everything first if you may want it back.
      </p>
      <label className="grid gap-1 font-sans text-small text-ink">
        Type “{CONFIRMATION}” to confirm
        <input
          className="field"
          // biome-ignore lint/a11y/noAutofocus: the field answers the button that was just pressed in its place.
          autoFocus
          autoComplete="off"
          autoCapitalize="none"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      </label>
      <div className="flex flex-wrap gap-2">
        <button type="submit" className="button button-grave" disabled={!isConfirmed}>
          Delete for good
        </button>
        <button type="button" className="button" onClick={keep}>
          Keep everything
        </button>
      </div>
      <RefusedSentence sentence={sentence} />
    </form>
  );
}
