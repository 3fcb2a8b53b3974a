import { answer, CLAUDE_RHYTHM, everyMs, refuse } from "../upstream/scenario";
import { Chat, expect, plain, test } from "./fixtures";

/** No two sentences alike: what goes round in circles could be taken for words that are said again. */
const LONG = Array.from(
  { length: 30 },
  (_, index) => `The platen is the roller that holds sheet ${index} while the type strikes it, line after line. `,
).join("");

function button(chat: Chat, name: string) {
  return chat.log.getByRole("button", { name, exact: true });
}

test("an edited message begins a branch, both can be read, and a reload shows the one that was read last", async ({
  chat,
  upstream,
}) => {
  upstream.script(answer("The first answer."));
  await chat.open();
  await chat.say("What is a platten?");
  await chat.settled();
  await button(chat, "Edit").click();
  const field = chat.page.getByRole("textbox", { name: "Edit your text" });
  await expect(field).toBeFocused();
  await expect(field).toHaveValue("What is a platten?");
  await field.fill("What is a platen?");
  upstream.script(answer("The second answer."));
  await field.press("Enter");
  await chat.settled();
  await expect(chat.messages).toHaveText(/What is a platen\?/);
  await expect(chat.answers).toHaveText(/The second answer\./);
  await expect(chat.box).toBeFocused();
  const saved = chat.page.waitForResponse((response) => response.request().method() === "PATCH");
  await button(chat, "Previous version").click();
  await expect(chat.messages).toHaveText(/What is a platten\?/);
  await expect(chat.answers).toHaveText(/The first answer\./);
  await expect(button(chat, "Previous version")).toBeDisabled();
  // A reload that overtakes it shows the other.
  await saved;
  await chat.page.reload();
  await expect(chat.messages).toHaveText(/What is a platten\?/);
  await button(chat, "Next version").click();
  await expect(chat.answers).toHaveText(/The second answer\./);
});

test("the buttons of the versions stay where they were pressed, and keep the focus", async ({ chat, upstream }) => {
  upstream.script(answer(LONG));
  await chat.open();
  for (const question of ["One", "Two", "Three"]) {
    await chat.say(question);
    await chat.settled();
    await expect(chat.messages.last()).toHaveText(question);
  }
  await button(chat, "Edit").first().click();
  const field = chat.page.getByRole("textbox", { name: "Edit your text" });
  await field.fill("One, rather");
  upstream.script(answer("A short answer."));
  await field.press("Enter");
  await chat.settled();
  const previous = button(chat, "Previous version");
  const next = button(chat, "Next version");
  const before = await previous.boundingBox();
  await previous.focus();
  await chat.page.keyboard.press("Enter");
  await expect(chat.messages).toHaveCount(3);
  // At the first version there is only the way on.
  await expect(next).toBeFocused();
  const stays = async () => Math.abs(((await previous.boundingBox())?.y ?? 0) - (before?.y ?? 0));
  await expect.poll(stays).toBeLessThan(2);
  await chat.page.keyboard.press("Enter");
  await expect(chat.messages).toHaveCount(1);
  await expect(previous).toBeFocused();
  await expect.poll(stays).toBeLessThan(2);
});

test("an edit outlives a reload but no Cancel, a blank one is not sent, and the up-arrow begins one", async ({
  chat,
  upstream,
}) => {
  upstream.script(answer("Well."));
  await chat.open();
  await chat.say("First");
  await chat.settled();
  await chat.box.press("ArrowUp");
  const field = chat.page.getByRole("textbox", { name: "Edit your text" });
  await expect(field).toBeFocused();
  await field.fill("  ");
  await field.press("Enter");
  await expect(field).toBeVisible();
  await field.fill("Not worth keeping");
  await field.press("Escape");
  await expect(chat.messages).toHaveText(/First/);
  await expect(chat.box).toBeFocused();
  await chat.page.reload();
  await button(chat, "Edit").click();
  await expect(field).toHaveValue("First");
  await field.fill("Half a thought");
  await chat.page.reload();
  await button(chat, "Edit").click();
  await expect(field).toHaveValue("Half a thought");
  await chat.page.getByRole("button", { name: "Cancel" }).click();
  await expect(button(chat, "Edit")).toBeFocused();
  await chat.page.keyboard.press("Enter");
  await expect(field).toHaveValue("First");
  expect(upstream.requests.filter(({ path }) => path.startsWith("/v1/messages"))).not.toHaveLength(0);
  await expect(chat.messages).toHaveCount(1);
});

