import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { answer } from "../upstream/scenario";
import { type App, allEvents, Client, firstRequest, newIds, startApp } from "./harness";

let app: App;
let client: Client;

beforeAll(async () => {
  app = await startApp();
});

afterAll(() => app?.upstream.close());

beforeEach(() => {
  client = new Client(app);
});

async function listed() {
  const { GET } = await import("@/app/api/models/route");
  const response = await GET(client.request("/api/models"));
  expect(response.status).toBe(200);
  return ((await response.json()) as { models: Record<string, unknown>[] }).models;
}

const timesListed = () => app.upstream.requests.filter(({ path }) => path.startsWith("/v1/models")).length;

/** The status of a first message to `model`. */
async function askModel(model: string) {
  app.upstream.script(answer("Hi."));
  const ids = newIds();
  const response = await client.put(ids.id, { ...firstRequest("Hello", ids), settings: { model } });
  if (response.ok) await allEvents(response);
  return { ...ids, status: response.status };
}

test("before anybody has asked, only the configured model may be picked, and the API is not asked for others", async () => {
  expect((await askModel("claude-opus-5-5")).status).toBe(400);
  expect((await askModel("claude-sonnet-5-5")).status).toBe(200);
  expect(timesListed()).toBe(0);
});

test("lists the active models with what they can do, the configured one first, and asks the API once", async () => {
  const both = await Promise.all([listed(), listed()]);
  expect(both[0]).toEqual(both[1]);
  expect(both[0].map(({ id }) => id)).toEqual(["claude-sonnet-5-5", "claude-opus-5-5"]);
  expect(both[0][1]).toEqual({
    id: "claude-opus-5-5",
    displayName: "Claude Opus 5.5",
    maxInputTokens: 200_000,
    maxTokens: 128_000,
    capabilities: {
      thinking: true,
      effort: ["low", "medium", "high", "xhigh", "max"],
      imageInput: true,
      pdfInput: true,
      citations: true,
      webSearch: true,
    },
  });
  await listed();
  expect(timesListed()).toBe(1);
});

test("a listed model answers, a retry may ask another, and what goes on goes on by the same", async () => {
  expect((await askModel("claude-haiku-4-5")).status).toBe(400);
  expect((await askModel("anything")).status).toBe(400);
  const { conversationId, messageId, id } = await askModel("claude-opus-5-5");
  app.upstream.script(answer("Cut", { stopReason: "max_tokens" }));
  const again = randomUUID();
  const settings = { model: "claude-sonnet-5-5" };
  await allEvents(await client.put(again, { conversationId, parentId: messageId, settings }));
  const opus = randomUUID();
  await allEvents(
    await client.put(opus, { conversationId, parentId: messageId, settings: { model: "claude-opus-5-5" } }),
  );
  const rest = randomUUID();
  await allEvents(await client.put(rest, { conversationId, parentId: opus }));
  const { messages } = await client.conversation(conversationId);
  const models = [id, again, opus, rest].map((one) => messages.find((message) => message.id === one)?.model);
  expect(models).toEqual(["claude-opus-5-5", "claude-sonnet-5-5", "claude-opus-5-5", "claude-opus-5-5"]);
  const told = app.upstream.requests.flatMap(({ body }) =>
    (body as { stream?: boolean } | null)?.stream ? [(body as { model: string }).model] : [],
  );
  expect(told.slice(-4)).toEqual(models);
  expect(timesListed()).toBe(1);
});
