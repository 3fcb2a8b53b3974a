import { useSyncExternalStore } from "react";

/** Whether a code is asked for before anything else, and what came of the last try. */
export type Gate = {
  isAsked: boolean;
  /** A code that was not taken, to be mended, and why. */
  refused: { code: string; sentence: string } | null;
  /** A page is itself the gate, so none need stand before it. */
  isPage: boolean;
};

const OPEN: Gate = { isAsked: false, refused: null, isPage: false };

let gate = OPEN;
const listeners = new Set<() => void>();

/** Changes what the gate shows. */
export function changeGate(to: Partial<Gate>): void {
  gate = { ...gate, ...to };
  for (const listener of listeners) listener();
}

/** Notices that the server asks for a code: it was removed while the page was open. */
export function noticeAccess({ status }: { status: number }): void {
  if (status === 401 && !gate.isAsked) changeGate({ isAsked: true });
}

/** The reader would rather look at what is on the page. The next call that needs a code asks again. */
export function dismissGate(): void {
  changeGate({ isAsked: false, refused: null });
}

/** Says that the page is the gate, until the returned function is called. */
export function beGate(): () => void {
  changeGate({ isPage: true });
  return () => changeGate({ isPage: false });
}

export function useGate(): Gate {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => gate,
    () => OPEN,
  );
}
