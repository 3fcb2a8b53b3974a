"use client";

import { useEffect, useEffectEvent, useRef, useState } from "react";
import { enter } from "@/lib/client/access";
import { takeArrival } from "@/lib/client/arrival";
import { redeemDeviceLink } from "@/lib/client/device";
import { Dialog } from "./dialog";
import { RefusedSentence } from "./refused-sentence";

/** Does what the link says that the page was opened with: lets its reader in, or asks whether to move here. */
export function Arrivals() {
  const [token, setToken] = useState<string>();
  useEffect(() => {
    const arrive = () => {
      const arrival = takeArrival();
      if (arrival?.type === "code") void enter(arrival.code);
      if (arrival?.type === "device") setToken(arrival.token);
    };
    arrive();
    window.addEventListener("hashchange", arrive);
    return () => window.removeEventListener("hashchange", arrive);
  }, []);
  return token === undefined ? null : <MoveHere key={token} token={token} onCancel={() => setToken(undefined)} />;
}

/** A link may be opened by what only looks at it: nothing moves before the reader says so. */
function MoveHere({ token, onCancel }: { token: string; onCancel(): void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [sentence, setSentence] = useState("");
  const [isMoving, setIsMoving] = useState(false);
  // Read by the listener only, which is there as long as the dialog.
  const cancel = useEffectEvent(onCancel);
  useEffect(() => {
    const element = dialog.current;
    const closed = () => cancel();
    element?.showModal();
    element?.addEventListener("close", closed);
    return () => {
      element?.removeEventListener("close", closed);
      element?.close();
    };
  }, []);

  async function move(): Promise<void> {
    if (isMoving) return;
    setIsMoving(true);
    const moved = await redeemDeviceLink(token);
    // Everything on the page is of the visitor this browser was: it begins again.
    if (moved.type === "done") return window.location.assign("/");
    setIsMoving(false);
    setSentence(moved.error.message);
  }

  return (
    <Dialog dialog={dialog} title="Continue here" className="dialog-centred">
      <div className="grid gap-4 px-5 pt-2 pb-6">
        <p className="font-serif text-ink">
          Your conversations from the other device will be in this browser too. What was begun in this browser before
          cannot be reached from it any more. The link works once.
        </p>
        <RefusedSentence sentence={sentence} />
        <div className="flex flex-wrap gap-2">
          <button type="button" className="button button-main" aria-disabled={isMoving} onClick={move}>
            Continue here
          </button>
          <button type="button" className="button" onClick={onCancel}>
            Cancel
          </button>
        </div>
      </div>
    </Dialog>
  );
}
