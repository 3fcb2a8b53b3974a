import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const bench = dirname(dirname(fileURLToPath(import.meta.url)));
const sources = join(bench, "server", "bare-next");
const peers = join(bench, "peers");
const work = join(bench, ".work", "bare-next");
const project = dirname(bench);

/** The built server of the bare Next app, and whether its AI SDK route is in it: offline it is left out. */
export function buildBareNext(): { script: string; hasAiSdk: boolean } {
  const hasAiSdk = installPeers();
  const standalone = join(work, ".next", "standalone", "bench", ".work", "bare-next");
  const fingerprintFile = join(work, "sources.sha256");
  const fingerprint = fingerprintOf([
    ...filesUnder(sources),
    join(project, "package-lock.json"),
    ...(hasAiSdk ? [join(peers, "package-lock.json")] : []),
  ]);
  const script = join(standalone, "server.js");
  if (existsSync(script) && existsSync(fingerprintFile) && readFileSync(fingerprintFile, "utf8") === fingerprint) {
    return { script, hasAiSdk };
  }
  process.stdout.write("Building the bare Next app.\n");
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  cpSync(sources, work, { recursive: true });
  writeFileSync(join(work, "package.json"), JSON.stringify({ private: true, type: "module" }));
  if (hasAiSdk) symlinkSync(join(peers, "node_modules"), join(work, "node_modules"));
  else rmSync(join(work, "app", "ai-sdk"), { recursive: true });
  run([join(project, "node_modules", "next", "dist", "bin", "next"), "build"], work);
  writeFileSync(fingerprintFile, fingerprint);
  return { script, hasAiSdk };
}

/** Whether the AI SDK is there, of the versions in the lock file. */
function installPeers(): boolean {
  const lock = readFileSync(join(peers, "package-lock.json"), "utf8");
  const stamp = join(peers, "node_modules", ".installed-lock.json");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return true;
  process.stdout.write("Installing the AI SDK into bench/peers.\n");
  const { status } = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: peers,
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
  if (status !== 0) {
    process.stdout.write("The AI SDK cannot be installed here; it is left out.\n");
    return false;
  }
  writeFileSync(stamp, lock);
  return true;
}

function run(command: string[], cwd: string): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    cwd,
    encoding: "utf8",
    env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
  });
  if (status !== 0) throw new Error(`the bare Next app cannot be built:\n${stdout}${stderr}`);
}

function fingerprintOf(files: readonly string[]): string {
  const hash = createHash("sha256");
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest("hex");
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((left, right) => left.name.localeCompare(right.name))
    .flatMap((entry) => (entry.isDirectory() ? filesUnder(join(folder, entry.name)) : [join(folder, entry.name)]));
}
