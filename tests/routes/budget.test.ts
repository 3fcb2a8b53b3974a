import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { NumberedEvent, Outcome, Usage } from "@/lib/chat/message";
import { type OwnerSettings, ownerSettings } from "@/lib/chat/owner";
import { endWithoutStop, stallAfter } from "../upstream/faults";
import { answer, everyMs, refuse, replay, thinkingThenText } from "../upstream/scenario";
import {
  type App,
  allEvents,
  Client,
  contentOf,
  firstRequest,
  newIds,
  outcomeOf,
  readUntil,
  startApp,
} from "./harness";
import { PRICED_MODEL, pricedModel } from "./priced-model";

// The model costs 2 micro-dollars for a token read, 2.5 for one written to the cache, 0.1 for one from it, 10 for an answer's.
const CEILING = 200_000;
const MAX_OUTPUT_TOKENS = 1_500;
const NOTHING_SET = ownerSettings.parse({});

let app: App;
let client: Client;
let ledger: typeof import("@/lib/server/store/ledger");
let budget: typeof import("@/lib/server/budget");

beforeAll(async () => {
  app = await startApp({
    ...pricedModel(),
    DAILY_BUDGET_USD: "0.2",
    VISITOR_DAILY_BUDGET_USD: "0.2",
    MAX_OUTPUT_TOKENS: String(MAX_OUTPUT_TOKENS),
    MAX_STREAMS_PER_VISITOR: "200",
    ACCESS_CODES: "owner:owners-code,friends:friends-code",
    STALL_SECONDS: "2",
    UNATTENDED_SECONDS: "5",
  });
  ledger = await import("@/lib/server/store/ledger");
  budget = await import("@/lib/server/budget");
});

afterAll(() => app?.upstream.close());

beforeEach(async () => {
  app.upstream.reset();
  const { store } = await app.instance();
  for (const table of ["ledger", "spending", "owner_settings"] as const) await store.deleteFrom(table).execute();
  budget.forgetStanding();
  client = await visitor();
});

async function visitor(codeLabel = "friends"): Promise<Client> {
  const { cookieFor } = await import("@/lib/server/session");
  const one = new Client(app);
  one.cookie = cookieFor({ id: randomUUID().replaceAll("-", "").slice(0, 22), codeLabel }).split(";")[0] ?? "";
  return one;
}

async function set(settings: Partial<OwnerSettings>): Promise<void> {
  const { store } = await app.instance();
  const { changeOwnerSettings } = await import("@/lib/server/store/owner-settings");
  await changeOwnerSettings(
    store,
    budget.dayOf(new Date().toISOString()),
    () => ({ ...NOTHING_SET, ...settings }),
    async () => {},
  );
  budget.forgetStanding();
}

/** Sums of today, of all. */
async function sums() {
  const { store } = await app.instance();
  return ledger.readSpending(store, budget.dayOf(new Date().toISOString()), { scope: "all", name: "" });
}

async function outcomeOfAsking(text: string, who = client): Promise<Outcome | undefined> {
  const { response } = await who.ask(text);
  return outcomeOf(await allEvents(response));
}

async function refusalOf(response: Response) {
  expect(response.ok).toBe(false);
  const { error } = (await response.json()) as { error: { code: string; message: string; retryAfterSeconds?: number } };
  return { status: response.status, retryAfter: response.headers.get("retry-after"), ...error };
}

/** An answer whose usage is as given, in both of its counts. */
function answerWith(usage: Partial<Usage>) {
  const scripted = answer("Well.");
  const withUsage = (data: string) => {
    const event = JSON.parse(data);
    if (event.type === "message_start") Object.assign(event.message.usage, usage);
    if (event.type === "message_delta") Object.assign(event.usage, usage);
    return JSON.stringify(event);
  };
  return replay(scripted.events.map(({ data }) => withUsage(data)));
}

function maxTokensOf(body: unknown): number {
  return (body as { max_tokens: number }).max_tokens;
}

