"use client";

import { findSecrets, type SecretKind, type Suspect } from "@/lib/chat/secrets-warning";
import { type ShareableTurn, sharedMessage } from "@/lib/chat/share";

/** What was found, and where: the title, or one of the turns by its number. */
export type Suspects = { place: string; suspects: readonly Suspect[] };

/** What in the title and the picked turns looks as if it should not be shared. */
export function suspectsOf(
  title: string,
  turns: readonly ShareableTurn[],
  pickedIds: ReadonlySet<string>,
): readonly Suspects[] {
  const inTurns = turns.map((turn, index) => ({
    place: `Turn ${index + 1}`,
    suspects: pickedIds.has(turn.id) ? suspectsIn(turn) : [],
  }));
  return [{ place: "Title", suspects: findSecrets(title) }, ...inTurns].filter(({ suspects }) => suspects.length > 0);
}

const known = new WeakMap<ShareableTurn, readonly Suspect[]>();

/** Looked for once: the form is drawn again at each key. */
function suspectsIn(turn: ShareableTurn): readonly Suspect[] {
  const before = known.get(turn);
  if (before !== undefined) return before;
  const text = turn.messages.map((message) => wordsOf(sharedMessage(message))).join("\n");
  const suspects = findSecrets(text);
  known.set(turn, suspects);
  return suspects;
}

function wordsOf(message: ReturnType<typeof sharedMessage>): string {
  return message.role === "user" ? [...message.attachments, message.text].join("\n") : message.text;
}

const NAMES: Record<SecretKind, string> = {
  private_key: "a private key",
  key: "a key",
  password: "a password",
  email: "an e-mail address",
  iban: "an account number",
  card: "a card number",
};

/** Says what should be looked at before the link is made. It holds nobody back. */
export function ShareWarning({ suspects }: { suspects: readonly Suspects[] }) {
  return (
    <div aria-live="polite">
      {suspects.length > 0 && (
        <section aria-label="Look again" className="share-warning">
          <h3>Look again: this may not be meant for others.</h3>
          <ul className="text-small text-soft">
            {suspects.map(({ place, suspects: found }) => (
              <li key={place}>
                {place}: looks like {found.map(({ kind, masked }) => `${NAMES[kind]} (${masked})`).join(", ")}
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
