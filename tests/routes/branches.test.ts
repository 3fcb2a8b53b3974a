import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { newestLeaf, pathTo, versionsIn } from "@/lib/chat/conversation";
import { type Message, textOf } from "@/lib/chat/message";
import { answer, everyMs } from "../upstream/scenario";
import { type App, allEvents, Client, startApp } from "./harness";

let app: App;
let client: Client;

beforeAll(async () => {
  app = await startApp();
});

afterAll(() => app?.upstream.close());

beforeEach(async () => {
  app.upstream.reset();
  client = new Client(app);
  await client.meet();
});

function said(text: string, id = randomUUID()) {
  return { id, content: [{ type: "text", text }] };
}

async function put(body: unknown, id = randomUUID()) {
  const response = await client.put(id, body);
  const hasOthers = response.headers.has("x-platen-others");
  return { id, hasOthers, events: await allEvents(response) };
}

function patch(id: string, body: unknown) {
  const request = client.request(`/api/conversations/${id}`, {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return app.conversation.PATCH(request, { params: Promise.resolve({ id }) });
}

/** What the last call to the model was told, as roles and texts. */
function prompted(): [string, string][] {
  type Prompt = { messages: { role: string; content: { text?: string }[] }[] };
  const prompts = app.upstream.requests.flatMap(({ body }) =>
    (body as { stream?: boolean }).stream ? [body as Prompt] : [],
  );
  return (prompts.at(-1)?.messages ?? []).map(({ role, content }) => [
    role,
    content.map((block) => block.text ?? "").join(""),
  ]);
}

test("an edited message begins a branch, and the model is told that branch alone", async () => {
  app.upstream.script(answer("Well."));
  const first = await client.ask("One");
  await allEvents(first.response);
  const second = said("Two");
  const { conversationId } = first;
  await put({ conversationId, parentId: first.id, message: second });
  const edited = said("Two, rather");
  const { id, hasOthers } = await put({ conversationId, parentId: first.id, message: edited });
  expect(hasOthers).toBe(true);
  expect(prompted()).toEqual([
    ["user", "One"],
    ["assistant", "Well."],
    ["user", "Two, rather"],
  ]);
  const { leafId, messages } = await client.conversation(conversationId);
  expect(leafId).toBe(id);
  expect(messages).toHaveLength(6);
  const versions = messages.filter(({ parentId, role }) => parentId === first.id && role === "user");
  expect(versions.map(({ id: version }) => version)).toEqual([second.id, edited.id]);
});

test("the first message can be edited too: a conversation may have several beginnings", async () => {
  app.upstream.script(answer("Well."));
  const first = await client.ask("One");
  await allEvents(first.response);
  const { hasOthers } = await put({ conversationId: first.conversationId, parentId: null, message: said("Uno") });
  expect(hasOthers).toBe(true);
  expect(prompted()).toEqual([["user", "Uno"]]);
});

test("a tab that has missed a turn begins a branch, is told so, and overwrites nothing", async () => {
  app.upstream.script(answer("Well."));
  const first = await client.ask("One");
  await allEvents(first.response);
  const { conversationId } = first;
  const inTime = await put({ conversationId, parentId: first.id, message: said("In time") });
  const late = await put({ conversationId, parentId: first.id, message: said("Late") });
  expect([inTime.hasOthers, late.hasOthers]).toEqual([false, true]);
  const { leafId, messages } = await client.conversation(conversationId);
  expect(leafId).toBe(late.id);
  expect(pathTo(messages, late.id).map(({ content }) => textOf(content))).toEqual(["One", "Well.", "Late", "Well."]);
  expect(pathTo(messages, inTime.id).map(({ content }) => textOf(content))).toEqual([
    "One",
    "Well.",
    "In time",
    "Well.",
  ]);
});

test("two tabs may send at the same moment", async () => {
  app.upstream.script(answer("Well. ".repeat(40), { pace: everyMs(1) }));
  const first = await client.ask("One");
  await allEvents(first.response);
  const { conversationId } = first;
  const both = await Promise.all(
    ["A", "B"].map((text) => put({ conversationId, parentId: first.id, message: said(text) })),
  );
  expect(both.filter(({ hasOthers }) => hasOthers)).toHaveLength(1);
  const { messages } = await client.conversation(conversationId);
  expect(messages.filter(({ parentId }) => parentId === first.id)).toHaveLength(2);
  expect(new Set(messages.map(({ id }) => id)).size).toBe(6);
});

test("the branch that was read last is the one that is read next", async () => {
  app.upstream.script(answer("Well."));
  const { id, conversationId, messageId, response } = await client.ask("One");
  await allEvents(response);
  await put({ conversationId, parentId: messageId });
  expect((await patch(conversationId, { leafId: id })).status).toBe(200);
  expect((await client.conversation(conversationId)).leafId).toBe(id);
});

type Step = { what: "send" | "edit" | "retry" | "continue" | "show"; at: number; isCut: boolean };

const step: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom("send", "edit", "retry", "continue", "show"),
  at: fc.nat(),
  isCut: fc.boolean(),
});

