"use client";

import { useMemo, useRef, useState } from "react";
import { type Conversation, holdOf, newestLeaf, type RefusedSend } from "@/lib/chat/conversation";
import { textOf } from "@/lib/chat/message";
import { useConversationList } from "@/lib/client/conversation-list";
import { draftKey } from "@/lib/client/delivery";
import { pageDrafts } from "@/lib/client/drafts";
import { useFollowing } from "@/lib/client/scroll";
import { conversationStore, useConversation } from "@/lib/client/store";
import { wishForTemporary } from "@/lib/client/temporary";
import { useDelivery, useEntered, useEscape, useFreshList, useQuietAnnouncer, useSteady } from "./bindings";
import { BudgetNote } from "./budget-note";
import { Composer, returnTo } from "./composer";
import { useEditing } from "./editing";
import { ExportMenu } from "./export-menu";
import { Gone } from "./gone";
import { Header } from "./header";
import { HeldBack } from "./held-back";
import { Icon } from "./icons";
import { useJumpToMessage } from "./jump-to-message";
import { messageOf } from "./live-text";
import { Outdated } from "./outdated";
import { usePageCommands } from "./page-commands";
import { Palette } from "./palette";
import { Queue } from "./queue";
import { RefusalNotice } from "./refusal-notice";
import { RemovedNotice } from "./removed-notice";
import { rowsSelector } from "./rows";
import { ShareButton } from "./share/share-button";
import { showInPlace } from "./show-version";
import { Sidebar, SidebarDrawer } from "./sidebar";
import { Status } from "./status";
import { TemporaryLine, TemporaryToggle, useTemporary } from "./temporary";
import { Transcript } from "./transcript";
import { useWatched } from "./watched";
import { Welcome } from "./welcome";
import type { Writer } from "./writer";

type ChatProps = {
  conversation: Conversation;
  lastEventId: number;
  modelName: string;
  onNewConversation(): void;
};

