import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Message, textOf } from "@/lib/chat/message";
import { cutAfterEvents } from "../upstream/faults";
import { answer, everyMs, neverAnswer, refuse, thinkingThenText } from "../upstream/scenario";
import {
  type App,
  allEvents,
  Client,
  contentOf,
  eventsOf,
  isUnbroken,
  newIds,
  outcomeOf,
  readUntil,
  startApp,
} from "./harness";

let app: App;
let client: Client;

beforeAll(async () => {
  app = await startApp({ STALL_SECONDS: "2", UNATTENDED_SECONDS: "0.5" });
});

afterAll(() => app?.upstream.close());

beforeEach(async () => {
  app.upstream.reset();
  client = new Client(app);
  await client.meet();
});

const FIRST = "The platen is the roller that holds the pap";
const CUT = { stopReason: "max_tokens" } as const;

type Place = { conversationId: string; messageId: string; id: string };

/** A first answer that reached its limit. */
async function cutAnswer(text = FIRST): Promise<Place> {
  app.upstream.script(answer(text, CUT));
  const { response, ...place } = await client.ask("What is a platen?");
  await allEvents(response);
  return place;
}

async function goOn({ conversationId, id }: Place, settings?: Record<string, unknown>) {
  const next = randomUUID();
  const response = await client.put(next, { conversationId, parentId: id, ...(settings && { settings }) });
  return { id: next, response };
}

async function stored(conversationId: string, id: string): Promise<Message | undefined> {
  return (await client.conversation(conversationId)).messages.find((message) => message.id === id);
}

type Prompt = { model: string; messages: { role: string; content: { type: string; text?: string }[] }[] };

function prompts(): Prompt[] {
  return app.upstream.requests.flatMap(({ body }) => ((body as { stream?: boolean }).stream ? [body as Prompt] : []));
}

const hasText = (length: number) => (events: Parameters<typeof contentOf>[0]) =>
  textOf(contentOf(events)).length >= length;

