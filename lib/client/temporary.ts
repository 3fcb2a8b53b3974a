/** `draftKey`: what is written there goes along. */
type Wish = { draftKey: string | null };

let wish: Wish | null = null;

/** Makes the next new conversation that is opened in this tab a temporary one. */
export function wishForTemporary(draftKey: string | null = null): void {
  wish = { draftKey };
}

/** Whether the conversation that is being opened shall be temporary, and null if not; asked once for each wish. */
export function takeTemporaryWish(): Wish | null {
  const was = wish;
  wish = null;
  return was;
}