describe("what an answer costs", () => {
  test("is what the model reported, caches and searches included; nothing stays held", async () => {
    app.upstream.script(
      answerWith({
        input_tokens: 100,
        cache_creation_input_tokens: 1_000,
        cache_read_input_tokens: 10_000,
        output_tokens: 300,
        server_tool_use: { web_search_requests: 1 },
      }),
    );
    expect(await outcomeOfAsking("Hello")).toMatchObject({
      type: "done",
      usage: { output_tokens: 300, server_tool_use: { web_search_requests: 1 } },
    });
    expect(await sums()).toEqual({ spentMicroUsd: 200 + 2_500 + 1_000 + 3_000 + 10_000, heldMicroUsd: 0 });
  });

  test("is held at its highest while the answer is under way", async () => {
    app.upstream.script(answer("Slowly. ".repeat(30), { pace: everyMs(5) }));
    const { response, id } = await client.ask("Hello");
    const held = await sums();
    expect(held.spentMicroUsd).toBe(0);
    expect(held.heldMicroUsd).toBeGreaterThan(MAX_OUTPUT_TOKENS * 10);
    await client.stop(id);
    await allEvents(response);
    expect((await sums()).heldMicroUsd).toBe(0);
  });

  test("counts upward when it is stopped: what was read, and more than was written", async () => {
    app.upstream.script(answer("word ".repeat(200), { pace: everyMs(5), inputTokens: 500 }));
    const { response, id } = await client.ask("Hello");
    const events = await readUntil(response, (seen) => contentOf(seen).length > 0 && seen.length > 5);
    await client.stop(id);
    expect(events.length).toBeGreaterThan(5);
    const { spentMicroUsd, heldMicroUsd } = await sums();
    const written = app.upstream.requests[0]?.flushedText.length ?? 0;
    expect(spentMicroUsd).toBeGreaterThanOrEqual(500 * 2 + Math.floor((written / 5) * 10) - 500);
    expect(heldMicroUsd).toBe(0);
  });

  test("counts the time of thinking that was cut off, of which nothing was sent", async () => {
    app.upstream.script(stallAfter(thinkingThenText("Hm.", "Four.", { inputTokens: 1 }), 3));
    expect(await outcomeOfAsking("Hello")).toMatchObject({ type: "interrupted" });
    // Two seconds of silence, at more tokens a second than any model writes.
    expect((await sums()).spentMicroUsd).toBeGreaterThan(2_000);
  });

  test("is what it read when the model was stopped before it said so", async () => {
    app.upstream.script({ type: "never" });
    const { response, id } = await client.ask("Hello");
    await app.upstream.waitFor(() => true);
    await client.stop(id);
    await allEvents(response);
    const { spentMicroUsd, heldMicroUsd } = await sums();
    expect(spentMicroUsd).toBeGreaterThan(0);
    expect(spentMicroUsd).toBeLessThan(10_000);
    expect(heldMicroUsd).toBe(0);
  });

  test("is nothing when the model refused it", async () => {
    app.upstream.script(refuse(401, "authentication_error"));
    expect(await outcomeOfAsking("Hello")).toMatchObject({ type: "failed" });
    expect(await sums()).toEqual({ spentMicroUsd: 0, heldMicroUsd: 0 });
  });

  test("counts every try that the model began", async () => {
    const begun = endWithoutStop(answer("", { inputTokens: 700 }));
    app.upstream.scriptNext(
      { ...begun, events: begun.events.slice(0, 1) },
      answerWith({ input_tokens: 700, output_tokens: 5 }),
    );
    expect(await outcomeOfAsking("Hello")).toMatchObject({ type: "done", usage: { input_tokens: 1_400 } });
    expect(app.upstream.requests).toHaveLength(2);
    expect((await sums()).spentMicroUsd).toBeGreaterThanOrEqual(2 * 1_400 + 50);
  });

  test("is counted once, however often it is settled", async () => {
    app.upstream.script(answerWith({ input_tokens: 100, output_tokens: 10 }));
    const { response, id } = await client.ask("Hello");
    await allEvents(response);
    const { store } = await app.instance();
    await store.transaction().execute((transaction) => ledger.settleHeld(transaction, id, () => 5_000));
    expect(await sums()).toEqual({ spentMicroUsd: 300, heldMicroUsd: 0 });
  });

  test("stays counted when its conversation is deleted", async () => {
    app.upstream.script(answerWith({ input_tokens: 100, output_tokens: 10 }));
    const { response, conversationId } = await client.ask("Hello");
    await allEvents(response);
    const request = client.request(`/api/conversations/${conversationId}`, { method: "DELETE" });
    await app.conversation.DELETE(request, { params: Promise.resolve({ id: conversationId }) });
    expect((await sums()).spentMicroUsd).toBe(300);
  });
});

