import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { textOf } from "@/lib/chat/message";
import { isPostgres, lockKeys, type Queries } from "@/lib/server/store/database";
import {
  cutAfterBytes,
  endWithoutStop,
  errorEventAfter,
  repeatedMessageStart,
  unknownDelta,
  unknownEvent,
} from "../upstream/faults";
import { recordedStopReason, recordedText, recordings } from "../upstream/recordings";
import { answer, CLAUDE_RHYTHM, everyMs, neverAnswer, refuse, replay, thinkingThenText } from "../upstream/scenario";
import {
  type App,
  allEvents,
  Client,
  contentOf,
  eventsOf,
  firstRequest,
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

beforeEach(() => {
  app.upstream.reset();
  client = new Client(app);
});

const LONG = "The platen is the roller that holds the paper while the type strikes it. ".repeat(12);
const hasText = (length: number) => (events: Parameters<typeof contentOf>[0]) =>
  textOf(contentOf(events)).length >= length;

function storedAnswer(conversation: Awaited<ReturnType<Client["conversation"]>>, id: string) {
  return conversation.messages.find((message) => message.id === id);
}

describe("recorded streams", () => {
  test.each(recordings())("$name ($source) arrives whole and is stored as it came", async ({ lines }) => {
    app.upstream.script(replay(lines));
    const { id, conversationId, response } = await client.ask("Hello");
    const events = await allEvents(response);
    expect(isUnbroken(events)).toBe(true);
    expect(textOf(contentOf(events))).toBe(recordedText(lines));
    expect(outcomeOf(events)).toMatchObject({ type: "done", stop_reason: recordedStopReason(lines) });
    const stored = storedAnswer(await client.conversation(conversationId), id);
    expect(textOf(stored?.content ?? [])).toBe(recordedText(lines));
    expect(stored?.outcome).toEqual(outcomeOf(events));
    expect(stored?.usage).toEqual((outcomeOf(events) as { usage: unknown }).usage);
  });
});

describe("an answer", () => {
  test("begins with its place, a first frame at once, and headers no proxy may buffer", async () => {
    app.upstream.script(answer("Hi."));
    const { id, conversationId, messageId, response } = await client.ask("Hello");
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-cache, no-store, no-transform",
      "x-accel-buffering": "no",
    });
    const [first] = await allEvents(response);
    expect(first).toEqual({
      n: 1,
      event: { type: "generation_start", id, conversationId, parentId: messageId, model: "claude-sonnet-5-5" },
    });
  });

  test("is asked for with the whole conversation, cached, and nothing newer models reject", async () => {
    app.upstream.script(thinkingThenText("Hm.", "Four.", {}));
    const first = await client.ask("Two and two?");
    await allEvents(first.response);
    const next = { id: randomUUID(), messageId: randomUUID() };
    await allEvents(
      await client.put(next.id, {
        conversationId: first.conversationId,
        parentId: first.id,
        message: { id: next.messageId, content: [{ type: "text", text: "And twice that?" }] },
      }),
    );
    const body = app.upstream.requests.at(-1)?.body as Record<string, unknown>;
    expect(Object.keys(body).sort()).toEqual(["cache_control", "max_tokens", "messages", "model", "stream"]);
    const messages = body.messages as { role: string; content: { type: string }[] }[];
    expect(messages.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
    expect(messages[1]?.content.map(({ type }) => type)).toEqual(["thinking", "text"]);
  });

  test("the same id again follows the same answer, with one call to the model", async () => {
    app.upstream.script(answer(LONG, { pace: everyMs(2) }));
    const ids = newIds();
    const { response } = await client.ask("Hello", ids);
    const request = firstRequest("Hello", ids);
    const [one, two] = await Promise.all([allEvents(response), client.put(ids.id, request).then(allEvents)]);
    expect(textOf(contentOf(one))).toBe(LONG);
    expect(two).toEqual(one);
    expect(await allEvents(await client.put(ids.id, request))).toEqual(one);
    expect(app.upstream.requests).toHaveLength(1);
  });

  test("two PUTs at the same moment are one call and both get it whole", async () => {
    app.upstream.script(answer(LONG, { pace: everyMs(1) }));
    await client.meet();
    const ids = newIds();
    const both = await Promise.all([client.ask("Hello", ids), client.ask("Hello", ids)]);
    const [one, two] = await Promise.all(both.map(({ response }) => allEvents(response)));
    expect(textOf(contentOf(one ?? []))).toBe(LONG);
    expect(two).toEqual(one);
    expect(app.upstream.requests).toHaveLength(1);
  });

  test("is followed from any event without a gap or a repeat, live and ended", async () => {
    app.upstream.script(answer(LONG, { pace: everyMs(2) }));
    const { id, response } = await client.ask("Hello");
    const seen = await readUntil(response, hasText(40));
    for (let reload = 0; reload < 20; reload++) {
      const more = await readUntil(await client.follow(id, seen.at(-1)?.n), (events) => events.length >= 2);
      seen.push(...more);
      if (more.at(-1)?.event.type === "generation_end") break;
    }
    if (outcomeOf(seen) === undefined) seen.push(...(await allEvents(await client.follow(id, seen.at(-1)?.n))));
    expect(isUnbroken(seen)).toBe(true);
    expect(textOf(contentOf(seen))).toBe(LONG);
    expect(await allEvents(await client.follow(id))).toEqual(seen);
    expect(await allEvents(await client.follow(id, seen.length - 1))).toEqual(seen.slice(-1));
  });

  test("a slow reader holds up neither the model nor the log", async () => {
    app.upstream.script(answer(LONG));
    const { id, response } = await client.ask("Hello");
    const events = await allEvents(await client.follow(id));
    expect(outcomeOf(events)?.type).toBe("done");
    expect(await allEvents(response)).toEqual(events);
  });

  test("nobody reading ends it as interrupted after UNATTENDED_SECONDS, with what had arrived", async () => {
    app.upstream.script(answer(LONG, { pace: everyMs(20) }));
    const { id, conversationId, response } = await client.ask("Hello");
    await readUntil(response, hasText(20));
    const request = await app.upstream.waitFor((one) => one.closed !== null);
    expect(request.closed?.by).toBe("client");
    const events = await allEvents(await client.follow(id));
    expect(outcomeOf(events)?.type).toBe("interrupted");
    const stored = storedAnswer(await client.conversation(conversationId), id);
    expect(LONG.startsWith(textOf(stored?.content ?? []))).toBe(true);
  });
});

