import { fileURLToPath } from "node:url";
import { checkModel } from "./doctor/model.mjs";
import { checkPublicUrl } from "./doctor/public-url.mjs";
import { checkSettings } from "./doctor/settings.mjs";
import { checkStore } from "./doctor/store.mjs";
import { readSettings } from "./environment.mjs";

/**
 * `npm run doctor`: looks at the settings, the model, the store, the clock and the public address, without any cost, and
 * says in plain words what to change. Exit code 1 when something must be changed. Prints no secret.
 */
export async function run() {
  const read = await readSettings();
  if ("faults" in read) {
    console.log("Platen cannot start with these settings:");
    for (const fault of read.faults) console.log(`change  ${fault}`);
    process.exit(1);
  }
  const { environment } = read;
  const found = await Promise.all([
    checkSettings(environment),
    checkModel(environment),
    checkStore(environment),
    checkPublicUrl(environment),
  ]);
  const findings = found.flat();
  for (const { level, text } of findings) console.log(`${level.padEnd(6)}  ${text}`);
  const changes = findings.filter(({ level }) => level === "change").length;
  console.log(changes === 0 ? "\nNothing must be changed." : `\n${changes} to change.`);
  process.exit(changes === 0 ? 0 : 1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await run();
