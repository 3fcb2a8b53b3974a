"use client";

import { useRef, useState } from "react";
import { type Imported, MAX_IMPORT_BYTES } from "@/lib/chat/imported";
import { type ImportProgress, type ImportUnderWay, importFile } from "@/lib/client/archive";
import { refreshConversations } from "@/lib/client/conversation-list";
import { Dialog } from "./dialog";

type State =
  | { phase: "idle" }
  | { phase: "under_way"; progress: ImportProgress }
  | { phase: "refused"; sentence: string }
  | { phase: "done"; result: Imported };

/** The button that asks for a file, and the dialog that tells what becomes of it. */
export function ImportButton() {
  const picker = useRef<HTMLInputElement>(null);
  const dialog = useRef<HTMLDialogElement>(null);
  const underWay = useRef<ImportUnderWay>(null);
  const [state, setState] = useState<State>({ phase: "idle" });

  async function take(file: File): Promise<void> {
    dialog.current?.showModal();
    if (file.size > MAX_IMPORT_BYTES) {
      return setState({ phase: "refused", sentence: "This file is too large: at most 200 MB can be imported." });
    }
    const tell = (progress: ImportProgress) => setState({ phase: "under_way", progress });
    tell({ phase: "sending", share: 0 });
    underWay.current = importFile(file, tell);
    const ended = await underWay.current.ended;
    setState("body" in ended ? { phase: "done", result: ended.body } : { phase: "refused", sentence: ended.sentence });
    void refreshConversations();
  }

  return (
    <>
      <button type="button" className="button" aria-haspopup="dialog" onClick={() => picker.current?.click()}>
        Import
      </button>
      <input
        ref={picker}
        type="file"
        hidden
        aria-label="File to import"
        accept=".json,.zip,application/json,application/zip"
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          // The same file can be picked again.
          event.currentTarget.value = "";
          if (file !== undefined) void take(file);
        }}
      />
      <Dialog dialog={dialog} title="Import" className="dialog-centred">
        <div className="grid gap-4 px-5 pt-3 pb-6 font-sans text-chrome text-ink">
          {state.phase === "under_way" && (
            <UnderWay progress={state.progress} onCancel={() => underWay.current?.cancel()} />
          )}
          {state.phase === "refused" && <p role="alert">{state.sentence}</p>}
          {state.phase === "done" && <Result result={state.result} />}
        </div>
      </Dialog>
    </>
  );
}

type UnderWayProps = { progress: ImportProgress; onCancel(): void };

function UnderWay({ progress: { phase, share }, onCancel }: UnderWayProps) {
  // What has been sent is read to its end before anything is kept; how long that takes is not known.
  const isReading = phase === "sending" && share === 1;
  const label = phase === "keeping" ? "Keeping the conversations" : isReading ? "Reading the file" : "Sending the file";
  return (
    <>
      <label className="grid gap-2">
        {label}
        <progress className="progress" {...(isReading ? {} : { value: share })} />
      </label>
      {phase === "sending" && !isReading && (
        <button type="button" className="button justify-self-start" onClick={onCancel}>
          Cancel
        </button>
      )}
    </>
  );
}

function Result({ result: { imported, known, skipped, unlisted } }: { result: Imported }) {
  const count = skipped.length + unlisted;
  return (
    <>
      <p role="status">
        {conversations(imported)} imported.
        {known > 0 && ` ${conversations(known)} had been here already.`}
        {count > 0 && ` ${conversations(count)} could not be imported.`}
      </p>
      {count > 0 && (
        <ul aria-label="Not imported" className="skipped">
          {skipped.map(({ title, reason }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes, and titles may be the same.
            <li key={index}>
              <span className="block text-ink">{title ?? "Without a title"}</span> {reason}
            </li>
          ))}
          {unlisted > 0 && <li>And {unlisted} more.</li>}
        </ul>
      )}
    </>
  );
}

function conversations(count: number): string {
  if (count === 0) return "No conversation";
  return count === 1 ? "One conversation" : `${count} conversations`;
}
