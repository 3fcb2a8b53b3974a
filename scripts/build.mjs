import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const standalone = join(root, ".next", "standalone");

const SOURCES = ["app", "components", "lib", "public", "instrumentation.ts", "proxy.ts"];
const SETTINGS = [
  "next.config.mjs",
  "postcss.config.mjs",
  "tailwind.config.ts",
  "tsconfig.json",
  "package-lock.json",
  "scripts/environment.mjs",
];
const FINGERPRINT = join(standalone, "sources.sha256");

/** Builds the app when there is no build of exactly these sources. Ends the process when the build fails. */
export function buildIfStale() {
  const fingerprint = fingerprintOf([...SOURCES, ...SETTINGS]);
  if (existsSync(FINGERPRINT) && readFileSync(FINGERPRINT, "utf8") === fingerprint) return;
  console.log("Platen: building. This happens once after each change and takes about half a minute.");
  const next = join(root, "node_modules", "next", "dist", "bin", "next");
  const environment = { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" };
  const { status } = spawnSync(process.execPath, [next, "build"], { cwd: root, stdio: "inherit", env: environment });
  if (status !== 0) process.exit(status ?? 1);
  // Next leaves both out of the standalone folder for a CDN to serve; here the server serves them.
  cpSync(join(root, ".next", "static"), join(standalone, ".next", "static"), { recursive: true });
  if (existsSync(join(root, "public"))) {
    cpSync(join(root, "public"), join(standalone, "public"), { recursive: true });
  }
  // For where there is no compiler: the doctor in the image. In a process of its own, to leave no compiler in this one.
  const compiled = spawnSync(process.execPath, [join(root, "scripts", "environment.mjs")], { stdio: "inherit" });
  if (compiled.status !== 0) process.exit(compiled.status ?? 1);
  writeFileSync(FINGERPRINT, fingerprint);
}

function fingerprintOf(paths) {
  const hash = createHash("sha256");
  for (const path of paths)
    for (const file of filesUnder(path)) hash.update(file).update(readFileSync(join(root, file)));
  return hash.digest("hex");
}

function filesUnder(path) {
  const absolute = join(root, path);
  if (!existsSync(absolute)) return [];
  if (statSync(absolute).isFile()) return [path];
  return readdirSync(absolute)
    .sort()
    .flatMap((name) => filesUnder(join(path, name)))
    .filter((file) => !/\.test\.tsx?$/.test(file));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) buildIfStale();
