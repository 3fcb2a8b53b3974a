import type { BrowserContext, Page } from "@playwright/test";
import { answer, everyMs } from "../upstream/scenario";
import { Chat, expect, type Server, startServer, test } from "./fixtures";

const CODE = "friends-code-1";
const CODES = `friends:${CODE},family:family-code-22`;

let gated: Server & { stop(): Promise<void> };

test.beforeEach(async ({ upstream }) => {
  upstream.reset();
  // A new store each time: wrong codes of one test would throttle the next.
  gated = await startServer({ ANTHROPIC_BASE_URL: upstream.url, ACCESS_CODES: CODES });
});

test.afterEach(() => gated.stop());

function gateOf(page: Page) {
  return {
    field: page.getByRole("textbox", { name: "Access code" }),
    enter: page.getByRole("button", { name: "Enter" }),
    refusal: page.getByRole("alert").filter({ hasText: /./ }),
  };
}

async function comeIn(page: Page): Promise<Chat> {
  await page.goto(`${gated.url}/#code=${CODE}`);
  const chat = new Chat(page, gated.url);
  await expect(chat.box).toBeVisible();
  return chat;
}

test("without a code the page asks for one, by keyboard alone, and keeps what was typed wrongly", async ({ page }) => {
  await page.goto(gated.url);
  const { field, refusal } = gateOf(page);
  await expect(page.getByRole("textbox", { name: "Message" })).toHaveCount(0);
  await page.keyboard.press("Tab");
  await expect(field).toBeFocused();
  await page.keyboard.type("not-the-code");
  await page.keyboard.press("Enter");
  await expect(refusal).toHaveText("That code is not right.");
  await expect(field).toHaveValue("not-the-code");
  await expect(page).toHaveURL(`${gated.url}/`);
  await page.keyboard.type(CODE);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("textbox", { name: "Message" })).toBeVisible();
});

test("after ten wrong codes the page says how long to wait", async ({ page }) => {
  await page.goto(`${gated.url}/c/00000000-0000-4000-8000-000000000000`);
  const { field, enter, refusal } = gateOf(page);
  for (let tried = 1; tried <= 11; tried++) {
    await field.fill(`wrong-${tried}`);
    const answered = page.waitForResponse(/\/api\/access/);
    await enter.click();
    await answered;
  }
  await expect(refusal).toHaveText(/The next one can be made in 10 minutes\./);
  await expect(field).toHaveValue("wrong-11");
});

test("a link with the code lets in, and nothing of it stays in the address or the history", async ({ page }) => {
  const requested: string[] = [];
  page.on("request", (request) => requested.push(`${request.url()} ${request.headers().referer ?? ""}`));
  await comeIn(page);
  expect(page.url()).toBe(`${gated.url}/`);
  await page.reload();
  await expect(page.getByRole("textbox", { name: "Message" })).toBeVisible();
  await page.goBack();
  expect(page.url()).not.toContain(CODE);
  expect(requested.join()).not.toContain(CODE);
});

test("a wrong link says so at the gate, where it can be mended", async ({ page }) => {
  await page.goto(`${gated.url}/#code=friends-code-2`);
  const { field, refusal, enter } = gateOf(page);
  await expect(refusal).toHaveText("That code is not right.");
  await expect(field).toHaveValue("friends-code-2");
  await field.press("End");
  await field.press("Backspace");
  await field.pressSequentially("1");
  await enter.click();
  await expect(page.getByRole("textbox", { name: "Message" })).toBeVisible();
});

test("a code that is removed in the middle of a conversation is asked for again, over it; nothing is lost", async ({
  page,
  upstream,
}) => {
  upstream.script(answer("What stands here stays here."));
  const chat = await comeIn(page);
  await chat.say("Before");
  await chat.settled();
  await gated.restart("SIGTERM", { ACCESS_CODES: "family:family-code-22" });
  await chat.say("While the code was removed");
  const dialog = page.getByRole("dialog", { name: "Access code" });
  await expect(dialog).toBeVisible();
  await expect(gateOf(page).field).toBeFocused();
  await expect(chat.answers.last()).toContainText("What stands here stays here.");
  await expect(chat.box).toHaveValue("While the code was removed");
  await page.keyboard.type("family-code-22");
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("alert").filter({ hasText: /./ })).toHaveCount(0);
  await chat.box.press("Enter");
  await chat.settled();
  await expect(chat.messages.last()).toContainText("While the code was removed");
});

test("an answer under way when the code is removed goes on once there is another", async ({ page, upstream }) => {
  upstream.script(answer("It goes on and on. ".repeat(60), { pace: everyMs(100) }));
  const chat = await comeIn(page);
  await chat.say("Go");
  await expect(chat.answers.last()).toContainText("It goes on");
  await gated.restart("SIGKILL", { ACCESS_CODES: "family:family-code-22" });
  const dialog = page.getByRole("dialog", { name: "Access code" });
  await expect(dialog).toBeVisible();
  await expect(chat.answers.last()).toContainText("It goes on");
  await page.keyboard.type("family-code-22");
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  await chat.settled("Interrupted");
  await expect(chat.answers.last()).toContainText("It goes on");
});

test("another device becomes the same visitor by a link, once, after a word of warning", async ({
  page,
  browser,
  upstream,
}) => {
  upstream.script(answer("An answer for both."));
  const chat = await comeIn(page);
  await chat.say("From the first device");
  await chat.settled();
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("button", { name: "Make a link" }).click();
  await expect(page.getByRole("img", { name: "QR code of the link" })).toBeVisible();
  const link = await page.getByRole("textbox", { name: "Link to another device" }).inputValue();

  const phone = await browser.newContext({ viewport: { width: 320, height: 640 } });
  const second = await phone.newPage();
  await arrive(second, link);
  await expect(second.getByRole("dialog", { name: "Continue here" })).toContainText("works once");
  await second.getByRole("button", { name: "Continue here" }).click();
  await expect(second.getByRole("textbox", { name: "Message" })).toBeVisible();
  await second.getByRole("button", { name: "Open sidebar" }).click();
  await second.getByRole("link", { name: /From the first device/ }).click();
  await expect(second.getByRole("article", { name: "Answer" })).toContainText("An answer for both.");

  await expectSpent(await browser.newContext(), link);
  await phone.close();
});

/** Opens the link; looking at it moves nobody. */
async function arrive(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await expect(page.getByRole("dialog", { name: "Continue here" })).toBeVisible();
  expect(page.url()).toBe(`${gated.url}/`);
}

async function expectSpent(context: BrowserContext, link: string): Promise<void> {
  const page = await context.newPage();
  await arrive(page, link);
  await page.getByRole("button", { name: "Continue here" }).click();
  await expect(page.getByRole("alert").filter({ hasText: /has been used/ })).toBeVisible();
  await context.close();
}

test("signing out says what it means, and makes the browser nobody's", async ({ page, upstream }) => {
  upstream.script(answer("Soon gone."));
  const chat = await comeIn(page);
  await chat.say("Mine");
  await chat.settled();
  await chat.box.fill("A draft that nobody else should read");
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByText("Nothing is deleted")).toBeVisible();
  await page.getByRole("button", { name: "Sign out for good" }).click();
  await expect(gateOf(page).field).toBeVisible();
  const kept = await page.evaluate(() => JSON.stringify(Object.entries(localStorage)));
  expect(kept).not.toContain("draft that nobody");
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`the gate fits a phone of 320 pixels, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 320, height: 560 });
    await page.goto(gated.url);
    await expect(gateOf(page).enter).toBeInViewport();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  });
}
