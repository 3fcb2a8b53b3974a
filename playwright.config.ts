import { defineConfig } from "@playwright/test";
import type { StoreOption } from "./tests/e2e/fixtures";
import { isPostgresInstalled } from "./tests/postgres";

const isRoot = process.getuid?.() === 0;

const hasPostgres = isPostgresInstalled();
/** What is kept, found, branched, taken along and shared: the same on the other store. */
const OF_THE_STORE = /(history|branches|export|share)\.spec\.ts$/;

export default defineConfig<object, StoreOption>({
  ...(hasPostgres ? { globalSetup: "./tests/e2e/postgres.setup.ts" } : {}),
  projects: [
    { name: "sqlite" },
    ...(hasPostgres ? [{ name: "postgres", testMatch: OF_THE_STORE, use: { store: "postgres" as const } }] : []),
  ],
  testDir: "tests/e2e",
  outputDir: "test-results",
  // Each worker starts its own server and its own model; two fit on two cores.
  workers: 2,
  fullyParallel: false,
  retries: process.env.CI ? 1 : 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [["list"]],
  use: {
    viewport: { width: 1280, height: 800 },
    launchOptions: {
      ...(process.env.CHROMIUM_PATH ? { executablePath: process.env.CHROMIUM_PATH } : {}),
      args: [
        // Chromium's sandbox refuses to run as root.
        ...(isRoot ? ["--no-sandbox"] : []),
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
      ],
    },
    trace: "retain-on-failure",
  },
});
