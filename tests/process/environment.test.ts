import { mkdtempSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { launch, startServer, Visitor } from "./server";

const WRONG = {
  ANTHROPIC_API_KEY: "sk-ant secret-with-a-space",
  ANTHROPIC_BASE_URL: "ftp://model.example",
  STALL_SECONDS: "soon",
  MAX_STREAMS: "0",
  SESSION_SECRET: "too-short",
};

test.each(["start.mjs", "serve.mjs"] as const)(
  "%s ends with 78, names every wrong setting and no secret",
  async (script) => {
    const server = await launch(WRONG, script);
    expect(await server.exited).toBe(78);
    for (const name of Object.keys(WRONG)) expect(server.output()).toContain(`- ${name} `);
    for (const secret of ["secret-with", "too-short"]) expect(server.output()).not.toContain(secret);
  },
);

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