describe("an answer that goes on", () => {
  test("begins with what is there and reads on in the same text, less what the model repeats", async () => {
    const place = await cutAnswer();
    app.upstream.script(answer("holds the paper while the type strikes it.", { pace: everyMs(1) }));
    const { id, response } = await goOn(place);
    const events = await allEvents(response);
    expect(isUnbroken(events)).toBe(true);
    expect(events.slice(0, 2).map(({ event }) => event)).toMatchObject([
      {
        type: "generation_start",
        id,
        conversationId: place.conversationId,
        parentId: place.messageId,
        model: "claude-sonnet-5-5",
      },
      { type: "content_block_start", index: 0, content_block: { type: "text", text: FIRST } },
    ]);
    const whole = "The platen is the roller that holds the paper while the type strikes it.";
    expect(contentOf(events)).toMatchObject([{ type: "text", text: whole }]);
    expect(await stored(place.conversationId, id)).toMatchObject({
      parentId: place.messageId,
      content: [{ type: "text", text: whole }],
      outcome: { type: "done", stop_reason: "end_turn" },
    });
  });

  test("leaves what it goes on from as the version before", async () => {
    const place = await cutAnswer();
    app.upstream.script(answer("er."));
    await allEvents((await goOn(place)).response);
    const first = await stored(place.conversationId, place.id);
    expect(textOf(first?.content ?? [])).toBe(FIRST);
    expect(first?.outcome).toMatchObject({ type: "done", stop_reason: "max_tokens" });
  });

  test("is asked for in a turn of the user's that quotes the end, and never by a last turn of the assistant's", async () => {
    const place = await cutAnswer();
    app.upstream.script(answer("er."));
    await allEvents((await goOn(place)).response);
    const { messages } = prompts().at(-1) as Prompt;
    expect(messages.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
    expect(messages[1]?.content).toEqual([{ type: "text", text: FIRST }]);
    expect(messages[2]?.content[0]?.text).toContain(FIRST);
  });

  test("is one message for the turn after it, without the turn that asked for the rest", async () => {
    const place = await cutAnswer();
    app.upstream.script(answer("er."));
    const { id, response } = await goOn(place);
    await allEvents(response);
    const message = { id: randomUUID(), content: [{ type: "text", text: "Thanks" }] };
    await allEvents(await client.put(randomUUID(), { conversationId: place.conversationId, parentId: id, message }));
    expect((prompts().at(-1) as Prompt).messages).toEqual([
      { role: "user", content: [{ type: "text", text: "What is a platen?" }] },
      { role: "assistant", content: [{ type: "text", text: `${FIRST}er.` }] },
      { role: "user", content: [{ type: "text", text: "Thanks" }] },
    ]);
  });

  test("keeps what it thought before, and not what it thinks about going on", async () => {
    app.upstream.script(thinkingThenText("Hm.", FIRST, CUT));
    const { response, ...place } = await client.ask("What is a platen?");
    await allEvents(response);
    app.upstream.script(thinkingThenText("Where was I?", "er."));
    const next = await goOn(place);
    await allEvents(next.response);
    const content = (await stored(place.conversationId, next.id))?.content;
    expect(content?.map(({ type }) => type)).toEqual(["thinking", "text"]);
    expect(content?.[0]).toMatchObject({ thinking: "Hm." });
    expect(textOf(content ?? [])).toBe(`${FIRST}er.`);
  });

  test("can be stopped, cut to what was shown of the whole", async () => {
    const place = await cutAnswer();
    app.upstream.script(answer(`er ${"and on ".repeat(100)}`, { pace: everyMs(5) }));
    const { id, response } = await goOn(place);
    await readUntil(response, hasText(FIRST.length + 20));
    await client.stop(id, FIRST.length + 6);
    expect(await stored(place.conversationId, id)).toMatchObject({
      content: [{ type: "text", text: `${FIRST}er and` }],
      outcome: { type: "stopped" },
    });
  });

  test("that was stopped before its first word is as far as the one before", async () => {
    const place = await cutAnswer();
    app.upstream.script(neverAnswer());
    const { id, response } = await goOn(place);
    await readUntil(response, hasText(FIRST.length));
    await client.stop(id, FIRST.length);
    expect(await stored(place.conversationId, id)).toMatchObject({
      content: [{ type: "text", text: FIRST }],
      outcome: { type: "stopped" },
    });
  });

  test("that was stopped before it was asked for is as far, too, and never reaches the model", async () => {
    const place = await cutAnswer();
    const next = randomUUID();
    await client.stop(next);
    const before = prompts().length;
    await allEvents(await client.put(next, { conversationId: place.conversationId, parentId: place.id }));
    expect(await stored(place.conversationId, next)).toMatchObject({ content: [{ type: "text", text: FIRST }] });
    expect(prompts()).toHaveLength(before);
  });

  test("that breaks off, or fails, can go on again", async () => {
    let place = await cutAnswer();
    app.upstream.script(cutAfterEvents(answer("er while the type strikes it"), 5));
    const broken = await goOn(place);
    expect(outcomeOf(await allEvents(broken.response))).toMatchObject({ type: "interrupted" });
    place = { ...place, id: broken.id };
    app.upstream.script(refuse(401, "authentication_error"));
    const failed = await goOn(place);
    expect(outcomeOf(await allEvents(failed.response))).toMatchObject({ type: "failed" });
    place = { ...place, id: failed.id };
    app.upstream.script(answer(" the end."));
    const { id, response } = await goOn(place);
    await allEvents(response);
    const text = textOf((await stored(place.conversationId, id))?.content ?? []);
    expect(text.startsWith(`${FIRST}er`)).toBe(true);
    expect(text.endsWith(" the end.")).toBe(true);
  });

  test("is resumed from any event like every other, with one call to the model", async () => {
    const place = await cutAnswer();
    app.upstream.script(answer("er while the type strikes it.", { pace: everyMs(3) }));
    const { id, response } = await goOn(place);
    const whole = await allEvents(response);
    for (let after = 0; after < whole.length; after++) {
      expect(await allEvents(await client.follow(id, after))).toEqual(whole.slice(after));
    }
    const again = await client.put(id, { conversationId: place.conversationId, parentId: place.id });
    expect(await allEvents(again)).toEqual(whole);
    expect(prompts()).toHaveLength(2);
  });

  test("does not open a code block again that is open", async () => {
    const place = await cutAnswer("Look:\n\n```ts\nconst a = 1;\ncon");
    app.upstream.script(answer("```ts\nconst b = 2;\n```\n", { deltaSize: 1 }));
    const { id, response } = await goOn(place);
    await allEvents(response);
    expect(textOf((await stored(place.conversationId, id))?.content ?? [])).toBe(
      "Look:\n\n```ts\nconst a = 1;\nconst b = 2;\n```\n",
    );
  });
});

describe("is refused", () => {
  test("for an answer that has ended, one that said nothing, and one still under way", async () => {
    app.upstream.script(answer("All of it."));
    const done = await client.ask("Hello");
    await allEvents(done.response);
    expect((await goOn(done)).response.status).toBe(400);
    app.upstream.script(refuse(401, "authentication_error"));
    const failed = await client.ask("Hello", newIds());
    await allEvents(failed.response);
    expect((await goOn(failed)).response.status).toBe(400);
    app.upstream.script(answer("Slowly ".repeat(50), { pace: everyMs(20) }));
    const open = await client.ask("Hello", newIds());
    for await (const { event } of eventsOf(open.response)) if (event.type === "content_block_delta") break;
    expect((await goOn(open)).response.status).toBe(400);
    await client.stop(open.id);
  });

  test("for somebody else's answer, as an unknown one is", async () => {
    const place = await cutAnswer();
    const other = new Client(app);
    await other.meet();
    const response = await other.put(randomUUID(), { conversationId: place.conversationId, parentId: place.id });
    expect(response.status).toBe(404);
  });
});