test("the id of an earlier answer is refused, also when its conversation is deleted: what it held is spent", async () => {
  app.upstream.script(answerWith({ input_tokens: 100, output_tokens: 10 }));
  const { response, conversationId, id } = await client.ask("Hello");
  await allEvents(response);
  const request = client.request(`/api/conversations/${conversationId}`, { method: "DELETE" });
  await app.conversation.DELETE(request, { params: Promise.resolve({ id: conversationId }) });
  const calls = app.upstream.requests.length;
  const again = await client.ask("Hello", { ...newIds(), id });
  expect([again.response.status, app.upstream.requests.length]).toEqual([409, calls]);
});

test("what a call holds is given to a repetition of it, and to no other call", async () => {
  const { store } = await app.instance();
  const call = { id: randomUUID(), visitorId: "v", codeLabel: undefined, model: PRICED_MODEL };
  const reserve = (isRepeat: boolean) =>
    store
      .transaction()
      .execute((transaction) =>
        budget.reserve(
          transaction,
          { ...call, inputTokens: 100, maxOutputTokens: 50 },
          new Date().toISOString(),
          isRepeat,
        ),
      );
  const first = await reserve(false);
  const held = await sums();
  expect(first).toMatchObject({ type: "granted", held: { heldMicroUsd: held.heldMicroUsd } });
  expect(await reserve(true)).toEqual(first);
  const taken = { type: "refused", refusal: { code: "conflict" } };
  expect(await reserve(false)).toMatchObject(taken);
  expect(await sums()).toEqual(held);
  await store.transaction().execute((transaction) => ledger.settleHeld(transaction, call.id, () => 1));
  expect(await reserve(true)).toMatchObject(taken);
});

describe("the ceiling", () => {
  test("holds to the micro-dollar under many requests at once; the refused never reach the model, nor are they kept", async () => {
    // As long as it may be, and read as dearly as it can be.
    app.upstream.script(({ body }) =>
      answerWith({ cache_creation_input_tokens: 900, output_tokens: maxTokensOf(body) }),
    );
    const visitors = await Promise.all(Array.from({ length: 60 }, () => visitor()));
    const asked = await Promise.all(visitors.map((one) => one.ask("Hello")));
    const answered = asked.filter(({ response }) => response.ok);
    const outcomes = await Promise.all(answered.map(async ({ response }) => outcomeOf(await allEvents(response))));
    expect(new Set(outcomes.map((outcome) => outcome?.type))).toEqual(new Set(["done"]));
    expect(app.upstream.requests).toHaveLength(answered.length);
    const cost = app.upstream.requests.reduce((sum, { body }) => sum + 12 * 2 + 900 * 2.5 + maxTokensOf(body) * 10, 0);
    expect(await sums()).toEqual({ spentMicroUsd: cost, heldMicroUsd: 0 });
    expect(cost).toBeLessThanOrEqual(CEILING);
    expect(answered.length).toBeGreaterThan(7);
    const refused = asked.find(({ response }) => !response.ok);
    expect(await refusalOf((refused as NonNullable<typeof refused>).response)).toMatchObject({
      status: 429,
      code: "budget_spent",
    });
    const { store } = await app.instance();
    const kept = await store
      .selectFrom("conversations")
      .select("id")
      .where(
        "id",
        "in",
        asked.map(({ conversationId }) => conversationId),
      )
      .execute();
    expect(kept).toHaveLength(answered.length);
  });

  test("lets a shorter answer through when no longer one can be paid, and no useless one", async () => {
    app.upstream.script(answerWith({ input_tokens: 10, output_tokens: 10 }));
    await set({ dailyBudgetUsd: 0.016 });
    expect(await outcomeOfAsking("Hello")).toMatchObject({ type: "done" });
    const maxTokens = maxTokensOf(app.upstream.requests[0]?.body);
    expect(maxTokens).toBeGreaterThanOrEqual(1_000);
    expect(maxTokens).toBeLessThan(MAX_OUTPUT_TOKENS);
    await set({ dailyBudgetUsd: 0.01 });
    expect((await client.ask("Hello")).response.status).toBe(429);
    expect(app.upstream.requests).toHaveLength(1);
  });

  test("that is reached says when it opens again", async () => {
    await set({ dailyBudgetUsd: 0 });
    const { response } = await client.ask("Hello");
    const refusal = await refusalOf(response);
    const untilMidnight = 86_400 - ((Date.now() / 1000) % 86_400);
    expect(refusal).toMatchObject({ status: 429, code: "budget_spent" });
    expect(Math.abs(Number(refusal.retryAfter) - untilMidnight)).toBeLessThan(5);
    expect(refusal.message).toContain("midnight UTC");
  });

  test("that is spent is asked of the store once a second, and at once when the owner changes it", async () => {
    await set({ dailyBudgetUsd: 0 });
    expect((await client.ask("Hello")).response.status).toBe(429);
    const { store } = await app.instance();
    await store.deleteFrom("owner_settings").execute();
    expect(budget.standingRefusal(PRICED_MODEL)).toMatchObject({ code: "budget_spent" });
    expect((await client.ask("Hello")).response.status).toBe(429);
    await set({});
    expect(budget.standingRefusal(PRICED_MODEL)).toBeUndefined();
    expect(await outcomeOfAsking("Hello")).toMatchObject({ type: "done" });
  });

  test("of a visitor, and of a code, stands over them alone", async () => {
    app.upstream.script(answerWith({ input_tokens: 100, output_tokens: 1_000 }));
    await set({ visitorDailyBudgetUsd: 0.03 });
    const statuses = async (who: Client, count: number) => {
      const all: number[] = [];
      for (let asked = 0; asked < count; asked++) {
        const { response } = await who.ask("Hello");
        all.push(response.status);
        if (response.ok) await allEvents(response);
      }
      return all;
    };
    expect(await statuses(client, 3)).toEqual([200, 200, 429]);
    expect(await statuses(await visitor(), 1)).toEqual([200]);
    await set({ codeDailyBudgetsUsd: { friends: 0.04 } });
    expect(await statuses(await visitor(), 1)).toEqual([429]);
    expect(await statuses(await visitor("owner"), 1)).toEqual([200]);
  });

  test("of the environment stands over a higher one of the owner's", async () => {
    await set({ dailyBudgetUsd: 1_000, visitorDailyBudgetUsd: 1_000 });
    const ceilings = budget.ceilingsFor(
      { codeLabel: "friends" },
      { ...NOTHING_SET, dailyBudgetUsd: 1_000 },
      {
        dailyBudgetUsd: 0.2,
      },
    );
    expect([...ceilings]).toEqual([["all", CEILING]]);
  });

  test("leaves an answer that was begun, or is only followed, alone", async () => {
    app.upstream.script(answerWith({ input_tokens: 10, output_tokens: 10 }));
    const { response, id } = await client.ask("Hello");
    await allEvents(response);
    await set({ dailyBudgetUsd: 0 });
    expect((await client.follow(id)).status).toBe(200);
  });
});

