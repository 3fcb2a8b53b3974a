const jumpers = new Set<(messageId: string) => void>();

/** Goes to a message of the conversation that is on the page. */
export function jumpTo(messageId: string): void {
  for (const jumper of jumpers) jumper(messageId);
}

/** Runs `jumper` for each such message, until the returned function is called. */
export function onJump(jumper: (messageId: string) => void): () => void {
  jumpers.add(jumper);
  return () => void jumpers.delete(jumper);
}

/** The address of a conversation, or of a message in it. */
export function addressOf(conversationId: string, messageId: string | undefined): string {
  return messageId === undefined ? `/c/${conversationId}` : `/c/${conversationId}#${anchorOf(messageId)}`;
}

/** The id that the article of a message has on the page. */
export function anchorOf(messageId: string): string {
  return `m-${messageId}`;
}

/** The message that an address names by its `hash`. */
export function messageNamedBy(hash: string): string | undefined {
  return /^#m-([0-9a-f-]{36})$/.exec(hash)?.[1];
}
