let isWished = false;

/** Makes the next new conversation that is opened in this tab a temporary one. */
export function wishForTemporary(): void {
  isWished = true;
}

/** Whether the conversation that is being opened shall be temporary; asked once for each wish. */
export function takeTemporaryWish(): boolean {
  const was = isWished;
  isWished = false;
  return was;
}
