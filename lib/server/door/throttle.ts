import { randomUUID } from "node:crypto";
import type { Refusal } from "@/lib/chat/error";
import { isoTime } from "../instance";
import { lockKeys, type Store } from "../store/database";

const WINDOW_SECONDS = 10 * 60;
/** Wrong codes and links that one network may try within the window. */
export const TRIES_AN_ADDRESS = 10;
/** And all networks together: guessing from a thousand addresses is no faster than from thirty. */
const TRIES_IN_ALL = 300;

/**
 * Runs `evaluate` if the network may have another try, and returns what it found; a try that is refused is never
 * evaluated. Only those that found nothing stay counted, so that a whole school can come in with the right code.
 */
export async function throttled<Found>(
  store: Store,
  addressHash: string,
  evaluate: () => Promise<Found | undefined> | Found | undefined,
): Promise<{ found: Found | undefined } | { refusal: Refusal }> {
  const id = randomUUID();
  const refusal = await takeTry(store, addressHash, id);
  if (refusal !== undefined) return { refusal };
  const found = await evaluate();
  if (found !== undefined) await store.deleteFrom("tries").where("id", "=", id).execute();
  return { found };
}

/** Counts the try before it is made, one after the other over all instances: at most so many in any ten minutes. */
async function takeTry(store: Store, addressHash: string, id: string): Promise<Refusal | undefined> {
  return store.transaction().execute(async (transaction) => {
    await lockKeys(transaction, ["tries"]);
    const since = isoTime(-WINDOW_SECONDS * 1000);
    await transaction.deleteFrom("tries").where("at", "<=", since).execute();
    const tries = await transaction.selectFrom("tries").select(["address_hash", "at"]).orderBy("at").execute();
    const own = tries.filter((one) => one.address_hash === addressHash);
    const full = own.length >= TRIES_AN_ADDRESS ? own : tries.length >= TRIES_IN_ALL ? tries : undefined;
    if (full === undefined) {
      await transaction.insertInto("tries").values({ id, address_hash: addressHash, at: isoTime() }).execute();
      return undefined;
    }
    const freeAtMs = Date.parse(full[0]?.at ?? since) + WINDOW_SECONDS * 1000;
    const retryAfterSeconds = Math.max(1, Math.ceil((freeAtMs - Date.now()) / 1000));
    const message = `Too many wrong tries. The next one can be made ${whenAgain(retryAfterSeconds)}.`;
    return { code: "rate_limited", message, retryAfterSeconds };
  });
}

function whenAgain(seconds: number): string {
  return seconds <= 90 ? `in ${seconds} seconds` : `in ${Math.ceil(seconds / 60)} minutes`;
}
