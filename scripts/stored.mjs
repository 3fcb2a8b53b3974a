import { spawnSync } from "node:child_process";

/** What lies in `DATA_DIR`. */
export const STORE_FILE = "platen.sqlite";
export const SECRET_FILE = "session-secret";
/** Beside the store: what a deployment would not be the same without. The second is the owner's own price list. */
export const KEPT_FILES = [SECRET_FILE, "prices.json"];

/** Ends the command with a sentence; the exit codes are sysexits.h's. */
export function end(code, sentence) {
  console.error(`Platen: ${sentence}`);
  process.exit(code);
}

/** The address without its password, which would otherwise be seen in the list of processes. */
export function withoutPassword(databaseUrl) {
  const url = new URL(databaseUrl);
  const password = decodeURIComponent(url.password);
  url.password = "";
  return { url: url.href, password };
}

/** Runs one of PostgreSQL's own tools. */
export function runTool(name, parameters, password) {
  const env = { ...process.env, ...(password === "" ? {} : { PGPASSWORD: password }) };
  const { status, error } = spawnSync(name, parameters, { stdio: ["ignore", "inherit", "inherit"], env });
  if (error?.code === "ENOENT") {
    end(69, `${name} is not installed here. Where it is, run: ${name} ${parameters.join(" ")}`);
  }
  if (status !== 0) end(1, `${name} ended with ${status}.`);
}
