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

/** Which message of the reader's is being edited, and what becomes of it. */
export type Editing = {
  id: string | null;
  begin(id: string): void;
  cancel(): void;
  send(id: string, text: string): void;
};

type UserMessageProps = { row: Row; store: ConversationStore; editing: Editing; onShowVersion(id: string): void };

export function UserMessage({ row, store, editing, onShowVersion }: UserMessageProps) {
  const { message, versionIds } = row;
  const isAnswering = useConversation(store, (state) => state.generation.phase !== "idle");
  const isEdited = editing.id === message.id;
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
          canSend={!isAnswering}
          onCancel={editing.cancel}
          onSend={(text) => editing.send(message.id, text)}
        />
      ) : (
        <>
          <p className="user-text">{textOf(message.content)}</p>
          <div className="user-actions">
            <Versions id={message.id} versionIds={versionIds} onShow={onShowVersion} />
            <button
              ref={edit}
              type="button"
              className="icon-button"
              aria-label="Edit"
              title="Edit"
              disabled={isAnswering}
              onClick={() => editing.begin(message.id)}
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
  canSend: boolean;
  onCancel(): void;
  onSend(text: string): void;
};

/** The message in a field of its own. What was changed is kept when the reader leaves it, also through a reload. */
function Editor({ text: sent, draftKey, canSend, onCancel, onSend }: EditorProps) {
  const drafts = pageDrafts();
  const [text, setText] = useState(() => drafts.read(draftKey) || sent);
  const field = useRef<HTMLTextAreaElement>(null);
  const isReady = canSend && text.trim() !== "";

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

  function press(event: KeyboardEvent<HTMLTextAreaElement>): void {
    if (cancelsEdit(event.nativeEvent)) onCancel();
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
        <button type="button" className="button" onClick={onCancel}>
          Cancel
        </button>
        <button type="submit" className="button button-main" disabled={!isReady}>
          Send
        </button>
      </div>
    </form>
  );
}
