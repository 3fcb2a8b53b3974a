import { ask, sending } from "./ask";
import { changeGate } from "./gate";

const entrants = new Set<() => void>();

/** Tries the code; whether it was taken. Everyone who waits for it is then told. */
export async function enter(code: string): Promise<boolean> {
  const answered = await ask("/api/access", sending("POST", { code }));
  if (answered.type === "refused") {
    changeGate({ isAsked: true, refused: { code, sentence: answered.error.message } });
    return false;
  }
  changeGate({ isAsked: false, refused: null });
  for (const entrant of entrants) entrant();
  return true;
}

/** Runs `listener` whenever a code was taken, until the returned function is called. */
export function onEntered(listener: () => void): () => void {
  entrants.add(listener);
  return () => entrants.delete(listener);
}
