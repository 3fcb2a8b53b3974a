import type { RefusalCode } from "@/lib/chat/error";
import { dayOf } from "../budget";
import { instance, isoTime } from "../instance";
import { processWide } from "../process-wide";
import { addRefusals } from "../store/refusals";
import { errorFields, log } from "./log";

/** A flood of refusals is a row in the store every so often, not a write for each. */
const FLUSH_AFTER_MS = 2_000;

type Tally = { counts: Map<string, number>; timer: NodeJS.Timeout | undefined };

/** Counts a request that was refused, for the owner's page. */
export function countRefusal(code: RefusalCode): void {
  const tally = processWide<Tally>("refusals", () => ({ counts: new Map(), timer: undefined }));
  tally.counts.set(code, (tally.counts.get(code) ?? 0) + 1);
  tally.timer ??= setTimeout(() => void flush(tally), FLUSH_AFTER_MS).unref();
}

async function flush(tally: Tally): Promise<void> {
  const { counts } = tally;
  tally.counts = new Map();
  tally.timer = undefined;
  try {
    const { store } = await instance();
    await addRefusals(store, dayOf(isoTime()), counts);
  } catch (error) {
    // They are for a glance: those of an outage are not worth keeping.
    log("warn", "refusals", errorFields(error));
  }
}