test("whatever is sent, edited, retried and continued, from whatever tab: no message is lost, and each has one way to its root", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 10 }), async (steps) => {
      const conversationId = randomUUID();
      /** By id: what follows what, and its text. */
      const expected = new Map<string, Pick<Message, "parentId" | "role"> & { text: string }>();
      let leafId: string | null = null;
      let written = 0;

      async function ask(text: string, parentId: string | null, isCut: boolean) {
        written += 1;
        app.upstream.script(answer(` ${written}`, isCut ? { stopReason: "max_tokens" } : {}));
        const message = said(text);
        const { id } = await put({ conversationId, parentId, message });
        expected.set(message.id, { parentId, role: "user", text });
        expected.set(id, { parentId: message.id, role: "assistant", text: ` ${written}` });
        leafId = id;
      }

      async function answerAgain(parentId: string, before: string, isCut: boolean, question = parentId) {
        written += 1;
        app.upstream.script(answer(` ${written}`, isCut ? { stopReason: "max_tokens" } : {}));
        const { id } = await put({ conversationId, parentId });
        expected.set(id, { parentId: question, role: "assistant", text: `${before} ${written}` });
        leafId = id;
      }

      await ask("Begin", null, true);
      for (const { what, at, isCut } of steps) {
        const { messages } = await client.conversation(conversationId);
        // Any message may be the last that some tab knows.
        const questions = messages.filter(({ role }) => role === "user");
        const answers = messages.filter(({ role }) => role === "assistant");
        const question = questions[at % questions.length] as Message;
        const one = answers[at % answers.length] as Message;
        if (what === "send") await ask(`After ${one.id}`, one.id, isCut);
        if (what === "edit") await ask(`Rather ${question.id}`, question.parentId, isCut);
        if (what === "retry") await answerAgain(question.id, "", isCut);
        if (what === "show") {
          leafId = newestLeaf(messages, one.id);
          await patch(conversationId, { leafId });
        }
        if (what === "continue" && one.outcome?.type === "done" && one.outcome.stop_reason === "max_tokens") {
          await answerAgain(one.id, textOf(one.content), isCut, one.parentId ?? "");
        }
      }

      const conversation = await client.conversation(conversationId);
      const { messages } = conversation;
      expect(conversation.leafId).toBe(leafId);
      expect(
        new Map(messages.map(({ id, parentId, role, content }) => [id, { parentId, role, text: textOf(content) }])),
      ).toEqual(expected);
      for (const message of messages) {
        const path = pathTo(messages, message.id);
        expect(path[0]?.parentId).toBeNull();
        expect(path.map(({ role }) => role)).toEqual(path.map((_, index) => (index % 2 === 0 ? "user" : "assistant")));
        expect(versionsIn(messages)(message)).toContain(message);
      }
      // Every message stands on the branch of some version: none is out of reach.
      expect(messages.every(({ id }) => pathTo(messages, newestLeaf(messages, id)).some((on) => on.id === id))).toBe(
        true,
      );
    }),
    { numRuns: 12 },
  );
}, 60_000);
