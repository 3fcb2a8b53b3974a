import type { Browser, Page } from "@playwright/test";
import { answer } from "../upstream/scenario";
import { Chat, expect, plain, startServer, test } from "./fixtures";

const POEM = "The *first* line.\n\n- one\n- two\n\n```ts\nconst ink = 1;\n```\n\nThe last line.";

/** A conversation of one turn for each of `answers`. */
async function talk(chat: Chat, upstream: { script(scenario: ReturnType<typeof answer>): void }, answers: string[]) {
  await chat.open();
  for (const [index, text] of answers.entries()) {
    upstream.script(answer(text));
    await chat.say(`Question ${index + 1}`);
    await expect(chat.answers).toHaveCount(index + 1);
    await chat.settled();
  }
}

function dialogOf(page: Page) {
  return page.getByRole("dialog", { name: "Share conversation" });
}

async function openDialog(page: Page) {
  await page.getByRole("button", { name: "Share", exact: true }).click();
  await expect(dialogOf(page)).toBeVisible();
  return dialogOf(page);
}

/** Makes a link to what is picked, and returns its address. */
async function makeLink(page: Page): Promise<string> {
  const dialog = dialogOf(page);
  await dialog.getByRole("button", { name: "Create link" }).click();
  return dialog.getByRole("textbox", { name: "The link is ready" }).inputValue();
}

/** The page of a share, in a browser that has never been here. */
async function openElsewhere(browser: Browser, address: string, options = {}): Promise<Page> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  await page.goto(address);
  return page;
}

function shared(page: Page) {
  return page.getByRole("region", { name: "Conversation" });
}

test("there is nothing to share before the first answer", async ({ chat, page }) => {
  await chat.open();
  await expect(page.getByRole("button", { name: "Share", exact: true })).toHaveCount(0);
});

test("a part of the page that does not come says so, and comes when it is asked for again", async ({
  chat,
  upstream,
  page,
  context,
}) => {
  await talk(chat, upstream, [POEM]);
  await context.route("**/_next/static/chunks/**", (route) => route.abort());
  const dialog = await openDialog(page);
  await expect(dialog.getByRole("alert")).toContainText("could not be loaded");
  await context.unroute("**/_next/static/chunks/**");
  await dialog.getByRole("button", { name: "Try again" }).click();
  await expect(dialog.getByRole("textbox", { name: "Title" })).toBeVisible();
  await expect(chat.answers).toHaveCount(1);
});