describe("while the owner has paused", () => {
  test("nothing new is asked of the model, and the sentence says so", async () => {
    await set({ isPaused: true });
    const { response } = await client.ask("Hello");
    expect(await refusalOf(response)).toMatchObject({
      status: 503,
      code: "busy",
      message: "The owner has paused this service.",
    });
    expect(app.upstream.requests).toHaveLength(0);
  });
});

test("an answer whose instance is gone costs what it can have read, and more than its log shows", async () => {
  app.upstream.script(stallAfter(answer("word ".repeat(40)), 20));
  const { response, id } = await client.ask("Hello");
  await readUntil(response, (events) => contentOf(events).length > 0);
  const { store, running } = await app.instance();
  const { settleDead } = await import("@/lib/server/store/generation-log");
  const { inputMicroUsd = 0, heldMicroUsd = 0 } = (await ledger.findHeld(store, id))?.held ?? {};
  await settleDead(store, id, new Date().toISOString());
  await running
    .get(id)
    ?.interrupt("draining")
    .catch(() => {});
  const spent = await sums();
  expect(spent.heldMicroUsd).toBe(0);
  expect(spent.spentMicroUsd).toBeGreaterThan(inputMicroUsd);
  expect(spent.spentMicroUsd).toBeLessThanOrEqual(heldMicroUsd);
});

