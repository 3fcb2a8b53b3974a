import type { Refusal } from "@/lib/chat/error";
import type { OwnerChange, OwnerOverview, OwnerSettings } from "@/lib/chat/owner";
import { dayOf, forgetStanding } from "./budget";
import { OWNER_LABEL } from "./door/access";
import { environment } from "./env";
import { refuse } from "./guard";
import { instance, isoTime } from "./instance";
import type { Session } from "./session";
import { announceStop, markAllStopped, readUnderWay } from "./store/generation-log";
import { countSpenders, readSpending, readUses } from "./store/ledger";
import { changeOwnerSettings, readOwnerSettings } from "./store/owner-settings";
import { readRefusals } from "./store/refusals";
import { listAllShares, revokeShare } from "./store/shares";
import { countVisitors } from "./store/visitors";

const DAYS_SHOWN = 30;
const DAY_MS = 24 * 60 * 60 * 1000;
const UNKNOWN: Refusal = { code: "not_found", message: "There is no such call." };

export function isOwner({ codeLabel }: Pick<Session, "codeLabel">): boolean {
  return codeLabel === OWNER_LABEL;
}

/** To everybody else the owner's calls are as unknown as any that does not exist. */
export function requireOwner(session: Pick<Session, "codeLabel">): void {
  if (!isOwner(session)) refuse(UNKNOWN);
}

/** Everything the owner's page shows, as it stands now on all instances. */
export async function overview(): Promise<OwnerOverview> {
  const { store } = await instance();
  const { accessCodes, dailyBudgetUsd, visitorDailyBudgetUsd } = environment();
  const now = isoTime();
  const days = Array.from({ length: DAYS_SHOWN }, (_, index) => dayOf(isoTime((index + 1 - DAYS_SHOWN) * DAY_MS)));
  const [first = ""] = days;
  const today = await readSpending(store, dayOf(now), { scope: "all", name: "" });
  const uses = await readUses(store, first);
  return {
    now,
    settings: await readOwnerSettings(store),
    wallsUsd: { daily: dailyBudgetUsd ?? null, visitorDaily: visitorDailyBudgetUsd ?? null },
    today: { spentUsd: usd(today.spentMicroUsd), heldUsd: usd(today.heldMicroUsd) },
    days,
    spent: uses
      .filter(({ spentMicroUsd }) => spentMicroUsd > 0)
      .map(({ day, codeLabel, model, spentMicroUsd }) => ({ day, codeLabel, model, usd: usd(spentMicroUsd) })),
    codeLabels: accessCodes.map(({ label }) => label),
    underWay: await readUnderWay(store),
    visitors: { known: await countVisitors(store), today: await countSpenders(store, dayOf(now)) },
    refusals: await readRefusals(store, first, dayOf(now)),
    shares: (await listAllShares(store)).map(({ id, title, createdAt, expiresAt }) => ({
      id,
      title,
      createdAt,
      expiresAt,
    })),
  };
}

function usd(microUsd: number): number {
  return microUsd / 1_000_000;
}

/** Makes the change on all instances at once. A ceiling above the environment's is refused, not quietly lowered. */
export async function changeSettings(change: OwnerChange): Promise<void> {
  const { dailyBudgetUsd: daily, visitorDailyBudgetUsd: visitorDaily } = environment();
  refuseAbove(change.dailyBudgetUsd, daily, "DAILY_BUDGET_USD");
  refuseAbove(change.visitorDailyBudgetUsd, visitorDaily, "VISITOR_DAILY_BUDGET_USD");
  for (const ceiling of Object.values(change.codeDailyBudgetsUsd ?? {})) {
    refuseAbove(ceiling, daily, "DAILY_BUDGET_USD");
  }
  const { store } = await instance();
  await changeOwnerSettings(
    store,
    dayOf(isoTime()),
    (settings) => changed(settings, change),
    async (transaction) => {
      if (change.isStoppingAnswers === true) await markAllStopped(transaction, isoTime());
    },
  );
  forgetStanding();
  if (change.isStoppingAnswers === true) await announceStop(store);
}

function refuseAbove(ceilingUsd: number | null | undefined, wallUsd: number | undefined, name: string): void {
  if (ceilingUsd === undefined || ceilingUsd === null || wallUsd === undefined || ceilingUsd <= wallUsd) return;
  refuse({ code: "invalid_request", message: `This is above ${name}, which stands at $${wallUsd}.` });
}

function changed(settings: OwnerSettings, change: OwnerChange): OwnerSettings {
  const { isPaused, isLeftShown, dailyBudgetUsd, visitorDailyBudgetUsd, codeDailyBudgetsUsd } = change;
  const codes = { ...settings.codeDailyBudgetsUsd, ...codeDailyBudgetsUsd };
  return {
    isPaused: isPaused ?? settings.isPaused,
    isLeftShown: isLeftShown ?? settings.isLeftShown,
    dailyBudgetUsd: dailyBudgetUsd === undefined ? settings.dailyBudgetUsd : dailyBudgetUsd,
    visitorDailyBudgetUsd: visitorDailyBudgetUsd === undefined ? settings.visitorDailyBudgetUsd : visitorDailyBudgetUsd,
    codeDailyBudgetsUsd: Object.fromEntries(
      Object.entries(codes).flatMap(([label, usd]) => (usd === null ? [] : [[label, usd]])),
    ),
  };
}

/** Ends a link, whoever's it is. */
export async function endShare(id: string): Promise<void> {
  const { store } = await instance();
  if (!(await revokeShare(store, id))) refuse({ code: "not_found", message: "There is no such share." });
}
