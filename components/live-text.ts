import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import { type ContentBlock, isThinkingBlock, type Message, textOf } from "@/lib/chat/message";
import { preferences } from "@/lib/client/preferences";
import type { ConversationStore } from "@/lib/client/store";
import { heard } from "./heard";
import { fill } from "./markdown/fill";
import { showMarkdown } from "./markdown/live-markdown";
import { browserScreen, type GrowingText, startWriter, type Writer } from "./writer";

/** The writer of the answer under way, for whoever stops it. */
export type LiveWriter = RefObject<Writer | null>;

function thinkingOf(content: readonly ContentBlock[]): string {
  const thoughts = content.filter(isThinkingBlock).map((block) => block.thinking);
  return thoughts.filter((thought) => thought !== "").join("\n\n");
}

function growingText(store: ConversationStore, id: string, read: (content: ContentBlock[]) => string): GrowingText {
  return {
    subscribe: (listener) => store.subscribe(listener),
    read() {
      const message = messageOf(store, id);
      return { text: message === undefined ? "" : read(message.content), hasEnded: message?.outcome !== undefined };
    },
  };
}

export function messageOf(store: ConversationStore, id: string): Message | undefined {
  return store.getState().conversation.messages.findLast((message) => message.id === id);
}

type LiveText = {
  store: ConversationStore;
  message: Message;
  isLive: boolean;
  writer: LiveWriter;
  onWritten(id: string): void;
};

/**
 * Writes the text of an answer into `element`, past React, and goes on while it grows. Returns the text there was when the
 * answer was first rendered, which the server renders: from then on the element is the writer's.
 */
export function useLiveText(element: RefObject<HTMLElement | null>, live: LiveText): string {
  const { store, message, isLive, writer, onWritten } = live;
  const [initialText] = useState(() => textOf(latest(store, message, isLive).content));
  // Not only while it is live: what another tab has asked for is followed later, when nothing is under way here.
  const [wasOpen] = useState(message.outcome === undefined);
  const own = useRef<Writer>(null);

  useEffect(() => {
    if (!wasOpen || element.current === null) return;
    const started = startWriter(
      {
        source: growingText(store, message.id, textOf),
        surface: heard(showMarkdown(element.current, initialText, { hasCaret: true })),
        mode: preferences().speed,
        shownText: initialText,
        onWritten: () => onWritten(message.id),
      },
      browserScreen,
    );
    own.current = started;
    return () => started.leave();
  }, [wasOpen, element, initialText, store, message.id, onWritten]);

  useEffect(() => {
    if (!isLive) return;
    writer.current = own.current;
    return () => {
      writer.current = null;
    };
  }, [isLive, writer]);

  useSettledText(element, wasOpen ? undefined : initialText);
  useCorrectedText(element, message, own);

  return initialText;
}

/** Shows an answer anew that the server has kept otherwise than it was written here: a Stop in another tab cut it. */
function useCorrectedText(element: RefObject<HTMLElement | null>, message: Message, writer: LiveWriter): void {
  const settled = useRef<readonly ContentBlock[]>(undefined);

  useLayoutEffect(() => {
    if (message.outcome === undefined) return;
    const before = settled.current;
    settled.current = message.content;
    // Texts are put together only where the content is another object: what was loaded and is the same is not.
    if (before === undefined || before === message.content || element.current === null) return;
    const text = textOf(message.content);
    if (text === textOf(before)) return;
    writer.current?.freeze();
    element.current.replaceChildren();
    fill(element.current, text);
  }, [element, message, writer]);
}

/** What the model thinks: as it comes, without a caret. */
export function useLiveThinking(
  element: RefObject<HTMLElement | null>,
  store: ConversationStore,
  message: Message,
): string {
  const isLive = message.outcome === undefined;
  const [initialText] = useState(() => thinkingOf(latest(store, message, isLive).content));
  const [wasLive] = useState(isLive);

  useEffect(() => {
    if (!wasLive || element.current === null) return;
    const writer = startWriter(
      {
        source: growingText(store, message.id, thinkingOf),
        surface: showMarkdown(element.current, initialText, { hasCaret: false }),
        mode: "instant",
        shownText: initialText,
        onWritten: () => {},
      },
      browserScreen,
    );
    return () => writer.leave();
  }, [wasLive, element, initialText, store, message.id]);

  useSettledText(element, wasLive ? undefined : initialText);

  return initialText;
}

/** Shows a text that will not change, unless the server has rendered it already. */
function useSettledText(element: RefObject<HTMLElement | null>, text: string | undefined): void {
  useLayoutEffect(() => {
    if (text !== undefined && element.current !== null) fill(element.current, text);
  }, [element, text]);
}

function latest(store: ConversationStore, message: Message, isLive: boolean): Message {
  return isLive ? (messageOf(store, message.id) ?? message) : message;
}