describe("a small call beside the answers", () => {
  const call = {
    visitorId: "v",
    codeLabel: undefined,
    model: "claude-sonnet-5-5",
    inputTokens: 100,
    maxOutputTokens: 50,
  };
  const usage = { input_tokens: 60, output_tokens: 10 };

  test("is made within the budget and settled by what it used", async () => {
    const live = await app.instance();
    expect(await budget.spendWithin(live, call, async () => ({ result: "A title", usage }))).toBe("A title");
    expect(await sums()).toEqual({ spentMicroUsd: 220, heldMicroUsd: 0 });
  });

  test("costs all that was held when it fails, or cannot say what it used", async () => {
    const live = await app.instance();
    await expect(budget.spendWithin(live, call, () => Promise.reject(new Error("gone")))).rejects.toThrow("gone");
    expect(await sums()).toEqual({ spentMicroUsd: 750, heldMicroUsd: 0 });
    await budget.spendWithin(live, call, async () => ({ result: 1, usage: undefined }));
    expect(await sums()).toEqual({ spentMicroUsd: 1_500, heldMicroUsd: 0 });
  });

  test("is not made when the budget does not reach for it", async () => {
    await set({ dailyBudgetUsd: 0.0007 });
    const live = await app.instance();
    let calls = 0;
    const made = await budget.spendWithin(live, call, async () => {
      calls += 1;
      return { result: 1, usage };
    });
    expect([made, calls]).toEqual([undefined, 0]);
    expect(await sums()).toEqual({ spentMicroUsd: 0, heldMicroUsd: 0 });
  });
});

test("without its ledger nothing is asked of the model", async () => {
  const { store } = await app.instance();
  await store.schema.alterTable("spending").renameTo("spending_away").execute();
  try {
    const { response } = await client.ask("Hello");
    expect([500, 503]).toContain(response.status);
    expect(app.upstream.requests).toHaveLength(0);
  } finally {
    await store.schema.alterTable("spending_away").renameTo("spending").execute();
  }
});

describe("a conversation that is deleted while it is answered", () => {
  const SLOW = answer("Slowly. ".repeat(400), { pace: everyMs(10) });
  const hasText = (events: NumberedEvent[]) => contentOf(events).length > 0;

  async function begin() {
    app.upstream.script(SLOW);
    const ids = newIds();
    await readUntil(await client.put(ids.id, firstRequest("Hello", ids)), hasText);
    return ids;
  }

  function remove(conversationId: string) {
    const request = client.request(`/api/conversations/${conversationId}`, { method: "DELETE" });
    return app.conversation.DELETE(request, { params: Promise.resolve({ id: conversationId }) });
  }

  test("leaves nothing held, whoever was writing", async () => {
    const { id, conversationId } = await begin();
    // As if another instance ran it, which is dead.
    const { running } = await app.instance();
    const orphan = running.get(id);
    running.delete(id);
    expect((await remove(conversationId)).status).toBe(200);
    const { heldMicroUsd, spentMicroUsd } = await sums();
    expect(heldMicroUsd).toBe(0);
    expect(spentMicroUsd).toBeGreaterThan(0);
    await expect(orphan?.settled).rejects.toThrow();
    expect(await sums()).toEqual({ heldMicroUsd, spentMicroUsd });
  });

  test("leaves nothing held where nobody told who was writing", async () => {
    const { conversationId } = await begin();
    const { store } = await app.instance();
    await store.deleteFrom("conversations").where("id", "=", conversationId).execute();
    await expect.poll(async () => (await sums()).heldMicroUsd, { timeout: 10_000 }).toBe(0);
    expect((await sums()).spentMicroUsd).toBeGreaterThan(0);
  });

  test("ends an answer that began beside that, and no other of the same visitor", async () => {
    const [doomed, other] = [await begin(), await begin()];
    const { running, store } = await app.instance();
    await store.deleteFrom("conversations").where("id", "=", doomed.conversationId).execute();
    const { endOrphans } = await import("@/lib/server/generations");
    await endOrphans(running.get(doomed.id)?.visitorId ?? "");
    expect([running.has(doomed.id), running.has(other.id)]).toEqual([false, true]);
    await client.stop(other.id);
    await expect.poll(async () => (await sums()).heldMicroUsd).toBe(0);
  });

  test("and whose answer is being saved at that moment, ends that too", async () => {
    app.upstream.script(SLOW);
    const ids = newIds();
    const { starting } = await app.instance();
    let removing: Promise<Response> | undefined;
    const set = vi.spyOn(starting, "set").mockImplementationOnce((id, begun) => {
      Map.prototype.set.call(starting, id, begun);
      removing = remove(ids.conversationId);
      return starting;
    });
    const response = await client.put(ids.id, firstRequest("Hello", ids));
    expect((await removing)?.status).toBe(200);
    set.mockRestore();
    expect((await sums()).heldMicroUsd).toBe(0);
    await response.body?.cancel();
    // It may not even have been asked.
    await expect.poll(() => app.upstream.requests.filter(({ closed }) => closed?.by !== "client")).toEqual([]);
  });
});
