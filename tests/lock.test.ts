import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

type Lock = { packages: Record<string, { version?: string; link?: boolean; resolved?: string }> };
const lock = JSON.parse(readFileSync(`${ROOT}package-lock.json`, "utf8")) as Lock;

/** The oldest versions without a known advisory (2026-11-22). */
const FLOORS = { next: "16.4.3", react: "19.2.6", "react-dom": "19.2.6", zod: "4.6.7", sharp: "0.35.5" };

function isAtLeast(version: string, floor: string): boolean {
  const [have, need] = [version, floor].map((one) => one.split(".").map((part) => Number.parseInt(part, 10)));
  for (let place = 0; place < 3; place++) {
    const difference = (have?.[place] ?? 0) - (need?.[place] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

test("the lock file names the binaries of every platform, so that npm ci takes it anywhere", () => {
  const { status } = spawnSync(process.execPath, ["scripts/complete-lock.mjs", "--check"], { cwd: ROOT });
  expect(status).toBe(0);
});

test("no package is below the version that mends its known advisories", () => {
  const below = Object.entries(lock.packages).flatMap(([path, { version = "" }]) => {
    const floor = FLOORS[path.split("node_modules/").at(-1) as keyof typeof FLOORS];
    return floor !== undefined && !isAtLeast(version, floor) ? [`${path} ${version}`] : [];
  });
  expect(below).toEqual([]);
});

test("packages come from the npm registry and nowhere else", () => {
  const foreign = Object.entries(lock.packages).filter(
    ([, { resolved }]) => resolved !== undefined && !resolved.startsWith("https://registry.npmjs.org/"),
  );
  expect(foreign).toEqual([]);
});
