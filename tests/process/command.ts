import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Settings } from "./server";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Runs one of the scripts a person runs, to its end. `output` is both what it says and what it complains of. */
export function command(
  script: "doctor" | "backup" | "restore",
  settings: Settings,
  ...parameters: readonly string[]
): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [join("scripts", `${script}.mjs`), ...parameters], {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? "", ...settings } as unknown as NodeJS.ProcessEnv,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (bytes: Buffer) => {
      output += bytes;
    });
  }
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, output })));
}