test("a link is read without a cookie or a script, says that it is not to be found, and holds no id", async ({
  chat,
  upstream,
  page,
  browser,
}) => {
  await talk(chat, upstream, [POEM]);
  await openDialog(page);
  const address = await makeLink(page);
  const reader = await openElsewhere(browser, address, { javaScriptEnabled: false });
  await expect(reader.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(shared(reader).getByRole("article", { name: "Message" })).toHaveText("Question 1");
  const read = shared(reader).getByRole("article", { name: "Answer" });
  await expect(read.getByRole("listitem")).toHaveText(["one", "two"]);
  await expect(read).toContainText("const ink = 1;");
  await expect(read).toContainText("The last line.");
  await expect(reader.getByRole("button", { name: "Replay" })).toBeHidden();
  expect(await reader.context().cookies()).toEqual([]);

  const conversationId = new URL(page.url()).pathname.split("/").at(-1) ?? "";
  for (const headers of [{}, { rsc: "1" }]) {
    const response = await fetch(address, { headers });
    expect(response.status).toBe(200);
    expect(response.headers.get("x-robots-tag")).toBe("noindex, nofollow");
    expect(response.headers.get("cache-control")).toContain("no-store");
    expect(response.headers.get("set-cookie")).toBeNull();
    const text = await response.text();
    expect(text).not.toContain(conversationId);
    expect(text).not.toMatch(/usage|input_tokens|visitor|signature|[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-/);
  }
  const html = await (await fetch(address)).text();
  expect(html).toContain('<meta name="robots" content="noindex, nofollow"/>');
  expect(html).toContain('<meta property="og:title" content="A shared conversation"/>');
  await reader.context().close();
});

test("turns are picked, what looks like a secret is told, and the page shows what the dialog showed", async ({
  chat,
  upstream,
  page,
  browser,
}) => {
  await talk(chat, upstream, ["Plain.", "Your password: swordfish. Write to ada@lovelace.org.", "Plain again."]);
  const dialog = await openDialog(page);
  const warning = dialog.getByRole("region", { name: "Look again" });
  await expect(warning).toContainText("Turn 2: looks like a password (••••••), an e-mail address (a…@lovelace.org)");
  await dialog.getByRole("checkbox", { name: /^Turn 2/ }).press("Space");
  await expect(warning).toHaveCount(0);
  await expect(dialog.getByText("What will be seen: 2 of 3 turns")).toBeVisible();
  await dialog.getByRole("checkbox", { name: /^Turn 1/ }).uncheck();
  await expect(dialog.getByRole("textbox", { name: "Title" })).toHaveValue("A shared conversation");
  await dialog.getByRole("textbox", { name: "Title" }).fill("The third question");
  await dialog.getByRole("radio", { name: "7 days" }).check({ force: true });
  const address = await makeLink(page);
  await expect(dialog.getByRole("region", { name: "The link" })).toContainText("It expires on");
  const reader = await openElsewhere(browser, address);
  await expect(reader.getByRole("heading", { level: 1 })).toHaveText("The third question");
  await expect(shared(reader).getByRole("article")).toHaveCount(2);
  expect(plain(await shared(reader).innerText())).toContain("Question 3 Plain again.");
  await reader.context().close();
});

test("a share stays as it was while the conversation goes on, and is gone at once when it is revoked", async ({
  chat,
  upstream,
  page,
  browser,
}) => {
  await talk(chat, upstream, ["First.", "Second."]);
  await openDialog(page);
  const address = await makeLink(page);
  await page.keyboard.press("Escape");
  await expect(dialogOf(page)).toBeHidden();
  const reader = await openElsewhere(browser, address);
  const before = await shared(reader).innerText();
  expect(await (await fetch(address, { headers: { rsc: "1" } })).text()).toContain("Second.");
  upstream.script(answer("Third."));
  await chat.say("Question 3");
  await expect(chat.answers).toHaveCount(3);
  await chat.settled();
  await reader.reload();
  expect(await shared(reader).innerText()).toBe(before);

  const dialog = await openDialog(page);
  const links = dialog.getByRole("region", { name: "Links to this conversation" });
  await links.getByRole("button", { name: /^Revoke/ }).click();
  await expect(links).toHaveCount(0);
  expect((await fetch(address)).status).toBe(404);
  // What Next's router would ask for ahead is 200 whatever it says, and says nothing now.
  for (const headers of [{ rsc: "1" }, { rsc: "1", "next-router-prefetch": "1" }]) {
    const text = await (await fetch(address, { headers })).text();
    expect(text).not.toMatch(/Question|First\.|Second\./);
  }
  await reader.reload();
  await expect(reader.getByText("Nothing to read here.")).toBeVisible();
  await reader.context().close();
});

test("a share is typed out again on request: paused, faster, stopped with Esc, skipped to its end", async ({
  chat,
  upstream,
  page,
  browser,
}) => {
  const long = Array.from({ length: 120 }, (_, index) => `word${index}`).join(" ");
  await talk(chat, upstream, ["Short.", long]);
  await openDialog(page);
  const reader = await openElsewhere(browser, await makeLink(page));
  const answers = shared(reader).getByRole("article", { name: "Answer" });
  const status = reader.getByRole("status");
  const whole = await shared(reader).innerText();
  const replay = reader.getByRole("button", { name: "Replay" });

  await replay.click();
  await expect(status).toHaveText("Replaying");
  await expect(answers).toHaveCount(0);
  await expect(answers.first()).toContainText("Short.");
  await reader.getByRole("button", { name: "Pause" }).click();
  await expect(status).toHaveText("Replay paused");
  const paused = await shared(reader).innerText();
  // Longer than the whole would take.
  await reader.waitForTimeout(1500);
  expect(await shared(reader).innerText()).toBe(paused);

  await reader.getByRole("radio", { name: "×8" }).check({ force: true });
  await reader.getByRole("button", { name: "Resume" }).click();
  await expect(status).toHaveText("Replay ended");
  expect(await shared(reader).innerText()).toBe(whole);

  await replay.click();
  await expect(status).toHaveText("Replaying");
  await reader.keyboard.press("Escape");
  await expect(status).toHaveText("Replay ended");
  expect(await shared(reader).innerText()).toBe(whole);

  await replay.click();
  await reader.getByRole("button", { name: "Skip to the end" }).click();
  expect(await shared(reader).innerText()).toBe(whole);
  await expect(replay).toBeFocused();
  await reader.context().close();
});

test("who wants no motion is told so, and sees each message come whole", async ({ chat, upstream, page, browser }) => {
  const long = Array.from({ length: 120 }, (_, index) => `word${index}`).join(" ");
  await talk(chat, upstream, [long]);
  await openDialog(page);
  const reader = await openElsewhere(browser, await makeLink(page), { reducedMotion: "reduce" });
  await expect(reader.getByText(/asks for less motion/)).toBeVisible();
  const lengths = await reader.evaluateHandle(() => {
    const seen: number[] = [];
    const look = () => {
      const sheet = [...document.querySelectorAll<HTMLElement>('article[aria-label="Answer"] .answer-text')];
      seen.push(
        sheet.filter((element) => element.offsetParent !== null).map(({ innerText }) => innerText)[0]?.length ?? 0,
      );
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    return seen;
  });
  await reader.getByRole("button", { name: "Replay" }).click();
  await expect(reader.getByRole("status")).toHaveText("Replay ended");
  expect([...new Set(await lengths.jsonValue())].sort((one, other) => one - other)).toEqual([0, long.length]);
  await reader.context().close();
});

test("whoever reads a share can go on with it, in a conversation of their own", async ({
  chat,
  upstream,
  page,
  browser,
}) => {
  await talk(chat, upstream, ["Once upon a time."]);
  await openDialog(page);
  const reader = await openElsewhere(browser, await makeLink(page));
  await reader.getByRole("button", { name: "Continue this conversation" }).click();
  await expect(reader).toHaveURL(/\/c\/[0-9a-f-]{36}$/);
  expect(reader.url()).not.toBe(page.url());
  const log = reader.getByRole("log", { name: "Conversation" });
  await expect(log.getByRole("article", { name: "Answer" })).toContainText("Once upon a time.");
  upstream.script(answer("And they lived."));
  await reader.getByRole("textbox", { name: "Message", exact: true }).fill("And then?");
  await reader.keyboard.press("Enter");
  await expect(log.getByRole("article", { name: "Answer" }).last()).toContainText("And they lived.");
  await expect(chat.answers).toHaveCount(1);
  await reader.context().close();
});

test("where a code is asked for, a share is read without one, and only going on with it needs one", async ({
  upstream,
  page,
  browser,
}) => {
  upstream.reset();
  const gated = await startServer({ ANTHROPIC_BASE_URL: upstream.url, ACCESS_CODES: "friends:friends-code" });
  const chat = new Chat(page, gated.url);
  await page.goto(`${gated.url}/#code=friends-code`);
  await expect(chat.box).toBeVisible();
  await talk(chat, upstream, ["Once upon a time."]);
  await openDialog(page);
  const reader = await openElsewhere(browser, await makeLink(page));
  await expect(shared(reader)).toContainText("Once upon a time.");
  await reader.getByRole("button", { name: "Continue this conversation" }).click();
  const gate = reader.getByRole("dialog", { name: "Access code" });
  await gate.getByRole("textbox", { name: "Access code" }).fill("friends-code");
  await gate.getByRole("button", { name: "Enter" }).click();
  await expect(reader).toHaveURL(/\/c\/[0-9a-f-]{36}$/);
  await expect(reader.getByRole("log", { name: "Conversation" })).toContainText("Once upon a time.");
  await reader.context().close();
  await gated.stop();
});

test("the dialog and the page fit a phone of 320 pixels", async ({ chat, upstream, page, browser }) => {
  await talk(chat, upstream, [`A ${"very".repeat(40)} long word, and a table:\n\n| a | b |\n|---|---|\n| 1 | 2 |`]);
  await page.setViewportSize({ width: 320, height: 640 });
  const dialog = await openDialog(page);
  expect(await dialog.evaluate((element) => element.scrollWidth - element.clientWidth)).toBeLessThanOrEqual(0);
  const reader = await openElsewhere(browser, await makeLink(page), { viewport: { width: 320, height: 640 } });
  expect(await reader.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  await reader.getByRole("button", { name: "Replay" }).click();
  expect(await reader.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  await reader.context().close();
});
