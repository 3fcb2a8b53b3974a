import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { outcomeOf } from "../routes/harness";
import { answer, everyMs } from "../upstream/scenario";
import { startUpstream } from "../upstream/server";
import type { Upstream } from "../upstream/upstream";
import { readAll, startServer, Visitor } from "./server";

let upstream: Upstream;

beforeAll(async () => {
  upstream = await startUpstream();
});

beforeEach(() => upstream.reset());

afterAll(() => upstream.close());

test("told to go in mid-answer, it lets the answer end, takes no new one, and exits with 0", async () => {
  upstream.script(answer("One, two, three, and so on until it is done. ".repeat(12), { pace: everyMs(10) }));
  const server = await startServer({ ANTHROPIC_BASE_URL: upstream.url, DRAIN_SECONDS: "20" });
  const visitor = new Visitor(server);
  const { response } = await visitor.ask("Count.");
  const reader = readAll(response);
  await reader.begun;
  const exited = server.end("SIGTERM");
  const refused = await untilDraining(visitor);
  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({ error: { code: "draining" } });
  expect((await visitor.request("/api/ready")).status).toBe(503);
  await reader.ended;
  expect(outcomeOf(reader.events)).toMatchObject({ type: "done" });
  expect(await exited).toBe(0);
});

test("an answer longer than the grace is interrupted, and its reader is told so", async () => {
  upstream.script(answer("On and on. ".repeat(4000), { pace: everyMs(10) }));
  const server = await startServer({ ANTHROPIC_BASE_URL: upstream.url, DRAIN_SECONDS: "0.3" });
  const { response } = await new Visitor(server).ask("Never stop.");
  const reader = readAll(response);
  await reader.begun;
  expect(await server.end("SIGTERM")).toBe(0);
  await reader.ended;
  expect(outcomeOf(reader.events)).toMatchObject({ type: "interrupted" });
  expect(upstream.requests[0]).toMatchObject({ closed: { by: "client" } });
});

/** The signal takes a moment to arrive; until then an answer would begin. */
async function untilDraining(visitor: Visitor): Promise<Response> {
  while ((await visitor.request("/api/ready")).ok);
  const { response } = await visitor.ask("One more?");
  return response;
}
