import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { answer, neverAnswer, refuse } from "../upstream/scenario";
import { type App, allEvents, Client, startApp } from "./harness";

let app: App;
let client: Client;

beforeAll(async () => {
  app = await startApp();
  client = new Client(app);
  await client.meet();
});
beforeEach(() => {
  app.upstream.reset();
  app.upstream.script(answer("A ribbon holds ink for years."));
});

afterAll(() => app?.upstream.close());

async function ask(text: string): Promise<string> {
  const { conversationId, response } = await client.ask(text);
  await allEvents(response);
  return conversationId;
}

async function titleOf(id: string): Promise<string> {
  return (await client.conversation(id)).title;
}

/** Until the model was asked for a title and its answer is over. */
async function titled(): Promise<void> {
  await expect.poll(() => app.upstream.titleRequests.at(-1)?.closed, { timeout: 10_000 }).toBeTruthy();
}

test("after the first answer the model writes the title, asked for it alone, without a stream and briefly", async () => {
  app.upstream.scriptTitles(answer('"Ink of old ribbons."'));
  const id = await ask("How long does ink last in a ribbon that nobody has used?");
  expect(await titleOf(id)).toBe("How long does ink last in a ribbon that nobody has used?");
  await expect.poll(() => titleOf(id), { timeout: 10_000 }).toBe("Ink of old ribbons");
  expect(app.upstream.requests).toHaveLength(1);
  expect(app.upstream.titleRequests).toHaveLength(1);
  expect(app.upstream.titleRequests[0]?.body).toMatchObject({ model: "claude-sonnet-5-5", max_tokens: 40 });
  const listed = await app.conversations.GET(client.request("/api/conversations?query=old%20ribbons"));
  expect(await listed.json()).toMatchObject({ conversations: [{ id, title: "Ink of old ribbons" }] });
});

test("a title that the reader gave meanwhile stays", async () => {
  app.upstream.scriptTitles(answer("The model's title"));
  const id = await ask("Something");
  const request = client.request(`/api/conversations/${id}`, {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ title: "Mine" }),
  });
  await app.conversation.PATCH(request, { params: Promise.resolve({ id }) });
  await new Promise((resolve) => setTimeout(resolve, 3_500));
  expect(await titleOf(id)).toBe("Mine");
  expect(app.upstream.titleRequests).toHaveLength(0);
});

test.each([
  ["refuses", refuse(429, "rate_limit_error")],
  ["writes an essay", answer("Once upon a time there was a ribbon.\n\nIt was long.")],
  ["breaks off", { ...answer("Ribbons"), ending: { type: "cut", afterBytes: 20, reset: true } } as const],
])("where the model %s, the first words stand", async (_, script) => {
  app.upstream.scriptTitles(script);
  const id = await ask("The first words");
  await titled();
  expect(await titleOf(id)).toBe("The first words");
  expect(app.upstream.titleRequests).toHaveLength(1);
});

test("a later answer asks for no title", async () => {
  app.upstream.scriptTitles(neverAnswer());
  const { conversationId, id, response } = await client.ask("One");
  await allEvents(response);
  await allEvents(
    await client.put(crypto.randomUUID(), {
      conversationId,
      parentId: id,
      message: { id: crypto.randomUUID(), content: [{ type: "text", text: "Two" }] },
    }),
  );
  await new Promise((resolve) => setTimeout(resolve, 3_500));
  // Two turns are there by now: the first no longer says what it is about.
  expect(app.upstream.titleRequests).toHaveLength(0);
});
