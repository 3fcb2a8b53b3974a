import type { Refusal } from "@/lib/chat/error";
import { type Message, NO_USAGE, type Outcome, type Usage } from "@/lib/chat/message";
import type { GenerationRequest } from "@/lib/chat/request";
import { type Call, type Grant, highestInputTokens, outputTokensLeft, refusalAhead, reserve } from "./budget";
import { environment } from "./env";
import { continueAnswer } from "./generation/continuation";
import { type FollowStream, followStream } from "./generation/event-stream";
import { isOffered } from "./generation/models";
import { promptFrom } from "./generation/prompt";
import { createRunningGeneration, type RunningGeneration } from "./generation/running-generation";
import { storedLog } from "./generation/stored-log";
import { titleLater } from "./generation/titles";
import { type Instance, instance, isoTime, keepTemporaryUntil, leaseUntil } from "./instance";
import { admit, inputObjection, limitReached, processLimitReached } from "./limits";
import { generate, type ModelEvent, modelId } from "./model";
import { errorFields, type LogFields, log } from "./operating/log";
import { meterOf, openMeter } from "./operating/meter";
import { metrics } from "./operating/metrics";
import { traceAnswer } from "./operating/traces";
import type { Session } from "./session";
import {
  announceStop,
  attendGenerations,
  authorOf,
  type Begun,
  beginGeneration,
  isAttended,
  markStopped,
  readOpenGenerations,
  type Standing,
  settleDead,
  settleLost,
  standingOf,
} from "./store/generation-log";
import { isStoreFault, withPatience } from "./store/patience";

/**
 * `report`: what the log says of an answer under way here, once it has ended. `hasOthers`: the message that was just sent
 * is not the only one that follows its parent.
 */
export type Followed =
  | { stream: FollowStream; report?: Promise<LogFields>; hasOthers?: boolean }
  | { refusal: Refusal };
export type Stopped = { outcome: Outcome } | { refusal: Refusal };

const NO_SUCH_ANSWER: Refusal = { code: "not_found", message: "There is no such answer." };
const BEGIN_PATIENCE_MS = 3_000;
const END_PATIENCE_MS = 3_000;

/** Who asks for an answer: by these they are counted. */
export type Asking = Pick<Session, "visitor" | "addressHash" | "codeLabel">;

/** Starts the answer `id` and follows it; the same id again follows the same answer, with one call to the model. */
export async function start(asker: Asking, id: string, request: GenerationRequest): Promise<Followed> {
  const live = await instance();
  const unfit = unfitRequest(id, request);
  if (unfit !== undefined) return { refusal: unfit };
  const judged = await judge(live, asker, id, request);
  if (judged.type === "refused") return { refusal: judged.refusal };
  let starting = live.starting.get(id);
  if (starting === undefined && !live.running.has(id)) {
    // Others may have begun while this one was judged.
    const full = judged.type === "new" ? processLimitReached(live) : undefined;
    if (full !== undefined) return { refusal: full };
    starting = begin(live, asker, id, request).finally(() => live.starting.delete(id));
    live.starting.set(id, starting);
  }
  const begun = await starting;
  if (begun?.type === "refused") {
    const { type: _, ...refusal } = begun;
    return { refusal };
  }
  const followed = await followFrom(asker.visitor.id, id, 0);
  return begun?.type === "begun" ? { ...followed, hasOthers: begun.hasOthers } : followed;
}

async function unfitModel({ settings }: GenerationRequest): Promise<Refusal | undefined> {
  if (settings?.model === undefined || (await isOffered(settings.model))) return undefined;
  return { code: "invalid_request", message: "That model is not offered here." };
}

/** What the request asks for that is not offered here. */
function unfitRequest(id: string, { settings, message }: GenerationRequest): Refusal | undefined {
  if (message?.id === id) return { code: "conflict", message: "An answer and its message cannot have the same id." };
  if (message?.content.some((block) => block.type !== "text")) {
    return { code: "invalid_request", message: "There is no such attachment." };
  }
  if (settings?.webSearch === true) {
    return { code: "invalid_request", message: "Web search is not offered here." };
  }
  return undefined;
}