describe("Stop", () => {
  test("in mid-answer closes the model's socket and cuts the text to what was shown", async () => {
    app.upstream.script(answer(LONG, { pace: everyMs(5) }));
    const { id, conversationId, response } = await client.ask("Hello");
    const live = eventsOf(response);
    const seen = [];
    for await (const event of live) {
      seen.push(event);
      if (hasText(60)(seen)) break;
    }
    const before = await client.follow(id, seen.length);
    const stopped = await client.stop(id, 31);
    expect(await stopped.json()).toMatchObject({ outcome: { type: "stopped" } });
    expect((await app.upstream.waitFor((one) => one.closed !== null)).closed?.by).toBe("client");
    const rest = await allEvents(before);
    expect(outcomeOf(rest)?.type).toBe("stopped");
    const replayed = await allEvents(await client.follow(id));
    expect(isUnbroken(replayed)).toBe(true);
    expect(textOf(contentOf(replayed))).toBe(LONG.slice(0, 31));
    const stored = storedAnswer(await client.conversation(conversationId), id);
    expect(textOf(stored?.content ?? [])).toBe(LONG.slice(0, 31));
    expect(stored?.outcome?.type).toBe("stopped");
  });

  test("without `shown` keeps all that had arrived; again, it says the same", async () => {
    app.upstream.script(answer(LONG, { pace: everyMs(5) }));
    const { id, response } = await client.ask("Hello");
    const seen = await readUntil(response, hasText(60));
    const first = await (await client.stop(id)).json();
    expect(await (await client.stop(id, 3)).json()).toEqual(first);
    const replayed = textOf(contentOf(await allEvents(await client.follow(id))));
    expect(replayed.startsWith(textOf(contentOf(seen)))).toBe(true);
    expect(LONG.startsWith(replayed)).toBe(true);
  });

  test("before the model's headers leaves an empty answer and a usable conversation", async () => {
    app.upstream.script(neverAnswer());
    const { id, conversationId, response } = await client.ask("Hello");
    await app.upstream.waitFor(() => true);
    expect((await client.stop(id, 0)).status).toBe(200);
    expect(outcomeOf(await allEvents(response))?.type).toBe("stopped");
    expect((await app.upstream.waitFor((one) => one.closed !== null)).closed?.by).toBe("client");
    app.upstream.script(answer("Good."));
    const next = randomUUID();
    const content = [{ type: "text", text: "Once more" }];
    const message = { id: randomUUID(), content };
    const events = await allEvents(await client.put(next, { conversationId, parentId: id, message }));
    expect(textOf(contentOf(events))).toBe("Good.");
  });

  test("before the PUT arrives means that the model is never asked; the message is kept", async () => {
    await client.meet();
    const ids = newIds();
    expect(await (await client.stop(ids.id, 0)).json()).toMatchObject({ outcome: { type: "stopped" } });
    const { response } = await client.ask("Hello", ids);
    const events = await allEvents(response);
    expect(events.map(({ event }) => event.type)).toEqual(["generation_start", "generation_end"]);
    expect(outcomeOf(events)?.type).toBe("stopped");
    const { messages } = await client.conversation(ids.conversationId);
    expect(messages.map(({ role, content }) => [role, textOf(content)])).toEqual([
      ["user", "Hello"],
      ["assistant", ""],
    ]);
    expect(app.upstream.requests).toHaveLength(0);
  });

  test("after the end changes nothing", async () => {
    app.upstream.script(answer("All of it."));
    const { id, conversationId, response } = await client.ask("Hello");
    const outcome = outcomeOf(await allEvents(response));
    expect(await (await client.stop(id, 3)).json()).toEqual({ outcome });
    expect(textOf(storedAnswer(await client.conversation(conversationId), id)?.content ?? [])).toBe("All of it.");
  });

  test("never splits a surrogate pair, whatever number it is given", async () => {
    app.upstream.script(answer("ab😀cd".repeat(50), { deltaSize: 6, pace: everyMs(3) }));
    const { id, response } = await client.ask("Hello");
    await readUntil(response, hasText(12));
    await client.stop(id, 3);
    expect(textOf(contentOf(await allEvents(await client.follow(id))))).toBe("ab");
  });
});

