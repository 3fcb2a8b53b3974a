import { spawnSync } from "node:child_process";
import { join } from "node:path";
import nextEnv from "@next/env";
import { renderUnicodeCompact } from "uqr";
import { buildIfStale, root } from "./build.mjs";
import { serve } from "./serve.mjs";

process.env.NODE_ENV = "production";
nextEnv.loadEnvConfig(root, false, { info: () => {}, error: console.error });

// In a process of its own, because the compiler it takes would stay in the server's memory.
const checked = spawnSync(process.execPath, [join(root, "scripts", "check-environment.mjs")], { stdio: "inherit" });
if (checked.status !== 0) process.exit(checked.status ?? 1);

buildIfStale();
showPublicUrl(process.env.APP_ORIGIN?.trim());
await serve();

/** For the telephone on the desk: only where a person looks. */
function showPublicUrl(url) {
  if (url && process.stdout.isTTY) console.log(`${renderUnicodeCompact(url)}\n${url}\n`);
}
