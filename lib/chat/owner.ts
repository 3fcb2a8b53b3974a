import { z } from "zod";

/** Dollars a day; null: no ceiling. */
const ceilingUsd = z.number().min(0).max(1_000_000).nullable();

/** What the owner sets on their page, as it is kept. A ceiling of the environment stands over one that is higher. */
export const ownerSettings = z.object({
  isPaused: z.boolean().default(false),
  /** Whether a visitor sees what is left for them. */
  isLeftShown: z.boolean().default(false),
  dailyBudgetUsd: ceilingUsd.default(null),
  visitorDailyBudgetUsd: ceilingUsd.default(null),
  /** By the label of the access code. */
  codeDailyBudgetsUsd: z.record(z.string(), z.number().min(0).max(1_000_000)).default({}),
});

export type OwnerSettings = z.infer<typeof ownerSettings>;

/** The body of `PATCH /api/owner`. */
export const ownerChange = z
  .strictObject({
    isPaused: z.boolean().optional(),
    /** Ends the answers under way, on every instance. */
    isStoppingAnswers: z.literal(true).optional(),
    isLeftShown: z.boolean().optional(),
    dailyBudgetUsd: ceilingUsd.optional(),
    visitorDailyBudgetUsd: ceilingUsd.optional(),
    codeDailyBudgetsUsd: z.record(z.string(), ceilingUsd).optional(),
  })
  .refine((body) => Object.keys(body).length > 0, "changes nothing");

export type OwnerChange = z.infer<typeof ownerChange>;

/** Dollars that calls have cost on a UTC day, by one model for those with one access code ("": none is needed). */
export type SpentOn = { day: string; codeLabel: string; model: string; usd: number };

/** All that the owner's page shows. Nothing of it is anybody's text. */
export type OwnerOverview = {
  /** ISO 8601, UTC, as are all times here. */
  now: string;
  settings: OwnerSettings;
  /** The ceilings of the environment: no setting reaches over them. */
  wallsUsd: { daily: number | null; visitorDaily: number | null };
  today: { spentUsd: number; heldUsd: number };
  /** Of the last 30 days, today being the last. */
  days: readonly string[];
  spent: readonly SpentOn[];
  /** Of the access codes as they stand. */
  codeLabels: readonly string[];
  underWay: readonly { id: string; model: string; codeLabel: string; startedAt: string }[];
  visitors: { known: number; today: number };
  /** Of the last 30 days, and how many of them today. */
  refusals: readonly { code: string; count: number; today: number }[];
  shares: readonly { id: string; title: string; createdAt: string; expiresAt: string | null }[];
};

/** What is left for the visitor today; null where there is no ceiling, or the owner does not show it. */
export type Left = { leftUsd: number | null; inputUsdPerMillion: number | null };
