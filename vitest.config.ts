import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { isPostgresInstalled } from "./tests/postgres";

const shared = {
  resolve: { alias: { "@": fileURLToPath(new URL(".", import.meta.url)) } },
};
// A machine that is busy with other things gets a second try: sockets, processes and real time are in many tests.
const RETRIES = process.env.CI ? 1 : 0;
const ROUTES = "tests/routes/**/*.test.ts";

const postgres = isPostgresInstalled()
  ? [
      {
        ...shared,
        test: {
          name: "postgres",
          retry: RETRIES,
          include: [ROUTES],
          testTimeout: 20_000,
          env: { TEST_STORE: "postgres" },
          globalSetup: "tests/postgres.setup.ts",
        },
      },
    ]
  : [];
if (postgres.length === 0) {
  console.warn(
    "Platen: PostgreSQL is not installed here, so its tests are skipped (Debian: apt-get install postgresql).",
  );
}

export default defineConfig({
  test: {
    projects: [
      {
        ...shared,
        test: {
          name: "unit",
          retry: RETRIES,
          // Node 20.9 cannot have more of its clock replaced: its hooks would wait for ever.
          fakeTimers: {
            toFake: [
              "setTimeout",
              "clearTimeout",
              "setInterval",
              "clearInterval",
              "setImmediate",
              "clearImmediate",
              "Date",
            ],
          },
          include: ["{app,components,lib,bench}/**/*.test.{ts,tsx}", "tests/upstream/**/*.test.ts", "tests/*.test.ts"],
          testTimeout: 20_000,
        },
      },
      { ...shared, test: { name: "sqlite", include: [ROUTES], retry: RETRIES, testTimeout: 20_000 } },
      ...postgres,
      {
        ...shared,
        test: {
          name: "faults",
          retry: RETRIES,
          include: ["tests/faults/**/*.test.ts"],
          exclude: postgres.length === 0 ? ["tests/faults/{postgres,cluster}.test.ts"] : [],
          globalSetup: "tests/process/build.setup.ts",
          testTimeout: 120_000,
          maxConcurrency: 20,
          // Mostly they wait.
          maxWorkers: 3,
        },
      },
      {
        ...shared,
        test: {
          name: "process",
          retry: RETRIES,
          include: ["tests/process/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          globalSetup: "tests/process/build.setup.ts",
        },
      },
    ],
  },
});