/** One conversation, and all that surrounds it. */
export function Chat({ conversation, lastEventId, modelName, onNewConversation }: ChatProps) {
  const [store] = useState(() => conversationStore(conversation, lastEventId));
  const [selectRows] = useState(rowsSelector);
  const rows = useConversation(store, selectRows);
  const refused = useConversation(store, (state) => state.refused);
  const queued = useConversation(store, (state) => state.queued);
  const hold = useConversation(store, holdOf);
  const key = useConversation(store, draftKey);
  const watched = useWatched(store, rows);
  const isGone = useConversation(store, (state) => state.conversation.gone === true);
  const title = useTitle(conversation, isGone);
  const scroller = useRef<HTMLElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const drawer = useRef<HTMLDialogElement>(null);
  const writer = useRef<Writer | null>(null);
  const { isAway, jump, letGo } = useFollowing({ scroller, content, isBlank: rows.length === 0 });
  const editing = useEditing(store, { field, onSent: jump });

  function send(text: string): void {
    if (store.send(text) === "submitted") jump();
    returnTo(field);
  }

  function sendDraft(text: string): void {
    pageDrafts().sent(key);
    send(text);
    // What waits is kept in the queue, not in the draft.
    if (store.getState().queued.at(-1)?.text === text) pageDrafts().delivered(key);
  }

  function editQueued(id: string): void {
    pageDrafts().returned(key, store.unqueue(id));
    if (isGone) replaceGone();
    else returnTo(field);
  }

  function retry(answerId: string, model?: string): void {
    store.retry(answerId, model);
    jump();
    // The button that was pressed goes, and the focus must not go with it.
    returnTo(field);
  }

  function continueAnswer(answerId: string): void {
    store.continueAnswer(answerId);
    returnTo(field);
  }

  /** For buttons that go when they are pressed: the focus must not go with them. */
  function andReturn(act: () => void): void {
    act();
    returnTo(field);
  }

  function retryRefused({ parentId, continues }: RefusedSend): void {
    const answerId = newestLeaf(store.getState().conversation.messages, parentId);
    if (continues !== undefined) continueAnswer(continues);
    else if (answerId !== null) retry(answerId);
  }

  /** Another in the place of one that is gone: after a temporary one it is the same, as its draft is never stored. */
  function replaceGone(): void {
    if (store.getState().conversation.temporary) wishForTemporary(key);
    onNewConversation();
  }

  function showVersion(messageId: string): void {
    letGo();
    showInPlace(messageId, { scroller, rows }, () => {
      editing.cancel();
      store.showBranch(messageId);
    });
  }

  function stop(): void {
    const { generation } = store.getState();
    if (generation.phase === "idle") return;
    const arrived = textOf(messageOf(store, generation.id)?.content ?? []);
    store.stop(writer.current?.freeze() ?? arrived.length);
  }

  const presses = useSteady({
    onWritten: watched.onWritten,
    onRetry: retry,
    onContinue: continueAnswer,
    onShowVersion: showVersion,
    onNewConversation,
    onEdit: editing.begin,
    onCancelEdit: editing.cancel,
    onSendEdit: editing.send,
  });
  const desk = useMemo(() => ({ store, writer, modelName, ...presses }), [store, modelName, presses]);

  useTemporary(store, onNewConversation);
  useDelivery(store);
  useFreshList(watched.isAnswering);
  useEntered(store);
  useEscape(store, stop);
  useQuietAnnouncer();
  useJumpToMessage(store, scroller);
  usePageCommands({ field, drawer, onNewConversation });

  return (
    <div className="page">
      <title>{title === "" ? "Platen" : `${title} · Platen`}</title>
      <Sidebar currentId={conversation.id} onNewConversation={onNewConversation} />
      <SidebarDrawer currentId={conversation.id} onNewConversation={onNewConversation} drawer={drawer} />
      <div className="desk">
        <Header modelName={modelName} drawer={drawer}>
          <ExportMenu store={store} />
          <ShareButton store={store} title={title} />
        </Header>
        <main ref={scroller} className="scroller">
          <div ref={content} className="sheet">
            <p className="print-title">{title}</p>
            {isGone && <Gone onNewConversation={replaceGone} />}
            {rows.length === 0 && !isGone && (
              <Welcome onSend={send}>
                <TemporaryToggle store={store} />
              </Welcome>
            )}
            <Transcript rows={rows} watched={watched} editedId={editing.id} desk={desk} />
          </div>
        </main>
        <div className="foot">
          {isAway && (
            <button
              type="button"
              className="jump"
              aria-label="Jump to latest"
              title="Jump to latest"
              onClick={() => andReturn(jump)}
            >
              <Icon name="down" />
            </button>
          )}
          {refused !== null && (
            <RefusalNotice
              refused={refused}
              onRetry={() => retryRefused(refused)}
              onDismiss={() => andReturn(store.dismissRefusal)}
            />
          )}
          <RemovedNotice isBlank={rows.length === 0} onUndone={() => returnTo(field)} />
          <Outdated />
          <HeldBack />
          <Queue
            queued={queued}
            hold={hold}
            onEdit={editQueued}
            onCancel={(id) => andReturn(() => store.unqueue(id))}
          />
          <TemporaryLine store={store} />
          {!isGone && (
            <Composer
              field={field}
              draftKey={key}
              isAnswering={watched.isAnswering}
              onStop={stop}
              onSend={sendDraft}
              onEditLast={() => !watched.isAnswering && editing.beginLast(rows)}
            />
          )}
          <BudgetNote draftKey={key} isAnswering={watched.isAnswering} />
        </div>
      </div>
      <Palette currentId={conversation.id} />
      <Status text={watched.status} />
    </div>
  );
}

/** The title the list knows, once it knows one: the server makes it from the first message. */
function useTitle({ id, title }: Conversation, isGone: boolean): string {
  const { conversations } = useConversationList();
  if (isGone) return "";
  return conversations.find((listed) => listed.id === id)?.title ?? title;
}
