import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./build.mjs";

const SYSTEMS = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"];
const PROCESSORS = ["arm64", "arm", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "wasm32", "x64"];

/**
 * The optional packages that `lock` names as dependencies and has no entry for. A registry that mirrors one platform
 * only makes npm leave the other platforms' binaries out, and then `npm ci` refuses the file.
 */
function missingOptional(lock) {
  return Object.entries(lock.packages).flatMap(([path, one]) =>
    Object.entries(one.optionalDependencies ?? {})
      .filter(([name]) => !isLocked(lock, path, name))
      .map(([name, range]) => ({ name, version: range.replace(/^[~^]/, ""), isDevelopment: one.dev === true })),
  );
}

function isLocked(lock, path, name) {
  for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("node_modules/") - 1))) {
    if (lock.packages[`${folder}${folder === "" ? "" : "/"}node_modules/${name}`] !== undefined) return true;
    if (folder === "") return false;
  }
}

function entryOf({ name, version, isDevelopment }) {
  const words = name.split(/[/-]/);
  const system = name === "fsevents" ? "darwin" : SYSTEMS.find((one) => words.includes(one));
  const processor = PROCESSORS.find((one) => words.includes(one) || (one === "arm" && words.includes("arm")));
  const isMusl = words.some((word) => word.startsWith("musl"));
  return {
    version,
    ...(system === "linux" ? { libc: [isMusl ? "musl" : "glibc"] } : {}),
    ...(processor === undefined ? {} : { cpu: [processor] }),
    ...(isDevelopment ? { dev: true } : {}),
    optional: true,
    ...(system === undefined ? {} : { os: [system] }),
  };
}

const file = join(root, "package-lock.json");
const lock = JSON.parse(readFileSync(file, "utf8"));
const missing = missingOptional(lock);
console.log(`Platen: ${missing.length} optional packages are missing from the lock file.`);

if (process.argv.includes("--check")) process.exit(missing.length === 0 ? 0 : 1);
for (const one of missing) lock.packages[`node_modules/${one.name}`] = entryOf(one);
const packages = Object.entries(lock.packages).sort(([left], [right]) => (left < right ? -1 : 1));
writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(packages) }, null, 2)}\n`);
