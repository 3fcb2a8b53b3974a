import { answer } from "../upstream/scenario";
import { expect, test } from "./fixtures";

test("nothing is asked of any other origin, and the page breaks no rule of its own policy", async ({
  demoChat,
  page,
}) => {
  const foreign: string[] = [];
  const complaints: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(demoChat.url) && !request.url().startsWith("data:")) foreign.push(request.url());
  });
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  await demoChat.open();
  await expect(page.getByText("Demo model").first()).toBeVisible();
  await demoChat.say("Show me a table");
  await demoChat.settled();
  expect(foreign).toEqual([]);
  expect(complaints).toEqual([]);
});

test("a new conversation is empty, and the old one is a link away", async ({ chat, upstream, page }) => {
  upstream.script(answer("First answer."));
  await chat.open();
  await chat.say("The first question");
  await chat.settled();
  const first = page.url();
  await page
    .getByRole("button", { name: "New conversation" })
    .or(page.getByRole("link", { name: "New conversation" }))
    .first()
    .click();
  await expect(chat.messages).toHaveCount(0);
  upstream.script(answer("Second answer."));
  await chat.say("The second question");
  await chat.settled();
  expect(page.url()).not.toBe(first);
  await page
    .getByRole("navigation", { name: "Conversations" })
    .getByRole("link", { name: /The first question/ })
    .click();
  await expect(chat.answers.last()).toContainText("First answer.");
  await expect(page).toHaveURL(first);
});

for (const width of [320, 390]) {
  test(`nothing is wider than a phone of ${width} pixels`, async ({ demoChat, page }) => {
    await page.setViewportSize({ width, height: 700 });
    await demoChat.open();
    await demoChat.say("code in python, and a table");
    await demoChat.settled();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await expect(demoChat.box).toBeInViewport();
  });
}

test("over plain http, as in a network at home, everything can be begun", async ({ chat, upstream, page }) => {
  upstream.script(answer("Here."));
  // Unlike localhost, this is a plain address to a browser.
  await page.goto(chat.url.replace("localhost", "0.0.0.0"));
  expect(await page.evaluate(() => window.isSecureContext)).toBe(false);
  await chat.say("Over plain http");
  await chat.settled();
  await page.reload();
  await expect(chat.answers).toContainText("Here.");
  await page.getByRole("button", { name: "New conversation" }).first().click();
  await expect(chat.messages).toHaveCount(0);
});

test("Back and Forward lead to what stands at their address, after reloads too", async ({ chat, upstream, page }) => {
  const blank: string[] = [];
  const shows = async (messages: string[]) => {
    await expect(page).toHaveURL(messages === blank ? /\/$/ : /\/c\//);
    await expect(chat.messages).toHaveText(messages);
    // The page is alive.
    await expect(chat.box).toBeFocused();
  };
  const startAnew = () => page.getByRole("button", { name: "New conversation" }).first().click();
  upstream.script(answer("The first answer."));
  await chat.open();
  await chat.say("The first");
  await chat.settled();
  await page.reload();
  await shows(["The first"]);
  await startAnew();
  await startAnew();
  upstream.script(answer("The second answer."));
  await chat.say("The second");
  await chat.settled();
  await page.goBack();
  await shows(blank);
  await page.goBack();
  await shows(["The first"]);
  await page.reload();
  await shows(["The first"]);
  await page.goForward();
  await shows(blank);
  await page.goForward();
  await shows(["The second"]);
  await page.reload();
  await shows(["The second"]);
  await page.goBack();
  await shows(blank);
  await page.goBack();
  await shows(["The first"]);
});

test("an unknown conversation is a kind page with a way back", async ({ chat, page }) => {
  const response = await page.goto(`${chat.url}/c/00000000-0000-4000-8000-000000000000`);
  expect(response?.status()).toBe(404);
  await expect(page.getByRole("link").first()).toBeVisible();
});

test("text that arrives moves nothing that stands", async ({ chat, upstream, page }) => {
  await page.addInitScript(() => {
    const shifts = { total: 0 };
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shifts.total += (entry as PerformanceEntry & { value: number }).value;
    }).observe({ type: "layout-shift", buffered: true });
  });
  upstream.script(answer("A line of an answer that grows and grows. ".repeat(40)));
  await chat.open();
  await chat.say("Grow");
  await chat.settled();
  const { total } = await page.evaluate(() => (window as unknown as { shifts: { total: number } }).shifts);
  expect(total).toBeLessThan(0.02);
});
