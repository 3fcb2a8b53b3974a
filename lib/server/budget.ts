import { randomUUID } from "node:crypto";
import type { Transaction } from "kysely";
import type { Refusal } from "@/lib/chat/error";
import { NO_USAGE, type Usage } from "@/lib/chat/message";
import type { OwnerSettings } from "@/lib/chat/owner";
import { type Environment, environment } from "./env";
import { costMicroUsd, highestInputMicroUsd, highestOutputNanoUsd, priceList } from "./money/prices";
import { processWide } from "./process-wide";
import { durably, type Queries, type Store } from "./store/database";
import {
  findHeld,
  type Held,
  hold,
  lockSpending,
  readSums,
  type Scope,
  type Spender,
  type Spending,
  settleHeld,
} from "./store/ledger";
import { readOwnerSettings } from "./store/owner-settings";
import type { Schema } from "./store/schema";

/** A call that is about to be made: `inputTokens` and `maxOutputTokens` are the most that it can use. */
export type Call = Spender & { id: string; model: string; inputTokens: number; maxOutputTokens: number };

/** What was held for a call. `isLimited`: a ceiling stands over it, so it may not use more than that. */
export type Grant = { type: "granted"; held: Held; isLimited: boolean };

export type Reserved = Grant | { type: "refused"; refusal: Refusal };

/** A shorter answer than this is not worth its reading. */
const LEAST_USEFUL_TOKENS = 1_000;
const HELD_RETRY_SECONDS = 20;
const DAY_MS = 24 * 60 * 60 * 1000;

export const PAUSED: Refusal = { code: "busy", message: "The owner has paused this service." };

const ID_TAKEN: Refusal = { code: "conflict", message: "That id is already the id of another answer." };

const SPENT_SENTENCES: Record<Scope, string> = {
  all: "Today's budget of this service is spent. It opens again at midnight UTC.",
  code: "What may be spent with your access code today is spent. There is more from midnight UTC.",
  visitor: "Your share of today's budget is spent. There is more from midnight UTC.",
};

/** The UTC day of `now`, an ISO time: budgets are for days of UTC. */
export function dayOf(now: string): string {
  return now.slice(0, 10);
}

/** Dollars in whole micro-dollars, rounded down. */
export function microUsd(dollars: number): number {
  return Math.floor(dollars * 1_000_000 + 1e-6);
}

/** The daily ceilings over `spender`, in micro-dollars: the owner's, and over them those of the environment. */
export function ceilingsFor(
  { codeLabel }: Pick<Spender, "codeLabel">,
  settings: OwnerSettings,
  { dailyBudgetUsd, visitorDailyBudgetUsd }: Pick<Environment, "dailyBudgetUsd" | "visitorDailyBudgetUsd">,
): ReadonlyMap<Scope, number> {
  const ofCode = codeLabel === undefined ? undefined : settings.codeDailyBudgetsUsd[codeLabel];
  const ceilings: [Scope, number][] = [
    ["all", Math.min(dailyBudgetUsd ?? Infinity, settings.dailyBudgetUsd ?? Infinity)],
    ["code", ofCode ?? Infinity],
    ["visitor", Math.min(visitorDailyBudgetUsd ?? Infinity, settings.visitorDailyBudgetUsd ?? Infinity)],
  ];
  return new Map(ceilings.filter(([, usd]) => usd !== Infinity).map(([scope, usd]) => [scope, microUsd(usd)]));
}

/**
 * Holds the most that `call` can cost, within the transaction that saves what it is for: across all instances no two
 * calls take the same money. Where less is left than the longest answer costs, the answer may only be that long. What is
 * held for a call is for that one: the id of an earlier one is refused, also when its conversation is deleted.
 * `isRepeat`: an earlier try may have been carried out, and gets what it has held.
 */
export async function reserve(
  transaction: Transaction<Schema>,
  call: Call,
  now: string,
  isRepeat = false,
): Promise<Reserved> {
  const day = dayOf(now);
  const sums = await lockSpending(transaction, day, call);
  const settings = await readOwnerSettings(transaction);
  const ceilings = ceilingsFor(call, settings, environment());
  const isLimited = ceilings.size > 0;
  const earlier = await findHeld(transaction, call.id);
  if (earlier?.isSettled === false && isRepeat) return { type: "granted", held: earlier.held, isLimited };
  if (earlier !== undefined) return { type: "refused", refusal: ID_TAKEN };
  if (settings.isPaused) return { type: "refused", refusal: remember(call, PAUSED) };
  const costs = costsOf(call);
  const { inputMicroUsd, outputNanoUsd } = costs;
  const fitting = cutToFit(call, costs, tightest(ceilings, sums));
  if (fitting.type === "refused") return { type: "refused", refusal: refusalFor(fitting, now) };
  const { maxOutputTokens } = fitting;
  const heldMicroUsd = inputMicroUsd + outputMicroUsd(maxOutputTokens, outputNanoUsd);
  const { id, visitorId, codeLabel, model } = call;
  const held = { id, visitorId, codeLabel, day, model, maxOutputTokens, inputMicroUsd, heldMicroUsd };
  await hold(transaction, held);
  return { type: "granted", held, isLimited };
}

