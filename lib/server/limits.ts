import type { Refusal } from "@/lib/chat/error";
import type { Message } from "@/lib/chat/message";
import { environment } from "./env";
import type { Instance } from "./instance";
import { modelId } from "./model";
import { promptFrom } from "./prompt";
import { countGenerationsSince, type Objection } from "./store/generation-log";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Why this visitor may not have another answer now, if so. */
export async function limitReached(instance: Instance, visitorId: string): Promise<Refusal | undefined> {
  if (instance.isDraining) {
    return {
      code: "draining",
      message: "Platen is restarting. Please send it again in a moment.",
      retryAfterSeconds: 5,
    };
  }
  const { maxStreams, maxStreamsPerVisitor, messagesPerMinute, messagesPerDay } = environment();
  const { running } = instance;
  if (running.size >= maxStreams) {
    return {
      code: "busy",
      message: "Platen is writing as many answers as it can. Please try again shortly.",
      retryAfterSeconds: 10,
    };
  }
  const own = [...running.values()].filter((generation) => generation.visitorId === visitorId).length;
  if (own >= maxStreamsPerVisitor) {
    return { code: "rate_limited", message: "You have as many answers under way as you may.", retryAfterSeconds: 10 };
  }
  return (
    (await tooMany(instance, visitorId, messagesPerMinute, MINUTE_MS, "minute")) ??
    (await tooMany(instance, visitorId, messagesPerDay, DAY_MS, "day"))
  );
}

async function tooMany(
  { store }: Instance,
  visitorId: string,
  limit: number | undefined,
  windowMs: number,
  window: string,
): Promise<Refusal | undefined> {
  if (limit === undefined) return undefined;
  const count = await countGenerationsSince(store, visitorId, new Date(Date.now() - windowMs).toISOString());
  if (count < limit) return undefined;
  const message = `You have sent as many messages as you may in a ${window}.`;
  return { code: "rate_limited", message, retryAfterSeconds: Math.ceil(windowMs / 1000 / limit) };
}

/** Why `history` is too long for the model, if it is. Three characters a token is more than English needs. */
export function inputObjection(history: readonly Message[]): Objection | undefined {
  const characters = JSON.stringify(promptFrom(history, modelId())).length;
  if (characters / 3 <= environment().maxInputTokens) return undefined;
  return { code: "too_large", message: "This conversation has grown too long. Please begin a new one." };
}