test("a message from another tab does not take away the one that is being edited", async ({
  chat,
  upstream,
  context,
}) => {
  upstream.script(answer("Well."));
  await chat.open();
  await chat.say("One");
  await chat.settled();
  const second = new Chat(await context.newPage(), chat.url);
  await second.page.goto(chat.page.url());
  await button(chat, "Edit").click();
  const field = chat.page.getByRole("textbox", { name: "Edit your text" });
  upstream.script(answer(LONG));
  await second.say("Two");
  await second.settled();
  await expect(chat.answers.last()).toContainText("sheet 29");
  await expect(field).toBeFocused();
  await expect(field).toBeInViewport();
});

test("an edit that is refused is there again, ready to be sent", async ({ chat, upstream, context }) => {
  upstream.script(answer("Well."));
  await chat.open();
  await chat.say("First");
  await chat.settled();
  await context.route("**/api/generations/*", (route) =>
    route.request().method() === "PUT"
      ? route.fulfill({ status: 429, json: { error: { code: "rate_limited", message: "Not so fast." } } })
      : route.continue(),
  );
  await button(chat, "Edit").click();
  const field = chat.page.getByRole("textbox", { name: "Edit your text" });
  await field.fill("First, rather");
  await field.press("Enter");
  await expect(chat.page.getByRole("alert").filter({ hasText: "Not so fast." })).toBeVisible();
  await expect(field).toHaveValue("First, rather");
  await expect(chat.box).toHaveValue("");
  await context.unroute("**/api/generations/*");
  await field.press("Enter");
  await expect(chat.messages).toHaveText(/First, rather/);
  await chat.settled();
});

test("an answer is tried again with another model, which it names", async ({ chat, upstream }) => {
  upstream.script(answer("By one."));
  await chat.open();
  await chat.say("Hello");
  await chat.settled();
  upstream.script(answer("By another."));
  await button(chat, "Ask another model").click();
  const menu = chat.page.getByRole("menu", { name: "Ask another model" });
  await expect(menu.getByRole("menuitemradio")).toHaveText(["Claude Sonnet 5.5", "Claude Opus 5.5"]);
  await expect(menu.getByRole("menuitemradio", { name: "Claude Sonnet 5.5" })).toBeFocused();
  await chat.page.keyboard.press("ArrowDown");
  await chat.page.keyboard.press("Enter");
  await expect(chat.answers).toContainText("By another.");
  await chat.settled();
  await expect(chat.answers).toContainText("Claude Opus 5.5");
  await button(chat, "Previous version").click();
  await expect(chat.answers).toContainText("By one.");
  await expect(chat.answers).not.toContainText("Claude Opus 5.5");
});

test("a model that is chosen writes the next answers, here and after a reload", async ({ chat, upstream }) => {
  const models = () =>
    upstream.requests.flatMap(({ body }) =>
      (body as { stream?: boolean } | null)?.stream ? [(body as { model: string }).model] : [],
    );
  upstream.script(answer("Well."));
  await chat.open();
  expect(upstream.requests.some(({ path }) => path.includes("/models"))).toBe(false);
  await chat.page.getByRole("button", { name: "Model: Claude Sonnet 5.5" }).click();
  await chat.page.getByRole("menuitemradio", { name: "Claude Opus 5.5" }).click();
  await chat.say("Hello");
  await chat.settled();
  await chat.open();
  await expect(chat.page.getByRole("button", { name: "Model: Claude Opus 5.5" })).toBeVisible();
  await chat.say("Hello again");
  await chat.settled();
  expect(models()).toEqual(["claude-opus-5-5", "claude-opus-5-5"]);
});

