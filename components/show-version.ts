import type { RefObject } from "react";
import { flushSync } from "react-dom";
import { anchorOf } from "@/lib/client/jumps";
import type { Row } from "./rows";

type Place = { scroller: RefObject<HTMLElement | null>; rows: readonly Row[] };

/**
 * Lets `show` put the version `id` in the place of the one on the page: its buttons then stand where those stood that
 * were pressed, and have the focus that went with them.
 */
export function showInPlace(id: string, { scroller, rows }: Place, show: () => void): void {
  const before = buttonsOf(rows.find(({ versionIds }) => versionIds.includes(id))?.message.id);
  const pressed = before.indexOf(document.activeElement as HTMLButtonElement);
  const top = before[0]?.getBoundingClientRect().top;
  flushSync(show);
  const [previous, next] = buttonsOf(id);
  if (top === undefined || previous === undefined || next === undefined) return;
  scroller.current?.scrollBy(0, previous.getBoundingClientRect().top - top);
  if (pressed === -1) return;
  // At the first and at the last version there is only the way back.
  const isPrevious = next.disabled || (pressed === 0 && !previous.disabled);
  (isPrevious ? previous : next).focus({ preventScroll: true });
}

function buttonsOf(id = ""): HTMLButtonElement[] {
  return [...document.querySelectorAll<HTMLButtonElement>(`#${anchorOf(id)} .versions > button`)];
}