describe("the model's faults", () => {
  const outcomeFor = async (scenario: Parameters<App["upstream"]["script"]>[0]) => {
    app.upstream.script(scenario);
    const { response } = await client.ask("Hello");
    const events = await allEvents(response);
    expect(isUnbroken(events)).toBe(true);
    return { outcome: outcomeOf(events), text: textOf(contentOf(events)), calls: app.upstream.requests.length };
  };

  test.each([
    [401, "authentication_error", "unavailable"],
    [402, "billing_error", "unavailable"],
    [403, "permission_error", "unavailable"],
    [404, "not_found_error", "unavailable"],
    [400, "invalid_request_error", "invalid_request"],
    [413, "request_too_large", "context_exceeded"],
  ])("status %i is told as %s and tried once", async (status, type, code) => {
    expect(await outcomeFor(refuse(status, type))).toMatchObject({
      outcome: { type: "failed", error: { code } },
      calls: 1,
    });
  });

  test("a long retry-after is told to the reader", async () => {
    const { outcome, calls } = await outcomeFor(
      refuse(429, "rate_limit_error", { headers: { "retry-after": "3600" } }),
    );
    expect(outcome).toMatchObject({ type: "failed", error: { code: "rate_limited", retryAfterSeconds: 3600 } });
    expect(calls).toBe(1);
  });

  test("a spend limit is the owner's pause, not a rate limit", async () => {
    const { outcome } = await outcomeFor(
      refuse(429, "rate_limit_error", { details: { error_code: "enforced_spend_limit_reached" } }),
    );
    expect(outcome).toMatchObject({ type: "failed", error: { code: "unavailable" } });
  });

  test("an overloaded model is tried again while nothing has been shown", async () => {
    app.upstream.scriptNext(refuse(529, "overloaded_error"), answer("At last."));
    const { response } = await client.ask("Hello");
    const events = await allEvents(response);
    expect(events.map(({ event }) => event.type)).toContain("retrying");
    expect(textOf(contentOf(events))).toBe("At last.");
  });

  test("an error event in the middle keeps what arrived, as interrupted, and asks no second time", async () => {
    const { outcome, text, calls } = await outcomeFor(errorEventAfter(answer(LONG), 8));
    expect(outcome?.type).toBe("interrupted");
    expect(LONG.startsWith(text) && text.length > 0).toBe(true);
    expect(calls).toBe(1);
  });

  test.each([true, false])("a body that is cut (reset: %s) is interrupted with an exact prefix", async (reset) => {
    const { outcome, text } = await outcomeFor(cutAfterBytes(answer(LONG), 1500, { reset }));
    expect(outcome?.type).toBe("interrupted");
    expect(LONG.startsWith(text)).toBe(true);
  });

  test("a clean end without message_stop is interrupted, whatever the SDK says", async () => {
    const { outcome, text } = await outcomeFor(endWithoutStop(answer(LONG)));
    expect(outcome?.type).toBe("interrupted");
    expect(text).toBe(LONG);
  });

  test("silence is interrupted after STALL_SECONDS", async () => {
    expect((await outcomeFor(neverAnswer())).outcome?.type).toBe("interrupted");
  });

  test.each([
    ["an unknown event", unknownEvent(answer(LONG))],
    ["an unknown delta", unknownDelta(answer(LONG))],
    ["a repeated message_start", repeatedMessageStart(answer(LONG))],
  ])("%s does no harm", async (_, scenario) => {
    const { outcome, text } = await outcomeFor(scenario);
    expect(outcome?.type).toBe("done");
    expect(text).toBe(LONG);
  });
});

