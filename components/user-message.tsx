"use client";

import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { textOf } from "@/lib/chat/message";
import { editKey } from "@/lib/client/delivery";
import { pageDrafts } from "@/lib/client/drafts";
import { anchorOf } from "@/lib/client/jumps";
import { type ConversationStore, useConversation } from "@/lib/client/store";
import { isTouch } from "./composer";
import { Icon } from "./icons";
import { cancelsEdit, sendsMessage } from "./keys";
import type { Row } from "./rows";
import { Versions } from "./versions";

/** What the transcript lends to each message of the reader's. */
export type EditDesk = {
  store: ConversationStore;
  onEdit(id: string): void;
  onCancelEdit(): void;
  onSendEdit(id: string, text: string): void;
  onShowVersion(id: string): void;
};

type UserMessageProps = { row: Row; desk: EditDesk; isEdited: boolean; isAnswering: boolean };

export function UserMessage({ row, desk, isEdited, isAnswering }: UserMessageProps) {
  const { message, versionIds } = row;
  const { store } = desk;
  const edit = useRef<HTMLButtonElement>(null);
  const wasEdited = useRef(false);
  useEffect(() => {
    // What had the focus is gone, unless somebody has taken it further.
    if (wasEdited.current && !isEdited && document.activeElement === document.body) edit.current?.focus();
    wasEdited.current = isEdited;
  }, [isEdited]);
  return (
    <article id={anchorOf(message.id)} aria-label="Your message" className="user-message">
      {isEdited ? (
        <Editor
          text={textOf(message.content)}
          draftKey={editKey(store.getState(), message.id)}
          store={store}
          onCancel={desk.onCancelEdit}
          onSend={(text) => desk.onSendEdit(message.id, text)}
        />
      ) : (
        <>
          <p className="user-text">{textOf(message.content)}</p>
          <div className="user-actions">
            <Versions id={message.id} versionIds={versionIds} onShow={desk.onShowVersion} />
            <button
              ref={edit}
              type="button"
              className="icon-button"
              aria-label="Edit"
              title="Edit"
              disabled={isAnswering}
              onClick={() => desk.onEdit(message.id)}
            >
              <Icon name="edit" />
            </button>
          </div>
        </>
      )}
    </article>
  );
}

type EditorProps = {
  /** As it was sent. */
  text: string;
  draftKey: string;
  store: ConversationStore;
  onCancel(): void;
  onSend(text: string): void;
};

/** The message in a field of its own. What was changed is kept through a reload, until it is sent or cancelled. */
function Editor({ text: sent, draftKey, store, onCancel, onSend }: EditorProps) {
  const drafts = pageDrafts();
  const isAnswering = useConversation(store, (state) => state.generation.phase !== "idle");
  const [text, setText] = useState(() => drafts.read(draftKey) || sent);
  const field = useRef<HTMLTextAreaElement>(null);
  const isReady = !isAnswering && text.trim() !== "";

  useEffect(() => {
    const element = field.current;
    element?.focus();
    element?.setSelectionRange(element.value.length, element.value.length);
  }, []);

  function write(typed: string): void {
    setText(typed);
    // What is as it was sent needs no draft.
    drafts.write(draftKey, typed === sent ? "" : typed);
  }

  function send(): void {
    if (!isReady) return;
    drafts.write(draftKey, text);
    drafts.sent(draftKey);
    onSend(text);
  }

  function cancel(): void {
    drafts.write(draftKey, "");
    onCancel();
  }

  function press(event: KeyboardEvent<HTMLTextAreaElement>): void {
    if (cancelsEdit(event.nativeEvent)) cancel();
    else if (sendsMessage(event.nativeEvent, isTouch())) send();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <form
      className="editor"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        ref={field}
        aria-label="Edit your text"
        className="composer-field"
        rows={2}
        enterKeyHint="enter"
        autoComplete="off"
        value={text}
        onChange={(event) => write(event.currentTarget.value)}
        onKeyDown={press}
      />
      <div className="editor-actions">
        <button type="button" className="button" onClick={cancel}>
          Cancel
        </button>
        <button type="submit" className="button button-main" disabled={!isReady}>
          Send
        </button>
      </div>
    </form>
  );
}
