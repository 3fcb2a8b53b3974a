import type { Transaction } from "kysely";
import type { Refusal } from "@/lib/chat/error";
import type { Message } from "@/lib/chat/message";
import { VISITORS_AN_ADDRESS } from "./door/address";
import { type Environment, environment } from "./env";
import { promptFrom } from "./generation/prompt";
import { type Instance, isoTime } from "./instance";
import { roomRefusal } from "./room";
import { type Admitted, type Asker, readAdmitted, saveAdmission } from "./store/admissions";
import { lockKeys, type Queries } from "./store/database";
import type { Objection } from "./store/generation-log";
import type { Schema } from "./store/schema";

const MINUTE_SECONDS = 60;
export const DAY_SECONDS = 24 * 60 * MINUTE_SECONDS;

/** Why this process takes no new answers now, if so. */
export function processLimitReached({ isDraining, running, starting }: Instance): Refusal | undefined {
  if (isDraining) {
    return {
      code: "draining",
      message: "Platen is restarting. Please send it again in a moment.",
      retryAfterSeconds: 5,
    };
  }
  if (running.size + starting.size < environment().maxStreams) return undefined;
  return {
    code: "busy",
    message: "Platen is writing as many answers as it can. Please try again shortly.",
    retryAfterSeconds: 10,
  };
}

/**
 * Why this asker may not have the answer `id` now, if so: the address first, then the visitor, then what is under way, then
 * what is kept of them.
 */
export async function limitReached(queries: Queries, asker: Asker, id: string): Promise<Refusal | undefined> {
  const since = {
    exceptId: id,
    minuteAgo: isoTime(-MINUTE_SECONDS * 1000),
    dayAgo: isoTime(-DAY_SECONDS * 1000),
  };
  const { visitor, address } = await readAdmitted(queries, asker, since);
  const settings = environment();
  return (
    tooMany(address, settings, "address") ??
    tooMany(visitor, settings, "visitor") ??
    tooManyUnderWay(address, settings, "address") ??
    tooManyUnderWay(visitor, settings, "visitor") ??
    roomRefusal(queries, asker.visitorId)
  );
}

/**
 * The same in the transaction that saves the answer, where it counts: two requests at the same moment, on any two
 * instances, are admitted one after the other. Records that the answer was asked for.
 */
export async function admit(
  transaction: Transaction<Schema>,
  asker: Asker,
  { id, isStopped }: { id: string; isStopped: boolean },
): Promise<Objection | undefined> {
  await lockKeys(transaction, [`visitor:${asker.visitorId}`, `address:${asker.addressHash}`]);
  // One that was stopped before it began never calls the model: it only keeps the message.
  const reached = await (isStopped ? roomRefusal(transaction, asker.visitorId) : limitReached(transaction, asker, id));
  if (reached === undefined) await saveAdmission(transaction, asker, { generationId: id, at: isoTime() });
  return reached;
}

type Whose = "visitor" | "address";

const SUBJECT: Record<Whose, string> = { visitor: "You have", address: "Those who share your network have" };

function boundOf(limit: number, whose: Whose): number {
  return whose === "visitor" ? limit : limit * VISITORS_AN_ADDRESS;
}

function tooMany(
  { inMinute, inDay }: Admitted,
  { messagesPerMinute, messagesPerDay }: Environment,
  whose: Whose,
): Refusal | undefined {
  const windows = [
    { count: inMinute, limit: messagesPerMinute, seconds: MINUTE_SECONDS, name: "minute" },
    { count: inDay, limit: messagesPerDay, seconds: DAY_SECONDS, name: "day" },
  ];
  for (const { count, limit, seconds, name } of windows) {
    if (limit === undefined || count < boundOf(limit, whose)) continue;
    const message = `${SUBJECT[whose]} sent as many messages as may be sent in a ${name}.`;
    return { code: "rate_limited", message, retryAfterSeconds: Math.ceil(seconds / boundOf(limit, whose)) };
  }
  return undefined;
}

function tooManyUnderWay(
  { underWay }: Admitted,
  { maxStreamsPerVisitor }: Environment,
  whose: Whose,
): Refusal | undefined {
  if (underWay < boundOf(maxStreamsPerVisitor, whose)) return undefined;
  const message = `${SUBJECT[whose]} as many answers under way as there may be at once.`;
  return { code: "rate_limited", message, retryAfterSeconds: 10 };
}

/** Why `history` is too long for the model, if it is. Three characters a token is more than English needs. */
export function inputObjection(history: readonly Message[], model: string): Objection | undefined {
  const characters = JSON.stringify(promptFrom(history, model)).length;
  if (characters / 3 <= environment().maxInputTokens) return undefined;
  return { code: "too_large", message: "This conversation has grown too long. Please begin a new one." };
}
