import { createHash, timingSafeEqual } from "node:crypto";
import { dayOf } from "../budget";
import { environment } from "../env";
import { instance, isoTime } from "../instance";
import { readSpendingByModel } from "../store/ledger";
import { errorFields, log } from "./log";
import { metrics } from "./metrics";

/** The answer to a scrape with that `Authorization` header: 404 without `METRICS_TOKEN`, 401 without the right one. */
export async function scrape(authorization: string | null): Promise<Response> {
  const { metricsToken } = environment();
  if (metricsToken === undefined) return new Response(null, { status: 404 });
  if (!isSame(authorization ?? "", `Bearer ${metricsToken}`)) {
    return new Response(null, { status: 401, headers: { "www-authenticate": "Bearer" } });
  }
  await readGauges();
  const { registry } = metrics();
  return new Response(await registry.metrics(), {
    headers: { "content-type": registry.contentType, "cache-control": "no-store" },
  });
}

/** Compares in a time that does not depend on either. */
function isSame(left: string, right: string): boolean {
  const [a, b] = [left, right].map((text) => createHash("sha256").update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}

/** What is not counted as it happens. A store that is away must not hide what the process knows by itself. */
async function readGauges(): Promise<void> {
  const { running, spent, held } = metrics();
  try {
    const live = await instance();
    running.set(live.running.size);
    const models = await readSpendingByModel(live.store, dayOf(isoTime()));
    spent.reset();
    held.reset();
    for (const { model, spentMicroUsd, heldMicroUsd } of models) {
      spent.set({ model }, spentMicroUsd);
      held.set({ model }, heldMicroUsd);
    }
  } catch (error) {
    log("error", "metrics", errorFields(error));
  }
}
