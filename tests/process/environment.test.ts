import { mkdtempSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { launch, startServer, Visitor } from "./server";

/** Every setting that can be wrong, each in a way of its own. */
const WRONG = {
  ANTHROPIC_API_KEY: "sk-ant canary-with-a-space",
  ANTHROPIC_BASE_URL: "ftp://canary.example",
  ANTHROPIC_MODEL: "a model",
  PORT: "70000",
  DATABASE_URL: "mysql://root:canary@localhost/platen",
  APP_ORIGIN: "https://chat.example.org/path",
  ACCESS_CODES: "friends:canary",
  SESSION_SECRET: "canary-short",
  TRUSTED_PROXY_HOPS: "17",
  DAILY_BUDGET_USD: "-1",
  VISITOR_DAILY_BUDGET_USD: "five",
  MESSAGES_PER_MINUTE: "0",
  MESSAGES_PER_DAY: "1.5",
  MAX_STREAMS: "0",
  MAX_STREAMS_PER_VISITOR: "1e3",
  MAX_STORED_MB_PER_VISITOR: "0",
  MAX_OUTPUT_TOKENS: "many",
  MAX_INPUT_TOKENS: "0x10",
  UNATTENDED_SECONDS: "-1",
  STALL_SECONDS: "soon",
  RETENTION_DAYS: "0",
  LOG_LEVEL: "loud",
  METRICS_TOKEN: "canary token",
  DRAIN_SECONDS: "NaN",
  OTEL_EXPORTER_OTLP_ENDPOINT: "localhost:4318",
};

const CONTRADICTORY = {
  DAILY_BUDGET_USD: "1",
  VISITOR_DAILY_BUDGET_USD: "2",
  MESSAGES_PER_MINUTE: "20",
  MESSAGES_PER_DAY: "10",
  MAX_STREAMS: "2",
  MAX_STREAMS_PER_VISITOR: "3",
};

const { PORT: WRONG_PORT, ...WRONG_BUT_PORT } = WRONG;

test.each([
  ["start.mjs", WRONG],
  // The server must listen somewhere before it can say the rest.
  ["serve.mjs", WRONG_BUT_PORT],
  ["serve.mjs", { PORT: WRONG_PORT }],
  ["serve.mjs", { PORT: "three thousand" }],
] as const)("%s ends with 78, names every wrong setting and no secret", async (script, wrong) => {
  const server = await launch(wrong, script);
  expect(await server.exited).toBe(78);
  for (const name of Object.keys(wrong)) expect(server.output()).toContain(`- ${name} `);
  expect(server.output()).not.toContain("canary");
});

test("settings that contradict each other are one list too", async () => {
  const server = await launch(CONTRADICTORY, "serve.mjs");
  expect(await server.exited).toBe(78);
  for (const name of ["VISITOR_DAILY_BUDGET_USD", "MESSAGES_PER_MINUTE", "MAX_STREAMS_PER_VISITOR"]) {
    expect(server.output()).toContain(`- ${name} `);
  }
});

test("a store that cannot be opened ends the server, so that it is started again", async () => {
  const file = join(mkdtempSync(join(tmpdir(), "platen-process-")), "file");
  writeFileSync(file, "");
  const server = await launch({ DATA_DIR: join(file, "data") }, "serve.mjs");
  expect(await server.exited).toBe(1);
  expect(server.output()).toContain('"event":"boot"');
});

test("empty settings are unset ones", async () => {
  const server = await startServer(Object.fromEntries(Object.keys(WRONG_BUT_PORT).map((name) => [name, " "])));
  expect((await fetch(`${server.url}/api/health`)).status).toBe(200);
  await server.end("SIGTERM");
});

test("the session secret it makes is for its owner's eyes only, and outlives it", async () => {
  const dataDir = join(mkdtempSync(join(tmpdir(), "platen-process-")), "made", "here");
  const first = await startServer({ DATA_DIR: dataDir });
  const visitor = new Visitor(first);
  await visitor.meet();
  expect(statSync(join(dataDir, "session-secret")).mode & 0o777).toBe(0o600);
  expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  await first.end("SIGTERM");

  visitor.server = await startServer({ DATA_DIR: dataDir });
  const again = await visitor.request("/api/conversations");
  expect(again.headers.get("set-cookie")).toBeNull();
  await visitor.server.end("SIGTERM");
});
