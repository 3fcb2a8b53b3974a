import type { Refusal } from "@/lib/chat/error";
import type { Message, Outcome } from "@/lib/chat/message";
import type { GenerationRequest } from "@/lib/chat/request";
import { environment } from "./env";
import { followStream, frameOf, type LogSource } from "./event-stream";
import { type Instance, instance, isoTime, leaseUntil } from "./instance";
import { inputObjection, limitReached } from "./limits";
import { errorFields, log } from "./log";
import { generate, modelId } from "./model";
import { promptFrom } from "./prompt";
import { createRunningGeneration, type RunningGeneration } from "./running-generation";
import {
  announceStop,
  attendGenerations,
  type Begun,
  beginGeneration,
  isAttended,
  markStopped,
  readEvents,
  type Standing,
  standingOf,
} from "./store/generation-log";
import { isStoreFault, withPatience } from "./store/patience";

export type Followed = { stream: ReadableStream<Uint8Array> } | { refusal: Refusal };
export type Stopped = { outcome: Outcome } | { refusal: Refusal };

const NO_SUCH_ANSWER: Refusal = { code: "not_found", message: "There is no such answer." };
const EVENTS_A_PAGE = 100;
const BEGIN_PATIENCE_MS = 3_000;

/** Starts the answer `id` and follows it; the same id again follows the same answer, with one call to the model. */
export async function start(visitorId: string, id: string, request: GenerationRequest): Promise<Followed> {
  const live = await instance();
  const unfit = unfitSettings(request) ?? (await admit(live, visitorId, id));
  if (unfit !== undefined) return { refusal: unfit };
  let starting = live.starting.get(id);
  if (starting === undefined && !live.running.has(id)) {
    starting = begin(live, visitorId, id, request).finally(() => live.starting.delete(id));
    live.starting.set(id, starting);
  }
  const begun = await starting;
  if (begun?.type === "refused") return { refusal: { code: begun.code, message: begun.message } };
  return follow(visitorId, id, 0);
}

/** What the request asks for that is not offered here. */
function unfitSettings({ settings, message }: GenerationRequest): Refusal | undefined {
  if (message?.content.some((block) => block.type !== "text")) {
    return { code: "invalid_request", message: "There is no such attachment." };
  }
  if (settings?.model !== undefined && settings.model !== modelId()) {
    return { code: "invalid_request", message: "That model is not offered here." };
  }
  if (settings?.webSearch === true) {
    return { code: "invalid_request", message: "Web search is not offered here." };
  }
  return undefined;
}

/** The limits stand before new answers only: to follow one that exists is always free. */
async function admit(live: Instance, visitorId: string, id: string): Promise<Refusal | undefined> {
  if (live.running.has(id) || live.starting.has(id)) return undefined;
  const standing = await standingOf(live.store, visitorId, id);
  if (standing.type === "foreign") return NO_SUCH_ANSWER;
  // One that was stopped before it began never calls the model: it only keeps the message.
  if (standing.type !== "unknown") return undefined;
  return limitReached(live, visitorId);
}

async function begin(live: Instance, visitorId: string, id: string, request: GenerationRequest): Promise<Begun> {
  const model = modelId();
  const begun = await withPatience(BEGIN_PATIENCE_MS, (isRepeat) =>
    beginGeneration(live.store, {
      id,
      visitorId,
      conversationId: request.conversationId,
      parentId: request.parentId,
      message: request.message ?? null,
      model,
      instanceId: live.id,
      leaseUntil: leaseUntil(),
      isRepeat,
      now: isoTime(),
      objection: inputObjection,
    }),
  ).catch(refuseWithoutStore);
  if (begun.type !== "begun") return begun;
  const generation = createRunningGeneration(
    {
      id,
      visitorId,
      conversationId: request.conversationId,
      unattendedMs: environment().unattendedSeconds * 1000,
      isReadElsewhere: () => isAttended(live.store, id, isoTime()),
    },
    live.committer,
    () => live.running.delete(id),
  );
  live.running.set(id, generation);
  generation.add({
    type: "generation_start",
    id,
    conversationId: request.conversationId,
    parentId: begun.userMessageId,
    model,
  });
  const ended = begun.isStopped
    ? generation.stopBeforeStart()
    : pump(generation, begun.history, model, request.settings?.effort);
  ended.catch((error: unknown) => log("error", "generation", { id, ...errorFields(error) }));
  return begun;
}

/** Without the store nothing is asked of the model. */
function refuseWithoutStore(error: unknown): Begun {
  if (!isStoreFault(error)) throw error;
  log("error", "store", errorFields(error));
  return {
    type: "refused",
    code: "busy",
    message: "Platen cannot save anything at the moment. Please try again shortly.",
  };
}