/** `known`: it is under way, has ended, or is only marked as stopped. */
type Judged = { type: "new" } | { type: "known" } | { type: "refused"; refusal: Refusal };

/** The limits stand before new answers only: to follow one that exists is always free. */
async function judge(live: Instance, asker: Asking, id: string, request: GenerationRequest): Promise<Judged> {
  if (live.running.has(id) || live.starting.has(id)) return { type: "known" };
  const standing = await standingOf(live.store, asker.visitor.id, id);
  if (standing.type === "foreign") return { type: "refused", refusal: NO_SUCH_ANSWER };
  // One that was stopped before it began never calls the model: it only keeps the message.
  if (standing.type !== "unknown") return { type: "known" };
  const refusal =
    (await unfitModel(request)) ??
    processLimitReached(live) ??
    (await limitReached(live.store, countedAs(asker), id)) ??
    (await refusalAhead(live.store, callFor(asker, id, request.settings?.model ?? modelId(), []), isoTime()));
  return refusal === undefined ? { type: "new" } : { type: "refused", refusal };
}

function countedAs({ visitor, addressHash }: Asking) {
  return { visitorId: visitor.id, addressHash };
}

async function begin(live: Instance, asker: Asking, id: string, request: GenerationRequest): Promise<Begun> {
  const visitorId = asker.visitor.id;
  const model = await modelFor(live, visitorId, request);
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
      isTemporary: request.settings?.temporary === true,
      keepTemporaryUntil: keepTemporaryUntil(),
      now: isoTime(),
      objection: (history) => inputObjection(history, model),
      admit: (transaction, isStopped) => admit(transaction, countedAs(asker), { id, isStopped }),
      reserve: (transaction, history) => reserve(transaction, callFor(asker, id, model, history), isoTime(), isRepeat),
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
  const { grant } = begun;
  const write = writerOf(generation, begun.continued);
  const ended =
    grant === undefined
      ? generation.stopBeforeStart()
      : pump(generation, begun.history, grant, { write, effort: request.settings?.effort });
  ended
    .then(({ type }) => {
      if (type !== "done" || begun.history.length > 1) return;
      titleLater(live, { conversationId: request.conversationId, visitorId, codeLabel: asker.codeLabel });
    })
    .catch((error: unknown) => log("error", "generation", { id, ...errorFields(error) }));
  return begun;
}

/** The most that answering `history` can use. */
function callFor({ visitor, codeLabel }: Asking, id: string, model: string, history: readonly Message[]): Call {
  const { maxOutputTokens, systemPrompt } = environment();
  const inputTokens = highestInputTokens(promptFrom(history, model), systemPrompt);
  return { id, visitorId: visitor.id, codeLabel, model, inputTokens, maxOutputTokens };
}

