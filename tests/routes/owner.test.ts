import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Left, OwnerChange, OwnerOverview } from "@/lib/chat/owner";
import { answer, everyMs } from "../upstream/scenario";
import { type App, allEvents, Client, outcomeOf, readUntil, startApp } from "./harness";
import { PRICED_MODEL, pricedModel } from "./priced-model";

let app: App;
let owner: Client;
let friend: Client;
let ownerRoute: typeof import("@/app/api/owner/route");
let shareRoute: typeof import("@/app/api/owner/shares/[id]/route");
let budgetRoute: typeof import("@/app/api/budget/route");

beforeAll(async () => {
  app = await startApp({
    ...pricedModel(),
    DAILY_BUDGET_USD: "2",
    VISITOR_DAILY_BUDGET_USD: "1",
    ACCESS_CODES: "owner:owners-code,friends:friends-code",
  });
  ownerRoute = await import("@/app/api/owner/route");
  shareRoute = await import("@/app/api/owner/shares/[id]/route");
  budgetRoute = await import("@/app/api/budget/route");
});

afterAll(() => app?.upstream.close());

beforeEach(async () => {
  app.upstream.reset();
  const { store } = await app.instance();
  for (const table of ["ledger", "spending", "owner_settings", "refusals"] as const) {
    await store.deleteFrom(table).execute();
  }
  owner = await visitor("owner");
  friend = await visitor("friends");
});

async function visitor(codeLabel: string | undefined): Promise<Client> {
  const { cookieFor } = await import("@/lib/server/session");
  const one = new Client(app);
  one.cookie = cookieFor({ id: randomBytes(16).toString("base64url"), codeLabel }).split(";")[0] ?? "";
  return one;
}

function get(who: Client): Promise<Response> {
  return ownerRoute.GET(who.request("/api/owner"));
}

function patch(who: Client, change: unknown): Promise<Response> {
  return ownerRoute.PATCH(
    who.request("/api/owner", {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(change),
    }),
  );
}

async function overview(response: Response | Promise<Response> = get(owner)): Promise<OwnerOverview> {
  const answered = await response;
  expect(answered.status).toBe(200);
  return (await answered.json()) as OwnerOverview;
}

function change(settings: OwnerChange): Promise<OwnerOverview> {
  return overview(patch(owner, settings));
}

async function left(who: Client): Promise<Left> {
  return (await (await budgetRoute.GET(who.request("/api/budget"))).json()) as Left;
}

describe("the owner's calls", () => {
  test("are unknown to everybody else, with a code or without", async () => {
    const { store } = await app.instance();
    for (const who of [friend, await visitor(undefined), new Client(app)]) {
      expect((await get(who)).status).toBe(404);
      expect((await patch(who, { isPaused: true })).status).toBe(404);
      expect((await patch(who, { nonsense: 1 })).status).toBe(404);
      const request = who.request(`/api/owner/shares/${"0".repeat(32)}`, { method: "DELETE" });
      const params = Promise.resolve({ id: "0".repeat(32) });
      expect((await shareRoute.DELETE(request, { params })).status).toBe(404);
    }
    const { readOwnerSettings } = await import("@/lib/server/store/owner-settings");
    expect((await readOwnerSettings(store)).isPaused).toBe(false);
  });

  test("refuse what they do not know", async () => {
    for (const body of [{}, null, [], { isPaused: "yes" }, { dailyBudgetUsd: -1 }, { unknown: 1 }]) {
      expect((await patch(owner, body)).status).toBe(400);
    }
  });
});