/** Hands what the model writes to the log, with a signal of its own: a reader who leaves ends nothing. */
async function pump(
  generation: RunningGeneration,
  history: readonly Message[],
  model: string,
  effort: NonNullable<GenerationRequest["settings"]>["effort"],
): Promise<Outcome> {
  const request = { messages: promptFrom(history, model), model, effort, signal: generation.signal };
  return generation.end(await generate(request, generation.add));
}

/** Follows the answer from after event `after`, live or already ended. */
export async function follow(visitorId: string, id: string, after: number): Promise<Followed> {
  const live = await instance();
  await live.starting.get(id);
  const running = live.running.get(id);
  if (running !== undefined) {
    return running.visitorId === visitorId ? { stream: followStream(running, after) } : { refusal: NO_SUCH_ANSWER };
  }
  const standing = await standingOf(live.store, visitorId, id);
  switch (standing.type) {
    case "unknown":
    case "foreign":
    case "stop_marked":
      return { refusal: NO_SUCH_ANSWER };
    case "open":
      await attendGenerations(live.store, [id], leaseUntil());
      return { stream: followStream(storedLog(live, id), after) };
    case "settled":
      return { stream: followStream(storedLog(live, id), after) };
  }
}

/** The log in the store: of an answer that has ended, or that another instance is writing. */
function storedLog({ store, bus, readingElsewhere }: Instance, id: string): LogSource {
  return {
    async read(after, maximumLength) {
      const page = () => readEvents(store, id, after, EVENTS_A_PAGE);
      let rows = await page();
      const isPast = rows.length === 0 && (await isPastEnd(store, id));
      // The end may have been written between the two questions.
      if (isPast) rows = await page();
      let text = "";
      let last: (typeof rows)[number] | undefined;
      for (const row of rows) {
        if (text.length >= maximumLength) break;
        text += frameOf(row.n, (JSON.parse(row.data) as { type: string }).type, row.data);
        last = row;
      }
      const isEnd = last === undefined ? isPast : last.data.startsWith(END_PREFIX);
      return { text, last: last?.n ?? after, isEnd };
    },
    attend(wake) {
      readingElsewhere.set(id, (readingElsewhere.get(id) ?? 0) + 1);
      const unsubscribe = bus.onChange(id, wake);
      return () => {
        unsubscribe();
        const left = (readingElsewhere.get(id) ?? 1) - 1;
        if (left === 0) readingElsewhere.delete(id);
        else readingElsewhere.set(id, left);
      };
    },
  };
}

/** How the end event begins in the store: events are written with their type first. */
const END_PREFIX = '{"type":"generation_end"';

/** Nothing more will come: the answer has ended before the reader's cursor, or is deleted. */
async function isPastEnd(store: Instance["store"], id: string): Promise<boolean> {
  const row = await store.selectFrom("generations").select("settled_at").where("id", "=", id).executeTakeFirst();
  return row === undefined || row.settled_at !== null;
}

/**
 * Stops the answer, cut to the first `shown` UTF-16 code units of its text. One that nobody has started is marked, so
 * that it never calls the model. However often: the outcome the answer has.
 */
export async function stop(visitorId: string, id: string, shown: number): Promise<Stopped> {
  const live = await instance();
  await live.starting.get(id);
  const running = live.running.get(id);
  if (running !== undefined) {
    return running.visitorId === visitorId ? { outcome: await running.stop(shown) } : { refusal: NO_SUCH_ANSWER };
  }
  const standing = await withPatience(BEGIN_PATIENCE_MS, () =>
    markStopped(live.store, { visitorId, id, shown, now: isoTime() }),
  );
  if (standing.type === "open") await announceStop(live.store);
  return stoppedAs(live, visitorId, id, standing);
}

async function stoppedAs(live: Instance, visitorId: string, id: string, standing: Standing): Promise<Stopped> {
  switch (standing.type) {
    case "settled":
      return { outcome: standing.outcome };
    case "stop_marked":
      return { outcome: { type: "stopped", usage: { input_tokens: 0, output_tokens: 0 } } };
    case "open":
      // The instance that runs it obeys the mark; if that one is dead, the sweep does.
      await nextChange(live.bus, id);
      return stoppedAs(live, visitorId, id, await standingOf(live.store, visitorId, id));
    case "foreign":
    case "unknown":
      return { refusal: NO_SUCH_ANSWER };
  }
}

function nextChange(bus: Instance["bus"], id: string): Promise<void> {
  return new Promise((resolve) => {
    const unsubscribe = bus.onChange(id, () => {
      unsubscribe();
      resolve();
    });
  });
}

/** Ends the visitor's answers in that conversation, or in all of them, and resolves when the model's sockets are closed. */
export async function endAnswers(visitorId: string, conversationId?: string): Promise<void> {
  const { running } = await instance();
  const doomed = [...running.values()].filter(
    (generation) =>
      generation.visitorId === visitorId &&
      (conversationId === undefined || generation.conversationId === conversationId),
  );
  await Promise.allSettled(doomed.map((generation) => generation.interrupt()));
}
