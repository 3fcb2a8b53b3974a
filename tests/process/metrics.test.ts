import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { answer, everyMs, refuse } from "../upstream/scenario";
import { startUpstream } from "../upstream/server";
import type { Upstream } from "../upstream/upstream";
import { readAll, type Server, startServer, Visitor } from "./server";

const TOKEN = "a-token-for-the-scraper";

let upstream: Upstream;
let server: Server;

beforeAll(async () => {
  upstream = await startUpstream();
  server = await startServer({ ANTHROPIC_BASE_URL: upstream.url, METRICS_TOKEN: TOKEN });
});

beforeEach(() => upstream.reset());

afterAll(async () => {
  await server.end("SIGTERM");
  await upstream.close();
});

test("without METRICS_TOKEN there is no such page", async () => {
  const other = await startServer({});
  expect((await fetch(`${other.url}/metrics`, { headers: { authorization: "Bearer " } })).status).toBe(404);
  await other.end("SIGTERM");
});

test.each([
  ["no token", undefined],
  ["another token", "Bearer another"],
  ["a token that begins the same", `Bearer ${TOKEN}x`],
  ["another scheme", `Basic ${TOKEN}`],
])("%s is refused", async (_, authorization) => {
  const response = await fetch(
    `${server.url}/metrics`,
    authorization === undefined ? {} : { headers: { authorization } },
  );
  expect(response.status).toBe(401);
  expect(await response.text()).toBe("");
  expect(response.headers.get("set-cookie")).toBeNull();
});

test("counts answers, failures, stops and refusals, and what the model's server said", async () => {
  const before = await scrape();
  const visitor = new Visitor(server);
  upstream.script(answer("One two three four five six seven eight nine ten."));
  const { id, response } = await visitor.ask("Count.");
  const counted = readAll(response);
  await counted.ended;
  const resumed = await visitor.request(`/api/generations/${id}`, { headers: { "last-event-id": "1" } });
  await readAll(resumed).ended;

  upstream.scriptNext(refuse(401, "authentication_error"));
  const failed = readAll((await visitor.ask("Fail.")).response);
  await failed.ended;

  upstream.script(answer("On and on. ".repeat(2000), { pace: everyMs(5) }));
  const endless = await visitor.ask("Never stop.");
  const reader = readAll(endless.response);
  await reader.begun;
  const during = await scrape();
  expect(during.get("platen_answers_running")).toBe(1);
  expect(during.get("platen_followers")).toBe(1);
  await visitor.stop(endless.id);
  await reader.ended;

  expect((await visitor.request("/api/generations/nonsense")).status).toBe(400);

  const after = await scrape();
  const grown = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
  expect(grown('platen_answers_total{outcome="done"}')).toBe(1);
  expect(grown('platen_answers_total{outcome="failed"}')).toBe(1);
  expect(grown('platen_answers_total{outcome="stopped"}')).toBe(1);
  expect(grown('platen_upstream_responses_total{status="200"}')).toBe(2);
  expect(grown('platen_upstream_responses_total{status="401"}')).toBe(1);
  expect(grown("platen_streams_resumed_total")).toBe(1);
  expect(grown("platen_stop_seconds_count")).toBe(1);
  expect(grown("platen_time_to_first_token_seconds_count")).toBe(2);
  expect(grown('platen_refusals_total{code="invalid_request"}')).toBe(1);
  const read = [counted, failed, reader].map(({ events }) => events.at(-1)?.n ?? 0);
  expect(grown("platen_events_committed_total")).toBe(read.reduce((sum, last) => sum + last));
  expect(grown("platen_commit_seconds_count")).toBeGreaterThan(2);
  expect(after.get("platen_answers_running")).toBe(0);
  expect(after.get("platen_followers")).toBe(0);
  expect(after.has("process_resident_memory_bytes")).toBe(true);
});

test("an interruption is counted by its cause", async () => {
  const hasty = await startServer({
    ANTHROPIC_BASE_URL: upstream.url,
    METRICS_TOKEN: TOKEN,
    UNATTENDED_SECONDS: "0.2",
    STALL_SECONDS: "0.5",
    DRAIN_SECONDS: "0.2",
  });
  const visitor = new Visitor(hasty);
  const endless = answer("On and on. ".repeat(2000), { pace: everyMs(5) });
  upstream.script(endless);
  const left = await visitor.ask("I will leave.");
  await left.response.body?.cancel();
  await upstream.waitFor(({ closed }) => closed?.by === "client");

  upstream.script({ ...endless, ending: { type: "stall", afterEvents: 5, pingEveryMs: null } });
  await readAll((await visitor.ask("Fall silent.")).response).ended;
  upstream.script({ ...answer("Cut short. ".repeat(50)), ending: { type: "cut", afterBytes: 2500, reset: true } });
  await readAll((await visitor.ask("Break off.")).response).ended;

  upstream.script(endless);
  const deleted = readAll((await visitor.ask("Delete me.")).response);
  await deleted.begun;
  await visitor.request("/api/conversations", { method: "DELETE", headers: { "content-type": "application/json" } });
  await deleted.ended;

  const after = await scrape(hasty);
  expect(after.get('platen_answers_interrupted_total{cause="unattended"}')).toBe(1);
  expect(after.get('platen_answers_interrupted_total{cause="model"}')).toBe(2);
  expect(after.get('platen_upstream_responses_total{status="stalled"}')).toBe(1);
  expect(after.get('platen_upstream_responses_total{status="broken"}')).toBe(1);
  expect(after.get('platen_answers_interrupted_total{cause="deleted"}')).toBe(1);
  await hasty.end("SIGTERM");
});

test("who asks for the headers alone follows nothing, and keeps no answer going", async () => {
  const hasty = await startServer({
    ANTHROPIC_BASE_URL: upstream.url,
    METRICS_TOKEN: TOKEN,
    UNATTENDED_SECONDS: "0.2",
  });
  const visitor = new Visitor(hasty);
  upstream.script(answer("On and on. ".repeat(2000), { pace: everyMs(5) }));
  const { id, response } = await visitor.ask("Never stop.");
  expect((await visitor.request(`/api/generations/${id}`, { method: "HEAD" })).status).toBe(200);
  await response.body?.cancel();
  await upstream.waitFor(({ closed }) => closed?.by === "client");
  expect((await scrape(hasty)).get("platen_followers")).toBe(0);
  await hasty.end("SIGTERM");
});

test("what the model's answers cost is there by model", async () => {
  upstream.script(answer("Dear words."));
  await readAll((await new Visitor(server).ask("Cost me.")).response).ended;
  expect((await scrape()).get('platen_spent_micro_usd{model="claude-sonnet-5-5"}')).toBeGreaterThan(0);
});

test("paths that visitors make up add no series", async () => {
  // Node's own grow by a kind of garbage collection whenever the first of its kind has happened.
  const count = async () => [...(await scrape()).keys()].filter((name) => name.startsWith("platen_")).length;
  const before = await count();
  for (let n = 0; n < 50; n++) await fetch(`${server.url}/made/up/${n}?${n}=${n}`, { method: "GET" });
  for (let n = 0; n < 50; n++) await fetch(`${server.url}/api/generations/made-up-${n}`);
  expect((await count()) - before).toBeLessThanOrEqual(3);
});

/** The value of each series, by its name and labels. */
async function scrape({ url } = server): Promise<Map<string, number>> {
  const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
  expect(response.headers.get("content-type")).toContain("text/plain");
  const lines = (await response.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ")))]),
  );
}
