import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { findChromium } from "../tests/chromium.mjs";
import { buildIfStale, root } from "./build.mjs";

/** `npm test`: unit, route and process tests, then the built app in a real browser. The fault matrix is `npm run faults`. */
const given = process.argv.slice(2);

run("vitest/vitest.mjs", ["run", ...(given.length > 0 ? given : ["--project=!faults"])]);
if (given.length > 0) process.exit(0);

const chromium = findChromium();
if (chromium === undefined) {
  console.error(
    "Platen: the browser tests need a Chromium, and none was found. Install one (Debian: apt-get install chromium; " +
      "elsewhere: npx playwright install chromium), or name it in CHROMIUM_PATH.",
  );
  process.exit(1);
}
console.log(`Platen: browser tests with ${chromium.path} (${chromium.found}).`);
buildIfStale();
run("@playwright/test/cli.js", ["test"], { CHROMIUM_PATH: chromium.path });

function run(script, args, env = {}) {
  const file = join(root, "node_modules", script);
  const { status } = spawnSync(process.execPath, [file, ...args], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  if (status !== 0) process.exit(status ?? 1);
}
