import { environment } from "../env";
import { modelId } from "../model";
import { log } from "../operating/log";
import { hasOwnPrice, priceList } from "./prices";

/** Reads the prices, and so ends the process when `prices.json` is wrong; says it when a ceiling rests on a guess. */
export function sayPrices(): void {
  const list = priceList();
  const { dailyBudgetUsd, visitorDailyBudgetUsd } = environment();
  const hasCeiling = dailyBudgetUsd !== undefined || visitorDailyBudgetUsd !== undefined;
  if (!hasCeiling || hasOwnPrice(modelId(), list)) return;
  const { input, output } = list.otherModels;
  log("warn", "price_unknown", {
    model: modelId(),
    inputUsdPerMillion: input,
    outputUsdPerMillion: output,
    advice:
      "This model has no known price, so the budget counts it as the dearest. Name its price in DATA_DIR/prices.json.",
  });
}