/**
 * Why `call` would be refused as things stand, if so. It costs no lock and no transaction, so a crowd that comes when
 * the budget is spent keeps nobody else waiting; what it lets through is still to be reserved. That the whole day's
 * budget is spent, or the service paused, is asked of the store once a second.
 */
export async function refusalAhead(queries: Queries, call: Call, now: string): Promise<Refusal | undefined> {
  const remembered = standing().verdicts.get(call.model);
  if (remembered !== undefined && isFresh(remembered, AHEAD_MS)) return remembered.refusal;
  const { dailyBudgetUsd, visitorDailyBudgetUsd } = environment();
  if (dailyBudgetUsd === undefined && visitorDailyBudgetUsd === undefined) return undefined;
  const settings = await readOwnerSettings(queries);
  if (settings.isPaused) return remember(call, PAUSED);
  const sums = await readSums(queries, dayOf(now), call);
  const fitting = cutToFit(call, costsOf(call), tightest(ceilingsFor(call, settings, environment()), sums));
  if (fitting.type === "fits") return undefined;
  const refusal = refusalFor(fitting, now);
  // What is only held may be given back the next moment, and the other ceilings are not everybody's.
  return fitting.scope === "all" && !fitting.isHeldByOthers ? remember(call, refusal) : refusal;
}

/** What even the least that can be asked of a model was refused for, and when that was asked. */
type Verdict = { refusal: Refusal; at: number };

/** So long a verdict spares the store the question, and so long a crowd that is turned away is told of it. */
const AHEAD_MS = 1_000;
const TOLD_MS = 3_000;

const standing = () => processWide("standing-refusals", () => ({ verdicts: new Map<string, Verdict>() }));

function isFresh({ at }: Verdict, withinMs: number): boolean {
  return performance.now() - at < withinMs;
}

function remember({ model }: Call, refusal: Refusal): Refusal {
  standing().verdicts.set(model, { refusal, at: performance.now() });
  return refusal;
}

/** Why nobody's call to `model` is made at the moment, as far as this process has asked within the last seconds. */
export function standingRefusal(model: string): Refusal | undefined {
  const verdict = standing().verdicts.get(model);
  return verdict !== undefined && isFresh(verdict, TOLD_MS) ? verdict.refusal : undefined;
}

/** The owner has changed something: the next call is judged anew. */
export function forgetStanding(): void {
  standing().verdicts.clear();
}

/** The ceiling that leaves least. */
type Tightest = { scope: Scope; leftMicroUsd: number; heldMicroUsd: number };

function tightest(ceilings: ReadonlyMap<Scope, number>, sums: ReadonlyMap<string, Spending>): Tightest | undefined {
  let found: Tightest | undefined;
  for (const [scope, ceiling] of ceilings) {
    const { spentMicroUsd, heldMicroUsd } = sums.get(scope) ?? { spentMicroUsd: 0, heldMicroUsd: 0 };
    const leftMicroUsd = ceiling - spentMicroUsd - heldMicroUsd;
    if (found === undefined || leftMicroUsd < found.leftMicroUsd) found = { scope, leftMicroUsd, heldMicroUsd };
  }
  return found;
}

type Costs = { inputMicroUsd: number; outputNanoUsd: number };

function costsOf({ model, inputTokens }: Call): Costs {
  const list = priceList();
  return {
    inputMicroUsd: highestInputMicroUsd(model, inputTokens, list),
    outputNanoUsd: highestOutputNanoUsd(model, inputTokens, list),
  };
}

type Unfit = { type: "refused"; scope: Scope; isHeldByOthers: boolean };