/** The model that was picked; that of the answer to go on from, while it is offered; else the configured one. */
async function modelFor({ store }: Instance, visitorId: string, request: GenerationRequest): Promise<string> {
  if (request.settings?.model !== undefined) return request.settings.model;
  if (request.message !== undefined || request.parentId === null) return modelId();
  const author = await authorOf(store, visitorId, request.parentId);
  return author !== undefined && (await isOffered(author)) ? author : modelId();
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

type Write = (event: ModelEvent | "end") => void;

/** Writes to the log what the model says; where it goes on from an answer, behind what that one said. */
function writerOf(generation: RunningGeneration, continued: Message | undefined): Write {
  if (continued === undefined) return (event) => event !== "end" && generation.add(event);
  const continuation = continueAnswer(continued);
  for (const event of continuation.opening) generation.add(event);
  return (event) => {
    for (const told of event === "end" ? continuation.rest() : continuation.next(event)) generation.add(told);
  };
}

/** Hands what the model writes to the log, with a signal of its own: a reader who leaves ends nothing. */
async function pump(
  generation: RunningGeneration,
  history: readonly Message[],
  grant: Grant,
  { write, effort }: { write: Write; effort: NonNullable<GenerationRequest["settings"]>["effort"] },
): Promise<Outcome> {
  const { model } = grant.held;
  const meter = openMeter(generation.id, model);
  const request = {
    messages: promptFrom(history, model),
    model,
    effort,
    signal: generation.signal,
    maxOutputTokens: (lost: Usage) => outputTokensLeft(grant, lost),
    onTry: meter.onTry,
  };
  return traceAnswer(generation.id, model, async () => {
    const outcome = await generate(request, (event) => {
      meter.saw(event);
      write(event);
    });
    write("end");
    return generation
      .end(outcome)
      .catch(async (error: unknown) => {
        const { store } = await instance();
        await settleLost(store, generation.id, outcome);
        throw error;
      })
      .finally(() => meter.end(outcome));
  });
}

/** Follows the answer from after event `after`, live or already ended. */
export async function follow(visitorId: string, id: string, after: number): Promise<Followed> {
  const followed = await followFrom(visitorId, id, after);
  if (after > 0 && "stream" in followed) metrics().resumed.inc();
  return followed;
}

async function followFrom(visitorId: string, id: string, after: number): Promise<Followed> {
  const live = await instance();
  await live.starting.get(id);
  const running = live.running.get(id);
  if (running !== undefined) {
    if (running.visitorId !== visitorId) return { refusal: NO_SUCH_ANSWER };
    return { stream: followStream(running, after), report: reportOf(running) };
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

async function reportOf({ id, settled }: RunningGeneration): Promise<LogFields> {
  const meter = meterOf(id);
  try {
    const outcome = await settled;
    return meter?.report(outcome) ?? { outcome: outcome.type };
  } catch {
    return {}; // A log that failed was reported where it failed.
  }
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
    if (running.visitorId !== visitorId) return { refusal: NO_SUCH_ANSWER };
    const measured = metrics().stopSeconds.startTimer();
    const outcome = await running.stop(shown);
    measured();
    return { outcome };
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
      return { outcome: { type: "stopped", usage: NO_USAGE } };
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

/**
 * Ends the visitor's answers in that conversation, or in all of them, on every instance. Resolves when the model's
 * sockets are closed and what the answers cost is known.
 */
export async function endAnswers(visitorId: string, conversationId?: string): Promise<void> {
  const live = await instance();
  const isDoomed = (one: { visitorId: string; conversationId: string }) =>
    one.visitorId === visitorId && (conversationId === undefined || one.conversationId === conversationId);
  // One that is being saved would call the model after all.
  await Promise.allSettled(live.starting.values());
  const here = [...live.running.values()].filter(isDoomed);
  await Promise.allSettled(here.map((generation) => generation.interrupt("deleted")));
  const elsewhere = (await readOpenGenerations(live.store)).filter(isDoomed);
  if (elsewhere.length === 0) return;
  for (const { id } of elsewhere) {
    await markStopped(live.store, { visitorId, id, shown: Infinity, now: isoTime() });
  }
  await announceStop(live.store);
  const deadline = performance.now() + END_PATIENCE_MS;
  await Promise.all(elsewhere.map(({ id }) => endElsewhere(live, visitorId, id, deadline)));
}

/** Ends those of the visitor's answers here whose conversation is gone: one may have begun beside its deletion. */
export async function endOrphans(visitorId: string): Promise<void> {
  const live = await instance();
  await Promise.allSettled(live.starting.values());
  const here = [...live.running.values()].filter((one) => one.visitorId === visitorId);
  for (const generation of here) {
    const standing = await standingOf(live.store, visitorId, generation.id);
    if (standing.type === "unknown") await Promise.allSettled([generation.interrupt("deleted")]);
  }
}

/** Waits for the instance that runs the answer to end it. One that does not is dead, or as good as that. */
async function endElsewhere(live: Instance, visitorId: string, id: string, deadline: number): Promise<void> {
  while ((await standingOf(live.store, visitorId, id)).type === "open") {
    if (performance.now() > deadline) {
      await settleDead(live.store, id, isoTime());
      return;
    }
    await nextChange(live.bus, id);
  }
}