test("a stopped answer goes on where it stood, without a jump and without saying anything twice", async ({
  chat,
  upstream,
}) => {
  upstream.script(answer(LONG, { pace: everyMs(15) }));
  await chat.open();
  await chat.say("Go on for long");
  await expect(chat.answers.last()).toContainText("line after line. The platen is the roller that");
  await chat.stop.click();
  await chat.settled("Stopped");
  const id = chat.page.url().split("/").at(-1);
  const read = async () => {
    const response = await chat.page.request.get(`${chat.url}/api/conversations/${id}`);
    const { messages } = (await response.json()) as { messages: { content: { text: string }[] }[] };
    return messages.at(-1)?.content[0]?.text ?? "";
  };
  const stopped = await read();
  const words = stopped.slice(stopped.lastIndexOf(" ", stopped.length - 20) + 1);
  upstream.script(answer(words + LONG.slice(stopped.length, 1500), { pace: CLAUDE_RHYTHM }));
  const top = await chat.answers.last().evaluate((article) => article.getBoundingClientRect().top);
  await button(chat, "Continue").click();
  await expect(chat.answers.last()).toHaveAttribute("aria-busy", "true");
  expect(plain(await chat.lastAnswer())).toContain(plain(stopped));
  const now = await chat.answers.last().evaluate((article) => article.getBoundingClientRect().top);
  expect(Math.abs(now - top)).toBeLessThan(2);
  await chat.settled();
  expect(await read()).toBe(LONG.slice(0, 1500));
  await expect(chat.answers.last()).toContainText(plain(LONG.slice(0, 1500)));
  await expect(button(chat, "Continue")).toHaveCount(0);
  await button(chat, "Previous version").click();
  await expect(button(chat, "Continue")).toBeEnabled();
  upstream.script(answer(LONG, { pace: CLAUDE_RHYTHM }));
  await chat.say("And something else");
  await expect(chat.stop).toBeVisible();
  await expect(button(chat, "Continue")).toBeDisabled();
});

test("the demo model goes on, too", async ({ demoChat: chat }) => {
  await chat.open();
  await chat.say("Show me a cut-off answer");
  await chat.settled();
  await button(chat, "Continue").click();
  await chat.settled();
  await expect(chat.answers.last()).toContainText("offer to continue. If you take the offer");
  await expect(chat.answers.last()).toContainText("that is all there was to come.");
  await expect(button(chat, "Ask another model")).toHaveCount(0);
});

test("a tab that has missed a turn begins a branch, and shows the way to the other", async ({
  chat,
  upstream,
  browser,
}) => {
  upstream.script(answer("First."));
  await chat.open();
  await chat.say("One");
  await chat.settled();
  // Another device of the same visitor: no tab can tell the other anything.
  const device = await browser.newContext({ storageState: await chat.page.context().storageState() });
  const second = new Chat(await device.newPage(), chat.url);
  await second.page.goto(chat.page.url());
  await expect(second.answers).toHaveText(/First\./);
  upstream.script(answer("In time."));
  await chat.say("Two");
  await chat.settled();
  upstream.script(answer("Late."));
  await second.say("Two, late");
  await second.settled();
  await expect(second.answers.last()).toContainText("Late.");
  const previous = second.messages.last().getByRole("button", { name: "Previous version" });
  await previous.click();
  await expect(second.messages.last()).toContainText("Two");
  await expect(second.answers.last()).toContainText("In time.");
  // The first tab stays where it is, and is offered the other branch.
  await chat.page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await expect(chat.messages.last().getByRole("button", { name: "Next version" })).toBeEnabled();
  await expect(chat.answers.last()).toContainText("In time.");
  await device.close();
});

test("an answer of another tab that was turned to in the middle of one's own is there in the end, whole", async ({
  chat,
  upstream,
  context,
}) => {
  upstream.script(answer("First."));
  await chat.open();
  await chat.say("One");
  await chat.settled();
  const second = new Chat(await context.newPage(), chat.url);
  await second.open(new URL(chat.page.url()).pathname);
  upstream.script(answer(LONG, { pace: everyMs(30) }));
  await second.messages.first().hover();
  await button(second, "Edit").click();
  await second.page.getByRole("textbox", { name: "Edit your text" }).fill("One, rather");
  await second.page.keyboard.press("Enter");
  await expect(second.answers).toContainText("sheet 0");
  await chat.page.bringToFront();
  const next = chat.messages.first().getByRole("button", { name: "Next version" });
  await expect(next).toBeEnabled();
  upstream.script(answer("Of my own, word by word. ".repeat(4), { pace: everyMs(60) }));
  await button(chat, "Retry").click();
  await expect(chat.stop).toBeVisible();
  await next.click();
  await expect(chat.messages).toContainText("One, rather");
  await expect(chat.answers).toContainText("sheet 29", { timeout: 40_000 });
  await expect(chat.stop).toHaveCount(0);
  await expect.poll(() => chat.lastAnswer()).toBe(await second.lastAnswer());
});

test("a temporary conversation is in no list, has no address, and is gone when it is closed", async ({
  chat,
  upstream,
  context,
}) => {
  upstream.script(answer("Between us."));
  await chat.open();
  await chat.page.getByRole("button", { name: "Temporary conversation" }).click();
  await expect(chat.page.getByText(/deleted for good when you leave or reload/)).toBeVisible();
  const asked = chat.page.waitForRequest((request) => request.method() === "PUT");
  await chat.say("A secret");
  const { conversationId } = (await asked).postDataJSON();
  await chat.settled();
  await expect(chat.page).toHaveURL(/\/$/);
  await expect(chat.page.getByRole("button", { name: "Share", exact: true })).toHaveCount(0);
  const stored = async () => (await context.request.get(`${chat.url}/api/conversations/${conversationId}`)).status();
  expect(await stored()).toBe(200);
  expect((await context.request.get(`${chat.url}/c/${conversationId}`)).status()).toBe(404);
  await chat.page.close();
  await expect.poll(stored).toBe(404);
});