function cutToFit(
  { maxOutputTokens }: Call,
  { inputMicroUsd, outputNanoUsd }: Costs,
  limit: Tightest | undefined,
): { type: "fits"; maxOutputTokens: number } | Unfit {
  const isFree = inputMicroUsd === 0 && outputNanoUsd === 0;
  if (limit === undefined || isFree) return { type: "fits", maxOutputTokens };
  const leastMicroUsd = inputMicroUsd + outputMicroUsd(Math.min(LEAST_USEFUL_TOKENS, maxOutputTokens), outputNanoUsd);
  if (limit.leftMicroUsd < leastMicroUsd) {
    const isHeldByOthers = limit.leftMicroUsd + limit.heldMicroUsd >= leastMicroUsd;
    return { type: "refused", scope: limit.scope, isHeldByOthers };
  }
  const affordable = Math.floor(((limit.leftMicroUsd - inputMicroUsd) * 1000) / outputNanoUsd);
  return { type: "fits", maxOutputTokens: Math.min(maxOutputTokens, affordable) };
}

function outputMicroUsd(tokens: number, nanoUsd: number): number {
  return Math.ceil((tokens * nanoUsd) / 1000);
}

function refusalFor({ scope, isHeldByOthers }: Unfit, now: string): Refusal {
  if (isHeldByOthers) {
    return {
      code: "budget_spent",
      message: "What is left of today's budget is set aside for answers under way. Please try again in a moment.",
      retryAfterSeconds: HELD_RETRY_SECONDS,
    };
  }
  return { code: "budget_spent", message: SPENT_SENTENCES[scope], retryAfterSeconds: secondsUntilTomorrow(now) };
}

/** Until the next midnight of UTC. */
export function secondsUntilTomorrow(now: string): number {
  return Math.ceil((DAY_MS - (Date.parse(now) % DAY_MS)) / 1000);
}

/** Most tokens of an answer after attempts that used `lost` and came to nothing; 0 when it cannot be asked again. */
export function outputTokensLeft({ held, isLimited }: Grant, lost: Usage): number {
  const list = priceList();
  const lostMicroUsd = costMicroUsd(held.model, lost, list);
  const nanoUsd = highestOutputNanoUsd(held.model, Infinity, list);
  if (!isLimited || lostMicroUsd === 0 || nanoUsd === 0) return held.maxOutputTokens;
  const leftMicroUsd = held.heldMicroUsd - lostMicroUsd - held.inputMicroUsd;
  const tokens = Math.min(held.maxOutputTokens, Math.floor((leftMicroUsd * 1000) / nanoUsd));
  return tokens < Math.min(LEAST_USEFUL_TOKENS, held.maxOutputTokens) ? 0 : tokens;
}

/** At most so many tokens are in what is sent: each stands for one byte or more, and a few go round each message. */
export function highestInputTokens(messages: readonly unknown[], systemPrompt = ""): number {
  return Buffer.byteLength(JSON.stringify(messages)) + Buffer.byteLength(systemPrompt) + TOKENS_AROUND_A_CALL;
}

/** What the API adds of its own, for tools and thinking. */
const TOKENS_AROUND_A_CALL = 1_000;

/**
 * Makes a call to the model that is no answer, such as for a title, if the budget has its highest cost left; undefined,
 * and no call, if not. `call` says what it used; where it cannot, or throws, the whole counts as spent.
 */
export async function spendWithin<Result>(
  { store }: { store: Store },
  { maxOutputTokens, ...about }: Omit<Call, "id">,
  call: () => Promise<{ result: Result; usage: Usage | undefined }>,
): Promise<Result | undefined> {
  const id = randomUUID();
  const reserved = await durably(store, (transaction) =>
    reserve(transaction, { ...about, id, maxOutputTokens }, new Date().toISOString()),
  );
  const isWhole = reserved.type === "granted" && reserved.held.maxOutputTokens === maxOutputTokens;
  let usage: Usage | undefined = NO_USAGE;
  try {
    if (!isWhole) return undefined;
    usage = undefined;
    const made = await call();
    usage = made.usage;
    return made.result;
  } finally {
    const spent = usage;
    await durably(store, (transaction) =>
      settleHeld(transaction, id, (held) =>
        spent === undefined ? held.heldMicroUsd : costMicroUsd(held.model, spent, priceList()),
      ),
    );
  }
}

/** What is left for `spender` today, in micro-dollars; undefined where no ceiling stands over them. */
export async function leftFor(queries: Queries, spender: Spender, now: string): Promise<number | undefined> {
  const ceilings = ceilingsFor(spender, await readOwnerSettings(queries), environment());
  if (ceilings.size === 0) return undefined;
  const limit = tightest(ceilings, await readSums(queries, dayOf(now), spender));
  return limit && Math.max(0, limit.leftMicroUsd);
}
