import type { Left } from "@/lib/chat/owner";
import { leftFor } from "../budget";
import { instance, isoTime } from "../instance";
import { modelId } from "../model";
import type { Session } from "../session";
import { readOwnerSettings } from "../store/owner-settings";
import { highestInputMicroUsd, priceList } from "./prices";

const MILLION = 1_000_000;

/** What the visitor may know of what is left for them today. */
export async function leftOf({ visitor, codeLabel }: Pick<Session, "visitor" | "codeLabel">): Promise<Left> {
  const { store } = await instance();
  const { isLeftShown } = await readOwnerSettings(store);
  if (!isLeftShown) return { leftUsd: null, inputUsdPerMillion: null };
  const left = await leftFor(store, { visitorId: visitor.id, codeLabel }, isoTime());
  return {
    leftUsd: left === undefined ? null : left / MILLION,
    inputUsdPerMillion: highestInputMicroUsd(modelId(), MILLION, priceList()) / MILLION,
  };
}