test("a temporary conversation goes when another is begun, and leaves nothing in the browser", async ({
  chat,
  upstream,
  context,
}) => {
  upstream.script(refuse(401, "authentication_error"));
  await chat.open();
  await chat.page.getByRole("button", { name: "Temporary conversation" }).click();
  const asked = chat.page.waitForRequest((request) => request.method() === "PUT");
  await chat.say("A secret");
  const { conversationId } = (await asked).postDataJSON();
  await expect(chat.page.getByRole("alert").filter({ hasText: /owner/i })).toBeVisible();
  await chat.box.fill("Another secret");
  await chat.page.waitForTimeout(500);
  await chat.page.getByRole("button", { name: "New conversation" }).first().click();
  await expect(chat.messages).toHaveCount(0);
  await expect(chat.box).toHaveValue("");
  await expect
    .poll(async () => (await context.request.get(`${chat.url}/api/conversations/${conversationId}`)).status())
    .toBe(404);
  const kept = await chat.page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  expect(kept).not.toContain("secret");
});

test("a temporary conversation that was left is nowhere on the page, by Back and Forward neither", async ({
  chat,
  upstream,
  page,
}) => {
  upstream.script(answer("For the record."));
  await chat.open();
  await chat.say("An ordinary one");
  await chat.settled();
  await page.getByRole("button", { name: "New conversation" }).first().click();
  upstream.script(answer("Between us."));
  await page.getByRole("button", { name: "Temporary conversation" }).click();
  await chat.say("A secret");
  await chat.settled();
  await page.goBack();
  await expect(chat.answers).toContainText("For the record.");
  await page.route("**/api/conversations/*", (route) => route.abort());
  await page.goForward();
  await expect(page.getByRole("alert")).toHaveText(/This conversation is no longer here/);
  await expect(page.getByText("A secret")).toHaveCount(0);
});

test("what is sent to a temporary conversation that is gone comes back to the box of another, and is stored nowhere", async ({
  chat,
  upstream,
  page,
}) => {
  upstream.script(answer("Between us."));
  await chat.open();
  await page.getByRole("button", { name: "Temporary conversation" }).click();
  const asked = page.waitForRequest((request) => request.method() === "PUT");
  await chat.say("A secret");
  const { conversationId } = (await asked).postDataJSON();
  await chat.settled();
  await page.evaluate(
    (path) => fetch(path, { method: "DELETE" }).then(() => {}),
    `/api/conversations/${conversationId}`,
  );
  await chat.say("Too late");
  await page.getByRole("main").getByRole("button", { name: "New conversation" }).click();
  await expect(chat.box).toHaveValue("Too late");
  await expect(page.getByRole("button", { name: "Temporary conversation" })).toHaveAttribute("aria-pressed", "true");
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  expect(kept).not.toContain("Too late");
});

test("the palette begins a temporary conversation from any other", async ({ chat, upstream }) => {
  upstream.script(answer("Well."));
  await chat.open();
  await chat.say("For the record");
  await chat.settled();
  await chat.page.keyboard.press("ControlOrMeta+k");
  await chat.page.keyboard.type("temporary");
  await chat.page.keyboard.press("Enter");
  await expect(chat.messages).toHaveCount(0);
  await expect(chat.page.getByRole("button", { name: "Temporary conversation" })).toHaveAttribute(
    "aria-pressed",
    "true",
  );
  await expect(chat.page.getByText(/deleted for good when you leave or reload/)).toBeVisible();
});

test("on a narrow phone nothing sticks out", async ({ chat, upstream }) => {
  await chat.page.setViewportSize({ width: 320, height: 640 });
  upstream.script(answer("Well. ".repeat(40)));
  await chat.open();
  await chat.say("Hello, and a few more words for a second line");
  await chat.settled();
  await button(chat, "Edit").click();
  const overflow = () => chat.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(await overflow()).toBe(0);
  const settings = await chat.page.getByRole("button", { name: "Settings" }).boundingBox();
  expect((settings?.x ?? 0) + (settings?.width ?? 0)).toBeLessThanOrEqual(320);
});
