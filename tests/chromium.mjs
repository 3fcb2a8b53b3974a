import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chromium } from "@playwright/test";

const SYSTEM = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
];
const MAC = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/**
 * The path of a Chromium and where it was found: Playwright's own, the system's, or Debian's, installed now when this
 * user may. Undefined when there is none to be had.
 */
export function findChromium() {
  if (existsSync(chromium.executablePath())) return { path: chromium.executablePath(), found: "Playwright's own" };
  const system = [process.env.CHROMIUM_PATH ?? "", ...SYSTEM, ...MAC].find((path) => path !== "" && existsSync(path));
  if (system !== undefined) return { path: system, found: "the system's" };
  return installFromDebian();
}

function installFromDebian() {
  const mayInstall = process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");
  if (!mayInstall) return undefined;
  console.log("Platen: no Chromium found; installing Debian's.");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  spawnSync("apt-get", ["update", "-qq"], { stdio: "inherit", env });
  const packages = ["chromium", "fonts-noto-color-emoji"];
  execFileSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], { stdio: "inherit", env });
  return existsSync(SYSTEM[0]) ? { path: SYSTEM[0], found: "Debian's, just installed" } : undefined;
}
