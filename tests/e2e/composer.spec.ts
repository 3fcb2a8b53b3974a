import { answer, everyMs, refuse } from "../upstream/scenario";
import { Chat, expect, test } from "./fixtures";

test("Shift+Enter makes a new line, Enter sends, the box grows and shrinks", async ({ chat, upstream }) => {
  upstream.script(answer("Fine."));
  await chat.open();
  const height = async () => (await chat.box.boundingBox())?.height ?? 0;
  const before = await height();
  await chat.box.pressSequentially("one");
  for (const line of ["two", "three", "four"]) {
    await chat.box.press("Shift+Enter");
    await chat.box.pressSequentially(line);
  }
  expect(await height()).toBeGreaterThan(before);
  await chat.box.press("Enter");
  await expect(chat.messages).toContainText("two");
  await expect(chat.box).toHaveValue("");
  await expect.poll(height).toBe(before);
  await chat.settled();
});

test("Enter while composing does not send", async ({ chat, upstream }) => {
  upstream.script(answer("Fine."));
  await chat.open();
  await chat.box.fill("にほん");
  await chat.box.dispatchEvent("keydown", { key: "Enter", isComposing: true, bubbles: true });
  await chat.box.evaluate((box) => {
    // Safari ends the composition first and then tells of the key with the code of an input method.
    box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", keyCode: 229, bubbles: true } as KeyboardEventInit));
  });
  await expect(chat.messages).toHaveCount(0);
  await expect(chat.box).toHaveValue("にほん");
});

test("a draft survives a reload, and Stop sends nothing of it", async ({ chat, upstream }) => {
  upstream.script(answer("Word by word. ".repeat(400), { pace: everyMs(30) }));
  await chat.open();
  await chat.box.fill("half a thought");
  await chat.page.waitForTimeout(600);
  await chat.page.reload();
  await expect(chat.box).toHaveValue("half a thought");
  await chat.box.press("Enter");
  await expect(chat.answers.last()).toContainText("Word by word.");
  await chat.box.fill("my next question");
  await chat.stop.click();
  await chat.settled("Stopped");
  await expect(chat.box).toHaveValue("my next question");
  await expect(chat.messages).toHaveCount(1);
});

test("two tabs begin a conversation each, and a tab that is closed leaves its draft to the next", async ({
  chat,
  upstream,
  context,
}) => {
  upstream.script(answer("Here."));
  await chat.open();
  await chat.box.fill("Long thought over");
  await chat.page.reload();
  await expect(chat.box).toHaveValue("Long thought over");
  const second = new Chat(await context.newPage(), chat.url);
  await second.open();
  await expect(second.box).toHaveValue("");
  await second.say("In haste");
  await second.settled();
  await chat.page.reload();
  await expect(chat.box).toHaveValue("Long thought over");
  await chat.page.close({ runBeforeUnload: true });
  const third = new Chat(await context.newPage(), chat.url);
  await third.open();
  await expect(third.box).toHaveValue("Long thought over");
});

test("an installed app that is ended without a word leaves its draft to the next", async ({ chat, context, page }) => {
  await page.addInitScript(() => {
    const { matchMedia } = window;
    window.matchMedia = (query) => matchMedia(query === "(display-mode: standalone)" ? "all" : query);
    Object.defineProperty(document, "hidden", { get: () => sessionStorage.getItem("isAway") !== null });
  });
  await chat.open();
  await chat.box.fill("On the way");
  await page.evaluate(() => {
    sessionStorage.setItem("isAway", "");
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await page.goto("chrome://crash").catch(() => {});
  const next = new Chat(await context.newPage(), chat.url);
  await next.open();
  await expect(next.box).toHaveValue("On the way");
});

test("what is sent while an answer is under way waits, can be edited, and goes out when it ends", async ({
  chat,
  upstream,
}) => {
  upstream.script(answer("Word by word. ".repeat(120), { pace: everyMs(30) }));
  await chat.open();
  await chat.say("First");
  await expect(chat.answers.last()).toContainText("Word by word.");
  await chat.say("Secnod");
  const queue = chat.page.getByRole("region", { name: "Waiting to be sent" });
  await expect(queue).toContainText("Secnod");
  await queue.getByRole("button", { name: "Edit" }).click();
  await expect(chat.box).toHaveValue("Secnod");
  await chat.say("Third");
  await queue.getByRole("button", { name: "Cancel" }).press("Enter");
  await expect(queue).toHaveCount(0);
  await expect(chat.box).toBeFocused();
  await chat.say("Second");
  await chat.page.reload();
  await expect(queue).toContainText("Second");
  await expect(chat.messages).toHaveText([/First/, /Second/], { timeout: 40_000 });
  await expect(queue).toHaveCount(0);
  await chat.settled();
  expect(upstream.requests).toHaveLength(2);
});

test("what waits after a failure says that it is for the reader to go on", async ({ chat, upstream }) => {
  upstream.script(refuse(401, "authentication_error", { headersAfterMs: 1500 }));
  await chat.open();
  await chat.say("First");
  await chat.say("Second");
  const queue = chat.page.getByRole("region", { name: "Waiting to be sent" });
  await expect(queue).toContainText("Sent when the answer has ended");
  await expect(queue).toContainText("Sent when you go on");
});

test("on a low screen neither the queue nor a long draft hides what is read", async ({ chat, upstream }) => {
  await chat.page.setViewportSize({ width: 720, height: 450 });
  upstream.script(answer("Word by word. ".repeat(400), { pace: everyMs(30) }));
  await chat.open();
  for (const text of ["First", "Second", "Third", "Fourth", "Fifth"]) await chat.say(text);
  await chat.box.fill("A line.\n".repeat(20));
  await expect(chat.page.getByRole("region", { name: "Waiting to be sent" })).toContainText("Fifth");
  expect((await chat.page.getByRole("main").boundingBox())?.height).toBeGreaterThan(80);
  await chat.stop.click();
});

test("what is sent offline waits for the network and goes out once", async ({ chat, upstream, context }) => {
  upstream.script(answer("Here."));
  await chat.open();
  await context.setOffline(true);
  await chat.say("Can you hear me?");
  const queue = chat.page.getByRole("region", { name: "Waiting to be sent" });
  await expect(queue).toContainText("Can you hear me?");
  await context.setOffline(false);
  await expect(chat.answers.last()).toContainText("Here.");
  await chat.settled();
  await expect(chat.messages).toHaveCount(1);
  expect(upstream.requests).toHaveLength(1);
});

test("what the server refuses goes back into the box, with a sentence", async ({ chat }) => {
  await chat.open();
  const text = "x".repeat(70_000);
  await chat.box.fill(text);
  await chat.send.click();
  await expect(chat.page.getByRole("alert").filter({ hasText: /too long/i })).toBeVisible();
  await expect(chat.box).toHaveValue(text);
  await expect(chat.messages).toHaveCount(0);
  await chat.page.getByRole("button", { name: "Dismiss" }).press("Enter");
  await expect(chat.box).toBeFocused();
});