test("what is written into an answer that somebody has ended is never read, and on PostgreSQL fails, repeated too", async () => {
  app.upstream.script(answer("All of it."));
  const { id, response } = await client.ask("Hello");
  const events = await allEvents(response);
  const { store } = await app.instance();
  const { commit } = await import("@/lib/server/store/generation-log");
  const late = { generation_id: id, n: events.length, at_ms: 0, data: JSON.stringify(events[1]?.event) };
  for (const isRepeat of [false, true]) {
    const written = commit(store, { events: [late], settlements: [], now: new Date().toISOString() }, isRepeat);
    await (isPostgres(store) ? expect(written).rejects.toThrow() : written);
  }
  expect(await allEvents(await client.follow(id))).toEqual(events);
});

test("an answer that its own instance ends while it is taken for dead is left as that one ended it", async () => {
  app.upstream.script(answer("All of it."));
  const { id, conversationId, response } = await client.ask("Hello");
  const outcome = outcomeOf(await allEvents(response));
  const { store } = await app.instance();
  const { settleDead } = await import("@/lib/server/store/generation-log");
  const now = new Date().toISOString();
  const settleAt = (settledAt: string | null, queries: Queries = store) =>
    queries
      .updateTable("generations")
      .set({ settled_at: settledAt, instance_id: "another" })
      .where("id", "=", id)
      .execute();
  await settleAt(null);
  let swept: ReturnType<typeof settleDead> | undefined;
  await store.transaction().execute(async (transaction) => {
    await lockKeys(transaction, [conversationId]);
    swept = settleDead(store, id, now);
    await expect.poll(() => isAwaited(transaction)).toBe(true);
    await settleAt(now, transaction);
  });
  expect(await swept).toBeUndefined();
  const stored = storedAnswer(await client.conversation(conversationId), id);
  expect([textOf(stored?.content ?? []), stored?.outcome]).toEqual(["All of it.", outcome]);
});

