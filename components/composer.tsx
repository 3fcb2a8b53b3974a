"use client";

import { type KeyboardEvent, type MouseEvent, type RefObject, useEffect, useRef, useSyncExternalStore } from "react";
import { pageDrafts } from "@/lib/client/drafts";
import { Icon } from "./icons";
import { editsLast, sendsMessage } from "./keys";

export type Field = RefObject<HTMLTextAreaElement | null>;

type ComposerProps = {
  field: Field;
  /** Which draft is being written. */
  draftKey: string;
  isAnswering: boolean;
  onSend(text: string): void;
  onStop(): void;
  /** The up-arrow in an empty field. Whether there was a message to edit. */
  onEditLast(): boolean;
};

/** Where a message is written. The button stays in its place when Send becomes Stop. */
export function Composer({ field, draftKey, isAnswering, onSend, onStop, onEditLast }: ComposerProps) {
  const drafts = pageDrafts();
  const text = useSyncExternalStore(
    drafts.subscribe,
    () => drafts.read(draftKey),
    () => "",
  );
  // While an answer is under way, what is sent waits for its end.
  const canSend = text.trim() !== "";
  useFieldOnArrival(field, (typed) => drafts.write(draftKey, typed));
  useHeightOfText(field, text);

  function send(): void {
    if (canSend) onSend(text);
  }

  function stop(event: MouseEvent): void {
    // By the time the click has its default effect this is the Send button, and would send what is being written.
    event.preventDefault();
    onStop();
    // Send, in its place, cannot be pressed and would lose the focus.
    returnTo(field);
  }

  function press(event: KeyboardEvent<HTMLTextAreaElement>): void {
    const { nativeEvent: key } = event;
    const isEdit = text === "" && editsLast(key) && onEditLast();
    const isSend = !isEdit && sendsMessage(key, isTouch());
    if (isEdit || isSend) event.preventDefault();
    if (isSend) send();
  }

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        ref={field}
        aria-label="Message"
        className="composer-field"
        rows={1}
        placeholder="Write a message"
        enterKeyHint="enter"
        autoComplete="off"
        value={text}
        onChange={(event) => drafts.write(draftKey, event.currentTarget.value)}
        onKeyDown={press}
      />
      {isAnswering && canSend && (
        <button type="button" className="button" title="Send when the answer has ended" onClick={send}>
          Queue
        </button>
      )}
      <button
        type={isAnswering ? "button" : "submit"}
        className={isAnswering ? "composer-button composer-stop" : "composer-button"}
        aria-label={isAnswering ? "Stop" : "Send"}
        title={isAnswering ? "Stop (Esc)" : "Send"}
        disabled={!isAnswering && !canSend}
        onClick={isAnswering ? stop : undefined}
      >
        {isAnswering ? <Icon name="stop" /> : <Icon name="send" />}
      </button>
    </form>
  );
}

/** The reader goes on typing; on a phone the keyboard gives way to the answer. */
export function returnTo(field: Field): void {
  if (isTouch()) field.current?.blur();
  else field.current?.focus({ preventScroll: true });
}

export function isTouch(): boolean {
  return matchMedia("(pointer: coarse)").matches;
}

/** Takes up what was typed before the page was alive, and puts the cursor there where that raises no keyboard. */
function useFieldOnArrival(field: Field, onTyped: (text: string) => void): void {
  const take = useRef(onTyped);
  useEffect(() => {
    const element = field.current;
    if (element === null) return;
    const isUntouched = element.value === element.defaultValue;
    if (!isUntouched && element.value !== "") take.current(element.value);
    if (!isTouch()) element.focus({ preventScroll: true });
  }, [field]);
}

/** Grows the field with its text where the browser cannot do so by itself. */
function useHeightOfText(field: Field, text: string): void {
  useEffect(() => {
    const element = field.current;
    if (element === null || CSS.supports("field-sizing", "content")) return;
    element.style.height = "auto";
    element.style.height = text === "" ? "" : `${element.scrollHeight}px`;
  }, [field, text]);
}
