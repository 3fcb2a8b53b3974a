import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { RESULTS_FILE } from "./part";

/**
 * `npm run bench -- [part…] [--quick]`: runs `bench/<part>/run.ts`, all of them when none is named, each in a process
 * of its own, and puts what they report into `bench/results.json`. A part that reports nothing but prints a table is
 * kept as that table. Flags go to every part.
 */
const bench = dirname(fileURLToPath(import.meta.url));
const resultsFile = join(bench, "results.json");
const reportFile = join(bench, ".work", "report.json");

const given = process.argv.slice(2);
const flags = given.filter((word) => word.startsWith("-"));
const named = given.filter((word) => !word.startsWith("-"));
const all = readdirSync(bench).filter((name) => existsSync(scriptOf(name)));
const unknown = named.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`There is no such part: ${unknown.join(", ")}. There are: ${all.join(", ")}.`);
  process.exit(1);
}

mkdirSync(dirname(reportFile), { recursive: true });
let failures = 0;
for (const name of named.length > 0 ? named : all) await runPart(name);
process.exitCode = failures === 0 ? 0 : 1;

function scriptOf(name: string): string {
  return join(bench, name, "run.ts");
}

async function runPart(name: string): Promise<void> {
  process.stdout.write(`\n## ${name}\n`);
  rmSync(reportFile, { force: true });
  const { status, printed } = await runScript(scriptOf(name));
  if (status !== 0) {
    failures += 1;
    console.error(`The part "${name}" ended with ${status}.`);
    return;
  }
  const figures: unknown = existsSync(reportFile)
    ? JSON.parse(readFileSync(reportFile, "utf8"))
    : { table: printed.split("\n").filter((line) => line.startsWith("|")) };
  const results = existsSync(resultsFile) ? JSON.parse(readFileSync(resultsFile, "utf8")) : {};
  results[name] = { measuredAt: new Date().toISOString(), ...(figures as object) };
  writeFileSync(resultsFile, `${JSON.stringify(results, null, 2)}\n`);
}

function runScript(script: string): Promise<{ status: number | null; printed: string }> {
  const child = spawn(process.execPath, ["--import", "tsx", script, ...flags], {
    cwd: dirname(bench),
    env: { ...process.env, [RESULTS_FILE]: reportFile },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  child.stdout.on("data", (bytes: Buffer) => {
    process.stdout.write(bytes);
    printed += bytes;
  });
  return new Promise((resolve) => child.once("close", (status) => resolve({ status, printed })));
}
