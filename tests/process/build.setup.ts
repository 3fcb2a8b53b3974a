import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Builds once for all tests of this folder; each server would otherwise do it for itself, all at the same time. */
export default function setup(): void {
  const script = fileURLToPath(new URL("../../scripts/build.mjs", import.meta.url));
  const { status } = spawnSync(process.execPath, [script], { stdio: "inherit" });
  if (status !== 0) throw new Error(`the build ended with ${status}`);
}
