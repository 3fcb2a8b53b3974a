import { chownSync } from "node:fs";

/** The image's entry point: `serve` (the default), `doctor`, `backup <file>`, `restore <file>`. */
const COMMANDS = ["serve", "doctor", "backup", "restore"];
/** The image's user. */
const NOBODY = 65532;

giveRightsAway();
const [command = "serve"] = process.argv.splice(2, 1);
if (!COMMANDS.includes(command)) {
  console.error(`Platen: there is no command "${command}". There are: ${COMMANDS.join(", ")}.`);
  process.exit(64);
}
const { run } = await import(`./${command}.mjs`);
await run();

/** Started as root, for a volume that is root's: takes the volume, then becomes nobody. */
function giveRightsAway() {
  if (process.getuid?.() !== 0) return;
  chownSync(process.env.DATA_DIR ?? "/data", NOBODY, NOBODY);
  process.setgroups([]);
  process.setgid(NOBODY);
  process.setuid(NOBODY);
}
