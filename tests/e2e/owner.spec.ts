import type { BrowserContext, Page } from "@playwright/test";
import { answer, everyMs } from "../upstream/scenario";
import { Chat, expect, type Server, startServer, test } from "./fixtures";

let served: Server & { stop(): Promise<void> };

test.beforeEach(async ({ upstream }) => {
  upstream.reset();
  served = await startServer({
    ANTHROPIC_BASE_URL: upstream.url,
    ACCESS_CODES: "owner:owners-code,friends:friends-code",
    DAILY_BUDGET_USD: "5",
  });
});

test.afterEach(() => served.stop());

/** A page of somebody who came in with `code`. */
async function enter(context: BrowserContext, code: string): Promise<Page> {
  const entered = await context.request.post(`${served.url}/api/access`, { data: { code } });
  expect(entered.ok()).toBe(true);
  return context.newPage();
}

/** Runs `look` as a friend, in a browser of their own. */
async function asFriend(owner: Page, look: (chat: Chat) => Promise<void>): Promise<void> {
  const context = await owner.context().browser()?.newContext();
  if (context === undefined) throw new Error("no browser");
  await look(new Chat(await enter(context, "friends-code"), served.url));
  await context.close();
}

test("the owner sees what is spent, and nobody else the page", async ({ context, upstream }) => {
  upstream.script(answer("Well.", { inputTokens: 100_000 }));
  const page = await enter(context, "owners-code");
  const faults: string[] = [];
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  await asFriend(page, async (chat) => {
    await chat.open();
    await chat.say("Hello");
    await chat.settled();
    const answered = await chat.page.goto(`${served.url}/owner`);
    expect(answered?.status()).toBe(404);
    await expect(chat.page.getByRole("heading", { name: "Owner" })).toHaveCount(0);
  });
  await page.goto(`${served.url}/owner`);
  await expect(page.getByRole("img", { name: "Spending a day, as bars" })).toBeVisible();
  await page.getByText("The same as a table").click();
  const table = page.getByRole("region", { name: "Spending a day" }).getByRole("table");
  await expect(table.getByRole("columnheader")).toHaveText(["Day (UTC)", "friends", "All"]);
  await expect(table.getByRole("row").nth(1)).toContainText("$0.20");
  await page.getByText("By model").click();
  await expect(table.getByRole("columnheader").nth(1)).toHaveText("Claude Sonnet 5.5");
  expect(faults).toEqual([]);
});

test("the way to the owner's page is in the owner's Settings, and in nobody else's", async ({ context }) => {
  const page = await enter(context, "owners-code");
  await asFriend(page, async (chat) => {
    await chat.open();
    await chat.page.getByRole("button", { name: "Settings" }).click();
    await expect(chat.page.getByRole("button", { name: "Sign out" })).toBeVisible();
    await expect(chat.page.getByRole("link", { name: "Owner’s page" })).toHaveCount(0);
  });
  await page.goto(served.url);
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("link", { name: "Owner’s page" }).click();
  await expect(page.getByRole("button", { name: "Pause and stop all answers" })).toBeVisible();
});

test("a pause stops answers under way and refuses new ones, kindly, until the service is opened again", async ({
  context,
  upstream,
}) => {
  upstream.script(answer("Slowly. ".repeat(2_000), { pace: everyMs(20) }));
  const page = await enter(context, "owners-code");
  await asFriend(page, async (chat) => {
    await chat.open();
    await chat.say("Hello");
    await expect(chat.answers.last()).toContainText("Slowly.");
    await page.goto(`${served.url}/owner`);
    await expect(page.getByRole("heading", { name: "Answers under way: 1" })).toBeVisible();
    await page.getByRole("button", { name: "Pause and stop all answers" }).click();
    await expect(page.getByText("Paused. Nobody gets a new answer.")).toBeVisible();
    await chat.settled("Stopped");
    await chat.say("Again");
    await expect(chat.page.getByRole("alert").filter({ hasText: "The owner has paused this service." })).toBeVisible();
    await expect(chat.box).toHaveValue("Again");
    await page.getByRole("button", { name: "Open again" }).click();
    await expect(page.getByText("Open. New answers are being begun.")).toBeVisible();
    upstream.script(answer("Well."));
    await chat.box.press("Enter");
    await chat.settled();
  });
});

test("a ceiling that is reached says when it opens again, and keeps what was typed", async ({ context, upstream }) => {
  upstream.script(answer("Well."));
  const page = await enter(context, "owners-code");
  await page.goto(`${served.url}/owner`);
  await page.getByRole("spinbutton", { name: "All with the code friends" }).fill("0");
  await page.getByRole("button", { name: "Save: All with the code friends" }).click();
  await expect(page.getByRole("spinbutton", { name: "All with the code friends" })).toHaveValue("0");
  await asFriend(page, async (chat) => {
    await chat.open();
    await chat.say("Hello");
    await expect(chat.page.getByRole("alert").filter({ hasText: "midnight UTC" })).toContainText(
      /\d\d:\d\d.* where you are/,
    );
    await expect(chat.box).toHaveValue("Hello");
  });
  expect(upstream.requests.filter(({ path }) => path.startsWith("/v1/messages"))).toEqual([]);
});

test("visitors see what is left where the owner lets them, and always how long a paste is", async ({
  context,
  upstream,
}) => {
  upstream.script(answer("Well."));
  const page = await enter(context, "owners-code");
  await asFriend(page, async (chat) => {
    await chat.open();
    await chat.box.fill("word ".repeat(8_000));
    await expect(chat.page.getByText("About 10,000 tokens", { exact: true })).toBeVisible();
    await chat.box.fill("");
    await expect(chat.page.getByText(/About .* tokens/)).toHaveCount(0);
    await page.goto(`${served.url}/owner`);
    await page.getByRole("checkbox", { name: "Visitors see what is left for them" }).check();
    await chat.page.reload();
    await expect(chat.page.getByText("$5.00 left today")).toBeVisible();
    await chat.box.fill("word ".repeat(8_000));
    await expect(chat.page.getByText("About 10,000 tokens, $0.03 to read")).toBeVisible();
  });
});