describe("the overview", () => {
  test("says what was spent today, by code and by model, and by how many", async () => {
    app.upstream.script(answer("Well.", { inputTokens: 100 }));
    for (const who of [friend, friend, owner]) await allEvents((await who.ask("Hello")).response);
    const seen = await overview();
    const each = seen.today.spentUsd / 3;
    expect(each).toBeGreaterThan(0.0002);
    expect(seen.days).toHaveLength(30);
    expect(seen.days.at(-1)).toBe(seen.now.slice(0, 10));
    const day = seen.days.at(-1);
    const model = PRICED_MODEL;
    expect(seen.spent).toEqual([
      { day, codeLabel: "friends", model, usd: expect.closeTo(2 * each, 8) },
      { day, codeLabel: "owner", model, usd: expect.closeTo(each, 8) },
    ]);
    expect(seen.today.heldUsd).toBe(0);
    expect(seen.visitors.today).toBe(2);
    expect(seen.codeLabels).toEqual(["owner", "friends"]);
    expect(seen.wallsUsd).toEqual({ daily: 2, visitorDaily: 1 });
  });

  test("shows the answers under way, without a word of them", async () => {
    app.upstream.script(answer("canary ".repeat(50), { pace: everyMs(10) }));
    const { response, id } = await friend.ask("canary question");
    await readUntil(response, (events) => events.length > 2);
    const text = await (await get(owner)).text();
    expect(text).not.toContain("canary");
    const seen = JSON.parse(text) as OwnerOverview;
    expect(seen.underWay).toEqual([
      { id, model: PRICED_MODEL, codeLabel: "friends", startedAt: expect.stringMatching(/Z$/) },
    ]);
    expect(seen.today.heldUsd).toBeGreaterThan(0);
    await friend.stop(id);
    expect((await overview()).underWay).toEqual([]);
  });

  test("counts refusals by their code", async () => {
    await change({ isPaused: true });
    for (let asked = 0; asked < 3; asked++) expect((await friend.ask("Hello")).response.status).toBe(503);
    await vi.waitFor(
      async () => {
        const busy = (await overview()).refusals.find(({ code }) => code === "busy");
        expect(busy).toEqual({ code: "busy", count: 3, today: 3 });
      },
      { timeout: 5_000, interval: 100 },
    );
  });

  test("lists everybody's shares, and ends one", async () => {
    app.upstream.script(answer("Well."));
    const { response, conversationId, id } = await friend.ask("Hello");
    await allEvents(response);
    const shares = await import("@/app/api/conversations/[id]/shares/route");
    const shared = await shares.POST(
      friend.request(`/api/conversations/${conversationId}/shares`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ leafId: id }),
      }),
      { params: Promise.resolve({ id: conversationId }) },
    );
    expect(shared.ok).toBe(true);
    const [share] = (await overview()).shares;
    expect(share).toMatchObject({ title: "Hello", expiresAt: null });
    const end = () =>
      shareRoute.DELETE(owner.request(`/api/owner/shares/${share?.id}`, { method: "DELETE" }), {
        params: Promise.resolve({ id: share?.id ?? "" }),
      });
    expect((await end()).status).toBe(200);
    expect((await overview()).shares).toEqual([]);
    expect((await end()).status).toBe(404);
  });
});

describe("the owner", () => {
  test("changes ceilings that count from the next message on, but none above the environment's", async () => {
    app.upstream.script(answer("Well."));
    const set = await change({ dailyBudgetUsd: 1.5, codeDailyBudgetsUsd: { friends: 0 } });
    expect(set.settings).toMatchObject({ dailyBudgetUsd: 1.5, codeDailyBudgetsUsd: { friends: 0 } });
    expect((await friend.ask("Hello")).response.status).toBe(429);
    await allEvents((await owner.ask("Hello")).response);
    await change({ codeDailyBudgetsUsd: { friends: null } });
    await allEvents((await friend.ask("Hello")).response);
    for (const above of [
      { dailyBudgetUsd: 2.01 },
      { visitorDailyBudgetUsd: 1.01 },
      { codeDailyBudgetsUsd: { a: 3 } },
    ]) {
      expect((await patch(owner, above)).status).toBe(400);
    }
    expect((await overview()).settings).toMatchObject({ dailyBudgetUsd: 1.5, codeDailyBudgetsUsd: {} });
    expect((await change({ dailyBudgetUsd: null })).settings.dailyBudgetUsd).toBeNull();
  });

  test("pauses the service, and stops what is under way within a second", async () => {
    app.upstream.script(answer("Slowly. ".repeat(500), { pace: everyMs(10) }));
    const { response } = await friend.ask("Hello");
    const ended = allEvents(response);
    await change({ isPaused: true, isStoppingAnswers: true });
    expect(outcomeOf(await ended)).toMatchObject({ type: "stopped" });
    const refused = await friend.ask("Again");
    expect(await refused.response.json()).toMatchObject({
      error: { code: "busy", message: "The owner has paused this service." },
    });
    await change({ isPaused: false });
    app.upstream.script(answer("Well."));
    expect(outcomeOf(await allEvents((await friend.ask("Again")).response))).toMatchObject({ type: "done" });
  });

  test("lets visitors see what is left for them, or not", async () => {
    expect(await left(friend)).toEqual({ leftUsd: null, inputUsdPerMillion: null });
    await change({ isLeftShown: true });
    expect(await left(friend)).toEqual({ leftUsd: 1, inputUsdPerMillion: 2.5 });
    app.upstream.script(answer("Well.", { inputTokens: 100_000 }));
    await allEvents((await friend.ask("Hello")).response);
    const { leftUsd } = await left(friend);
    expect(leftUsd).toBeLessThan(0.81);
    expect(leftUsd).toBeGreaterThan(0.7);
    expect(await left(await visitor("friends"))).toMatchObject({ leftUsd: 1 });
  });
});

test("two changes at the same moment are both kept", async () => {
  await Promise.all([
    change({ isLeftShown: true }),
    change({ dailyBudgetUsd: 1 }),
    change({ visitorDailyBudgetUsd: 0.5 }),
  ]);
  expect((await overview()).settings).toMatchObject({
    isLeftShown: true,
    dailyBudgetUsd: 1,
    visitorDailyBudgetUsd: 0.5,
  });
});
