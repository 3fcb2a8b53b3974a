import { afterAll, beforeAll, expect, test } from "vitest";
import { textOf } from "@/lib/chat/message";
import { type App, allEvents, Client, contentOf, isUnbroken, outcomeOf, startApp } from "../routes/harness";
import { bytesOf, cutAfterBytes } from "../upstream/faults";
import type { RequestRecord } from "../upstream/request-log";
import { answer } from "../upstream/scenario";

const TEXT = "Ein Bogen 👩‍👩‍👧, zwei Bögen — 纸张.\r\nDone.";
const SCENARIO = answer(TEXT, { deltaSize: 9 });
const LENGTH = bytesOf(SCENARIO.events).length;
/** Up to here nothing has arrived that a reader could see, so the model is asked again. */
const FIRST_CONTENT = bytesOf(SCENARIO.events.slice(0, 1)).length + 1;
const AT_ONCE = 40;

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app?.upstream.close());

/** How often each question has been put to the model. */
const calls = new Map<string, RequestRecord[]>();

function questionOf({ body }: RequestRecord): string {
  const [message] = (body as { messages: { content: { text: string }[] }[] }).messages.slice(-1);
  return message?.content[0]?.text ?? "";
}

async function cutAt(bytes: number, reset: boolean): Promise<void> {
  const question = `${bytes} ${reset ? "reset" : "cut"}`;
  const client = new Client(app);
  const { id, conversationId, response } = await client.ask(question);
  const events = await allEvents(response);
  const text = textOf(contentOf(events));
  const asked = calls.get(question) ?? [];
  const stored = (await client.conversation(conversationId)).messages.find((message) => message.id === id);
  const flushed = asked.at(-1)?.flushedText ?? "";
  const type = outcomeOf(events)?.type ?? "";
  expect(isUnbroken(events), question).toBe(true);
  expect(textOf(stored?.content ?? []), question).toBe(text);
  expect(stored?.outcome, question).toEqual(outcomeOf(events));
  // A reset may throw away what was sent before it.
  if (!reset && asked.length === 1 && type === "interrupted") expect(text, question).toBe(flushed);
  expect(TEXT.startsWith(text), question).toBe(true);
  expect(asked.length > 1 ? ["done"] : ["interrupted", "done"], question).toContain(type);
  if (type === "done") expect(text, question).toBe(TEXT);
}

test(`a body that is cut at any of its ${LENGTH} bytes leaves a prefix, stored as it was shown`, {
  timeout: 400_000,
  // It counts the calls of each question, and they would be there already.
  retry: 0,
}, async () => {
  app.upstream.script((request) => {
    const question = questionOf(request);
    const asked = calls.get(question) ?? [];
    asked.push(request);
    calls.set(question, asked);
    const [bytes = "", how] = question.split(" ");
    return asked.length > 1 ? SCENARIO : cutAfterBytes(SCENARIO, Number(bytes), { reset: how === "reset" });
  });
  const cuts = Array.from({ length: LENGTH }, (_, bytes) => ({ bytes, reset: false }));
  cuts.push(...cuts.filter(({ bytes }) => bytes % 7 === 0).map(({ bytes }) => ({ bytes, reset: true })));
  // Those that are asked again wait half a second each, so they begin first.
  cuts.sort((left, right) => Number(left.bytes > FIRST_CONTENT) - Number(right.bytes > FIRST_CONTENT));
  const work = cuts[Symbol.iterator]();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const { bytes, reset } of work) await cutAt(bytes, reset);
    }),
  );
  expect(calls.size).toBe(cuts.length);
});
