type Key = Pick<KeyboardEvent, "key" | "keyCode" | "isComposing" | "shiftKey" | "altKey" | "ctrlKey" | "metaKey">;

/** WebKit sends the keydown that ends a composition after it, with this code and `isComposing` false. */
const COMPOSING_KEY_CODE = 229;

function isComposition(key: Key): boolean {
  return key.isComposing || key.keyCode === COMPOSING_KEY_CODE;
}

/**
 * Whether `key`, pressed in the composer, sends what stands there. Enter does, but not while it chooses a word of Chinese,
 * Japanese or Korean, and not on a touch keyboard, where it is the only way to a new line. With Ctrl or ⌘ it always does.
 */
export function sendsMessage(key: Key, isTouch: boolean): boolean {
  if (key.key !== "Enter" || isComposition(key) || key.shiftKey || key.altKey) return false;
  return key.ctrlKey || key.metaKey || !isTouch;
}

/** Whether `key`, pressed anywhere on the page, stops the answer under way. Esc that ends a composition does not. */
export function stopsAnswer(key: Key): boolean {
  return key.key === "Escape" && !isComposition(key);
}

/** Whether `key`, pressed where a message is edited, leaves it as it is. */
export function cancelsEdit(key: Key): boolean {
  return stopsAnswer(key);
}

/** Whether `key`, pressed in an empty composer, takes up the last message again. */
export function editsLast(key: Key): boolean {
  const hasModifier = key.shiftKey || key.altKey || key.ctrlKey || key.metaKey;
  return key.key === "ArrowUp" && !hasModifier && !isComposition(key);
}