/** Whether another transaction waits for this one. SQLite has only one at a time. */
async function isAwaited(transaction: Queries): Promise<boolean> {
  if (!isPostgres(transaction)) return true;
  const { rows } = await sql`select 1 from pg_locks where not granted
    and database = (select oid from pg_database where datname = current_database())`.execute(transaction);
  return rows.length > 0;
}

describe("refusals", () => {
  const id = randomUUID();
  const valid = firstRequest("Hello", newIds());
  const deep = "[".repeat(20_000) + "]".repeat(20_000);

  test.each<[string, string, unknown, Record<string, string>, number, string]>([
    ["an id that is no UUID", "nonsense", valid, {}, 400, "invalid_request"],
    ["not JSON", id, "{", {}, 400, "invalid_request"],
    ["null", id, "null", {}, 400, "invalid_request"],
    ["an array", id, "[]", {}, 400, "invalid_request"],
    ["deep nesting", id, deep, {}, 400, "invalid_request"],
    ["bad UTF-8", id, new Uint8Array([0x22, 0xff, 0x22]), {}, 400, "invalid_request"],
    ["an unknown key", id, { ...valid, extra: 1 }, {}, 400, "invalid_request"],
    ["the id of its message", id, { ...valid, message: { ...valid.message, id } }, {}, 409, "conflict"],
    ["a wrong type", id, { ...valid, conversationId: 7 }, {}, 400, "invalid_request"],
    ["blank text", id, firstRequest(" \n", newIds()), {}, 400, "invalid_request"],
    ["neither message nor parent", id, { conversationId: randomUUID(), parentId: null }, {}, 400, "invalid_request"],
    ["an unknown parent", id, { ...valid, parentId: randomUUID() }, {}, 404, "not_found"],
    ["another model", id, { ...valid, settings: { model: "claude-expensive" } }, {}, 400, "invalid_request"],
    ["1 MB", id, firstRequest("x".repeat(1_000_000), newIds()), {}, 413, "too_large"],
    ["text/plain", id, valid, { "content-type": "text/plain" }, 415, "unsupported_media_type"],
    ["another site", id, valid, { "sec-fetch-site": "cross-site" }, 403, "forbidden"],
    ["another origin", id, valid, { origin: "https://evil.example" }, 403, "forbidden"],
  ])("%s", async (_, path, body, headers, status, code) => {
    const response = await client.put(path, body, headers);
    expect(response.status).toBe(status);
    const { error } = (await response.json()) as { error: { code: string; message: string; requestId: string } };
    expect(error).toMatchObject({ code, message: expect.stringMatching(/\.$/), requestId: expect.any(String) });
    expect(app.upstream.requests).toHaveLength(0);
  });

  test("another visitor's answer and conversation are not found, as unknown ones are not", async () => {
    app.upstream.script(answer(LONG, { pace: CLAUDE_RHYTHM }));
    const mine = await client.ask("Hello");
    await app.upstream.waitFor(() => true);
    const other = new Client(app);
    await other.meet();
    for (const response of [
      await other.follow(mine.id),
      await other.stop(mine.id),
      await other.put(mine.id, firstRequest("Hello", newIds())),
      await other.put(randomUUID(), { ...firstRequest("Hello", newIds()), conversationId: mine.conversationId }),
      await other.follow(randomUUID()),
    ]) {
      expect(response.status).toBe(404);
    }
    await expect(other.conversation(mine.conversationId)).rejects.toThrow("404");
    await client.stop(mine.id);
    expect((await other.stop(mine.id)).status).toBe(404);
    expect(app.upstream.requests).toHaveLength(1);
  });

  test("a message cannot follow an answer that is still being written", async () => {
    app.upstream.script(answer(LONG, { pace: CLAUDE_RHYTHM }));
    const first = await client.ask("Hello");
    const message = { id: randomUUID(), content: [{ type: "text", text: "And?" }] };
    const body = { conversationId: first.conversationId, parentId: first.id, message };
    expect((await client.put(randomUUID(), body)).status).toBe(409);
    await client.stop(first.id);
    expect((await client.put(randomUUID(), body)).status).toBe(200);
  });
});
