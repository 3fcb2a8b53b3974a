import { change, note, ok } from "./findings.mjs";

const LOCAL = /^https?:\/\/(localhost|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|\[::1\])/;

/** Whether strangers can spend, and whether sessions outlive a restart. */
export function checkSettings(environment) {
  return [...checkSpending(environment), ...checkSessions(environment), ...checkHttps(environment)];
}

function checkSpending({ apiKey, baseUrl, appOrigin, accessCodes, dailyBudgetUsd }) {
  if (apiKey === undefined && baseUrl === undefined) return [];
  const hasCodes = accessCodes.length > 0;
  const hasBudget = dailyBudgetUsd !== undefined;
  if (hasCodes && hasBudget) return [ok(`Access codes: ${accessCodes.length}. Daily budget: ${dailyBudgetUsd} USD.`)];
  const isPublic = appOrigin !== undefined && !LOCAL.test(appOrigin);
  if (!hasCodes && !hasBudget) {
    const text =
      "Whoever can reach this server can spend without limit. Set DAILY_BUDGET_USD (and ACCESS_CODES, unless everybody may chat).";
    return [isPublic ? change(text) : note(text)];
  }
  return [
    hasBudget
      ? note(`No access codes: everybody who knows the address may chat, for ${dailyBudgetUsd} USD a day in all.`)
      : note("No daily budget: whoever has an access code can spend without limit. Set DAILY_BUDGET_USD."),
  ];
}

function checkSessions({ databaseUrl, sessionSecrets }) {
  if (sessionSecrets.length > 0) return [ok("SESSION_SECRET is set.")];
  if (databaseUrl === undefined) return [];
  return [
    change(
      "DATABASE_URL is set and SESSION_SECRET is not: instances that do not share DATA_DIR make secrets of their own, and visitors lose their conversations when they reach another one. Set the same SESSION_SECRET on all (openssl rand -base64 32).",
    ),
  ];
}

function checkHttps({ appOrigin }) {
  if (appOrigin === undefined || appOrigin.startsWith("https://") || LOCAL.test(appOrigin)) return [];
  return [
    change(
      `APP_ORIGIN is ${appOrigin}: without https everybody on the way reads along. Put a proxy with a certificate in front (docs/deploying.md).`,
    ),
  ];
}
