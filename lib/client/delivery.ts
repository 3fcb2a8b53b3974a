import { type ConversationState, isKept, unsentOf } from "../chat/conversation";
import { type Message, textOf } from "../chat/message";
import { type Drafts, NEW_CONVERSATION, UNSTORED } from "./drafts";
import type { ConversationStore } from "./store";

/** Where the draft of this conversation is kept. */
export function draftKey(state: ConversationState): string {
  if (state.conversation.temporary) return UNSTORED + state.conversation.id;
  return isKept(state) ? state.conversation.id : NEW_CONVERSATION;
}

/** Where the draft of another version of a message is kept. */
export function editKey({ conversation }: ConversationState, messageId: string): string {
  return `${conversation.temporary ? UNSTORED : ""}edit.${messageId}`;
}

type Delivery = {
  store: Pick<ConversationStore, "getState" | "subscribe">;
  drafts: Drafts;
  /** The server has the first message of a new conversation. */
  onKept(): void;
  /** It does not have it after all: the answer was stopped before it was taken, and then it was refused. */
  onUnkept(): void;
};

/** How to end following what was on its way when its page was left. */
const leftBehind = new WeakMap<Delivery["store"], () => void>();

/**
 * Keeps the draft until the server has it: gives it back when it is refused, and lets it go when it is taken.
 * Returns how to end that, to be called when the page is left: for what is on its way then, it goes on until that is known.
 */
export function followDelivery({ store, drafts, onKept, onUnkept }: Delivery): () => void {
  let before = store.getState();
  let isLeft = false;
  leftBehind.get(store)?.();
  forgetDelivered(before, drafts);

  const end = store.subscribe(() => {
    const now = store.getState();
    const { refused } = now;
    if (refused !== null && refused !== before.refused && refused.message !== null) {
      if (draftKey(before) !== draftKey(now)) {
        drafts.move(draftKey(before), draftKey(now));
        onUnkept();
      }
      const key = refused.edits === undefined ? draftKey(now) : editKey(now, refused.edits);
      drafts.returned(key, textOf(refused.message.content));
    } else if (unsentOf(before) !== null && unsentOf(now) === null) {
      const edits = before.generation.phase === "idle" ? undefined : before.generation.edits;
      const key = edits === undefined ? draftKey(before) : editKey(before, edits);
      drafts.delivered(key);
      if (key === NEW_CONVERSATION && !isLeft) {
        drafts.move(NEW_CONVERSATION, now.conversation.id);
        onKept();
      }
    } else if (now.conversation.gone && !before.conversation.gone) {
      const edited = before.conversation.messages.map(({ id }) => editKey(before, id));
      for (const key of [draftKey(before), ...edited]) {
        if (drafts.read(key) !== "") drafts.move(key, draftKey(now));
      }
    } else if (unsentOf(now) === null && lastAsked(now)?.id !== lastAsked(before)?.id) {
      forgetDelivered(now, drafts);
    }
    before = now;
    if (isLeft && unsentOf(now) === null) end();
  });

  return () => {
    isLeft = true;
    if (unsentOf(before) === null) end();
    else leftBehind.set(store, end);
  };
}

/** A reload just after sending finds the text both in the transcript and in the draft; so does another tab. */
function forgetDelivered(state: ConversationState, drafts: Drafts): void {
  const last = lastAsked(state);
  const key = draftKey(state);
  if (last !== undefined && drafts.read(key) === textOf(last.content)) drafts.write(key, "");
}

function lastAsked({ conversation }: ConversationState): Message | undefined {
  return conversation.messages.findLast((message) => message.role === "user");
}
