import { randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import { ARCHIVE_FOOT, ARCHIVE_HEAD, type ArchivedConversation } from "@/lib/chat/archive";
import type { Message } from "@/lib/chat/message";
import { answer, everyMs } from "../upstream/scenario";
import { Chat, expect, test } from "./fixtures";

function sidebar(page: Page) {
  return page.getByRole("navigation", { name: "Conversations" });
}

function linkTo(page: Page, name: RegExp) {
  return sidebar(page).getByRole("link", { name });
}

async function pick(page: Page, title: string, entry: string): Promise<void> {
  await linkTo(page, new RegExp(title)).hover();
  await sidebar(page)
    .getByRole("button", { name: `More about “${title}”` })
    .click();
  await page.getByRole("menuitem", { name: entry, exact: true }).click();
}

async function bringIn(page: Page, conversations: readonly ArchivedConversation[]): Promise<void> {
  const lines = conversations.map((conversation) => JSON.stringify(conversation));
  await page.evaluate(
    async (body) => {
      const headers = { "content-type": "application/json" };
      await (await fetch("/api/import", { method: "POST", headers, body })).text();
    },
    `${ARCHIVE_HEAD}\n${lines.join(",\n")}${ARCHIVE_FOOT}`,
  );
  await page.reload();
}

function longConversation(turns: number): ArchivedConversation {
  const createdAt = "2026-11-22T00:00:00.000Z";
  const messages: Message[] = [];
  const add = (role: Message["role"], text: string, rest: Partial<Message> = {}) => {
    const content = [{ type: "text" as const, text }];
    messages.push({ id: randomUUID(), parentId: messages.at(-1)?.id ?? null, role, content, createdAt, ...rest });
  };
  const outcome = { type: "done", stop_reason: "end_turn", usage: { input_tokens: 1, output_tokens: 1 } } as const;
  for (let number = 1; number <= turns; number++) {
    add("user", `Question ${number}`);
    add("assistant", `Answer number ${number} of ${turns}.\n\n${"A line.\n\n".repeat(number % 9)}`, { outcome });
  }
  const leafId = messages.at(-1)?.id ?? null;
  return { id: randomUUID(), title: "A long one", pinned: false, leafId, createdAt, updatedAt: createdAt, messages };
}

test("a conversation is renamed, pinned and found under its day", async ({ chat, upstream, page }) => {
  upstream.script(answer("Well."));
  await chat.open();
  await chat.say("A plain question");
  await chat.settled();
  await expect(sidebar(page).getByRole("heading", { name: "Today" })).toBeVisible();
  await pick(page, "A plain question", "Rename");
  await page.getByRole("textbox", { name: "Title" }).fill("A better name");
  await page.getByRole("textbox", { name: "Title" }).press("Enter");
  await expect(linkTo(page, /A better name/)).toBeVisible();
  await expect(page).toHaveTitle(/A better name/);
  await pick(page, "A better name", "Pin");
  await expect(sidebar(page).getByRole("heading", { name: "Pinned" })).toBeVisible();
  await page.reload();
  await expect(sidebar(page).getByRole("heading", { name: "Pinned" })).toBeVisible();
  await expect(linkTo(page, /A better name/)).toHaveCount(1);
  await pick(page, "A better name", "Unpin");
  await expect(sidebar(page).getByRole("heading", { name: "Pinned" })).toHaveCount(0);
});

test("a name that gets through to nobody is taken back, and that is said", async ({
  chat,
  upstream,
  context,
  page,
}) => {
  upstream.script(answer("Well."));
  await chat.open();
  await chat.say("My first name");
  await chat.settled();
  await expect(linkTo(page, /My first name/)).toBeVisible();
  await context.setOffline(true);
  await pick(page, "My first name", "Rename");
  await page.getByRole("textbox", { name: "Title" }).fill("Something else");
  await page.getByRole("textbox", { name: "Title" }).press("Enter");
  await expect(sidebar(page).getByText("That could not be saved just now.")).toBeVisible();
  await expect(linkTo(page, /My first name/)).toBeVisible();
  await context.setOffline(false);
  await pick(page, "My first name", "Pin");
  await expect(sidebar(page).getByRole("heading", { name: "Pinned" })).toBeVisible();
  await expect(sidebar(page).getByText("That could not be saved just now.")).toHaveCount(0);
});

test("Esc leaves a title as it was", async ({ chat, upstream, page }) => {
  upstream.script(answer("Well."));
  await chat.open();
  await chat.say("My first name");
  await chat.settled();
  await pick(page, "My first name", "Rename");
  await page.getByRole("textbox", { name: "Title" }).fill("Something else");
  await page.getByRole("textbox", { name: "Title" }).press("Escape");
  await expect(linkTo(page, /My first name/)).toBeVisible();
});

test("a deleted conversation comes back by Undo, and is gone for good when the page is left", async ({
  chat,
  upstream,
  page,
}) => {
  upstream.script(answer("Well."));
  await chat.open();
  await chat.say("To be deleted");
  await chat.settled();
  const address = page.url();
  await pick(page, "To be deleted", "Delete");
  await expect(linkTo(page, /To be deleted/)).toHaveCount(0);
  await expect(chat.messages).toHaveCount(0);
  await sidebar(page).getByRole("button", { name: "Undo" }).click();
  await linkTo(page, /To be deleted/).click();
  await expect(chat.answers.last()).toContainText("Well.");
  await expect(page).toHaveURL(address);
  await pick(page, "To be deleted", "Delete");
  await expect(sidebar(page).getByRole("button", { name: "Undo" })).toBeVisible();
  await page.goto("about:blank");
  await expect.poll(async () => (await page.request.get(address)).status()).toBe(404);
});

test("a deleted conversation is gone in another tab, and by Back; what was being written there goes along", async ({
  chat,
  upstream,
  page,
  context,
}) => {
  upstream.script(answer("Well."));
  await chat.open();
  await chat.say("To be deleted");
  await chat.settled();
  const second = new Chat(await context.newPage(), chat.url);
  await second.open(new URL(page.url()).pathname);
  await second.box.fill("Half a thought");
  await page.bringToFront();
  await pick(page, "To be deleted", "Delete");
  const gone = /This conversation is no longer here/;
  await expect(second.page.getByRole("alert").filter({ hasText: gone })).toBeVisible();
  await expect(second.messages).toHaveCount(0);
  await page.goBack();
  await expect(page.getByRole("alert").filter({ hasText: gone })).toBeVisible();
  await expect(chat.messages).toHaveCount(0);
  await second.page.bringToFront();
  await second.page.getByRole("main").getByRole("button", { name: "New conversation" }).click();
  await expect(second.box).toHaveValue("Half a thought");
  await second.send.click();
  await second.settled();
});

test("what is sent to a conversation that is gone comes back to the box of a new one", async ({
  chat,
  upstream,
  page,
  context,
}) => {
  upstream.script(answer("Well."));
  await chat.open();
  await chat.say("To be deleted");
  await chat.settled();
  const address = new URL(page.url()).pathname.replace("/c/", "/api/conversations/");
  const second = new Chat(await context.newPage(), chat.url);
  await second.open();
  await second.page.evaluate((path) => fetch(path, { method: "DELETE" }).then(() => {}), address);
  await page.bringToFront();
  await chat.say("Too late");
  await page.getByRole("main").getByRole("button", { name: "New conversation" }).click();
  await expect(chat.box).toHaveValue("Too late");
  await expect(page.getByRole("alert")).toHaveCount(0);
});

test("what waited in a conversation that is gone is edited in a new one", async ({ chat, upstream, page, context }) => {
  upstream.script(answer("Well."));
  await chat.open();
  await chat.say("To be deleted");
  await chat.settled();
  const address = new URL(page.url()).pathname.replace("/c/", "/api/conversations/");
  await page.evaluate((path) => fetch(path, { method: "DELETE" }).then(() => {}), address);
  await context.setOffline(true);
  await chat.say("First");
  await chat.say("Second");
  await context.setOffline(false);
  const waiting = page.getByRole("region", { name: "Waiting to be sent" });
  await expect(waiting).toContainText("Not sent");
  await waiting.getByRole("button", { name: "Edit" }).click();
  await expect(chat.box).toHaveValue("Second\n\nFirst");
  await expect(chat.box).toBeFocused();
});

test("the conversation on the page opens in a tab of its own, as any other", async ({
  chat,
  upstream,
  page,
  context,
}) => {
  upstream.script(answer("Well."));
  await chat.open();
  await chat.say("Twice, please");
  await chat.settled();
  const opened = context.waitForEvent("page");
  await linkTo(page, /Twice, please/).click({ modifiers: ["ControlOrMeta"] });
  await expect(new Chat(await opened, chat.url).answers).toContainText("Well.");
});

test("the menu of a conversation is worked by the keyboard alone", async ({ chat, upstream, page }) => {
  upstream.script(answer("Well."));
  await chat.open();
  await chat.say("Keys only");
  await chat.settled();
  await page.keyboard.press("Control+Shift+O");
  await expect(chat.messages).toHaveCount(0);
  await linkTo(page, /Keys only/).focus();
  await page.keyboard.press("Tab");
  await expect(sidebar(page).getByRole("button", { name: "More about “Keys only”" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menuitem", { name: "Rename" })).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await expect(page.getByRole("menuitem", { name: "Delete" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(sidebar(page).getByRole("button", { name: "Undo" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(linkTo(page, /Keys only/)).toBeFocused();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menuitem", { name: "Rename" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("textbox", { name: "Title" })).toBeFocused();
  await page.keyboard.type("Renamed");
  await page.keyboard.press("Enter");
  await expect(linkTo(page, /Renamed/)).toBeFocused();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menuitem", { name: "Rename" })).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(sidebar(page).getByRole("heading", { name: "Pinned" })).toBeVisible();
  await expect(linkTo(page, /Renamed/)).toBeFocused();
});

test("a question in the settings that is asked and taken back keeps the focus, and stands in sight", async ({
  demoChat: chat,
  page,
}) => {
  await chat.open();
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("button", { name: "Sign out" }).focus();
  await page.keyboard.press("Enter");
  const stay = page.getByRole("button", { name: "Stay" });
  await expect(stay).toBeFocused();
  await expect(stay).toBeInViewport({ ratio: 1 });
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Sign out" })).toBeFocused();
  await page.getByRole("button", { name: "Delete everything" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Keep everything" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Delete everything" })).toBeFocused();
});

test("a search finds a word of an answer, shows it, and goes to its message on whatever branch it is", async ({
  chat,
  upstream,
  page,
}) => {
  const filler = "A line to fill the page with.\n\n".repeat(40);
  upstream.script(answer(`${filler}The platypus is among us.\n\n${filler}`));
  await chat.open();
  await chat.say("Tell me a long story");
  await chat.settled();
  upstream.script(answer(`Another story. ${filler}`));
  await chat.log
    .getByRole("button", { name: /^Retry/ })
    .first()
    .click();
  await chat.settled();
  await expect(chat.answers).not.toContainText(["platypus"]);
  await page.getByRole("button", { name: "New conversation" }).first().click();
  await page.getByRole("searchbox", { name: "Search conversations" }).fill("platyp");
  await expect(linkTo(page, /Tell me a long story/).locator("mark")).toHaveText("platypus");
  await linkTo(page, /Tell me a long story/).click();
  await expect(chat.answers.last()).toContainText("The platypus is among us.");
  await expect(chat.answers.last()).toBeInViewport();
  await expect(page).toHaveURL(/\/c\/[0-9a-f-]{36}$/);
  await page.getByRole("searchbox", { name: "Search conversations" }).fill("nothing like it");
  await expect(sidebar(page).getByText("Nothing found.")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("searchbox", { name: "Search conversations" })).toHaveValue("");
});

test("a search that gets through to nobody does not say that there is nothing", async ({ chat, context, page }) => {
  await chat.open();
  await context.setOffline(true);
  await page.getByRole("searchbox", { name: "Search conversations" }).fill("anything");
  await expect(sidebar(page).getByText("Could not search just now.")).toBeVisible();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("zzzz");
  const palette = page.getByRole("dialog", { name: "Command palette" });
  await expect(palette.getByText("Could not search just now.")).toBeVisible();
});

test("the list keeps its place and its search when a conversation is opened", async ({ chat, page }) => {
  await chat.open();
  const many = Array.from({ length: 40 }, (_, number) => ({
    ...longConversation(1),
    title: `Number ${number} of many`,
  }));
  await bringIn(page, many);
  const rows = sidebar(page).getByRole("link");
  await rows.nth(25).scrollIntoViewIfNeeded();
  const place = async () => (await rows.nth(25).boundingBox())?.y;
  const before = await place();
  await rows.nth(25).click();
  await expect(chat.messages).toHaveCount(1);
  await expect(rows.nth(25)).toHaveAttribute("aria-current", "page");
  expect(await place()).toBe(before);
  await page.getByRole("searchbox", { name: "Search conversations" }).fill("many");
  await expect(rows.first().locator("mark")).toBeVisible();
  await rows.nth(15).scrollIntoViewIfNeeded();
  await rows.nth(15).click();
  await expect(rows.nth(15)).toHaveAttribute("aria-current", "page");
  await expect(page.getByRole("searchbox", { name: "Search conversations" })).toHaveValue("many");
  await expect(rows.nth(15)).toBeInViewport();
});

test("in a long conversation a search goes far up, and the way down ends at the last line", async ({ chat, page }) => {
  await chat.open();
  await bringIn(page, [longConversation(80)]);
  await page.getByRole("searchbox", { name: "Search conversations" }).fill("number 7 of");
  await linkTo(page, /A long one/).click();
  await expect(chat.answers.filter({ hasText: "Answer number 7 of" })).toBeInViewport();
  await page.getByRole("button", { name: "Jump to latest" }).click();
  await expect(chat.answers.filter({ hasText: "Answer number 80 of" })).toBeInViewport();
  await expect(page.getByRole("button", { name: "Jump to latest" })).toHaveCount(0);
  await expect(chat.box).toBeFocused();
});

test("an answer under way is marked in the list of another tab, and one that ended there as new", async ({
  chat,
  upstream,
  page,
  context,
}) => {
  upstream.script(answer("Well."));
  await chat.open();
  await chat.say("The first tab");
  await chat.settled();
  const other = await context.newPage();
  await other.goto(`${chat.url}/`);
  await expect(linkTo(other, /The first tab/)).toBeVisible();
  upstream.script(answer("Slowly, slowly. ".repeat(30), { pace: everyMs(100) }));
  await page.getByRole("button", { name: "New conversation" }).first().click();
  await chat.say("Somewhere else");
  await expect(linkTo(other, /Somewhere else.*answering/)).toBeVisible();
  await page.getByRole("button", { name: "New conversation" }).first().click();
  // Twelve seconds of answer; a tab that only asked now and then would be half a minute late.
  await expect(linkTo(other, /Somewhere else.*new/)).toBeVisible({ timeout: 20_000 });
  await expect(linkTo(page, /Somewhere else.*new/)).toBeVisible();
  await linkTo(other, /Somewhere else/).click();
  await expect(linkTo(other, /Somewhere else$/)).toBeVisible();
});

test("the palette goes to conversations and runs commands, by the keyboard alone", async ({ chat, upstream, page }) => {
  upstream.script(answer("About a zeppelin."));
  await chat.open();
  await chat.say("An airship");
  await chat.settled();
  const address = page.url();
  await page.keyboard.press("Control+Shift+O");
  await expect(chat.messages).toHaveCount(0);
  await page.keyboard.press("Control+k");
  const palette = page.getByRole("dialog", { name: "Command palette" });
  await expect(palette.getByRole("combobox")).toBeFocused();
  await expect(palette.getByRole("option", { selected: true })).toHaveCount(1);
  await page.keyboard.type("zeppelin");
  await expect(palette.getByRole("option", { name: /An airship/ })).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(address);
  await expect(palette).toBeHidden();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("settings");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog", { name: "Settings" })).toBeVisible();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await page.keyboard.type("theme dark");
  await page.keyboard.press("Enter");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.keyboard.press("Control+k");
  await page.keyboard.press("Control+k");
  await expect(palette).toBeHidden();
});

test("a question mark lists the shortcuts, but is only a question mark in a message", async ({ demoChat, page }) => {
  await demoChat.open();
  await demoChat.box.press("?");
  await expect(demoChat.box).toHaveValue("?");
  await demoChat.box.blur();
  await page.keyboard.press("?");
  const dialog = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(dialog.getByText("Command palette")).toBeVisible();
  await dialog.getByRole("checkbox", { name: "Shortcuts of a single key" }).uncheck();
  await page.keyboard.press("Escape");
  await demoChat.box.blur();
  await page.keyboard.press("?");
  await expect(dialog).toBeHidden();
  await page.keyboard.press("/");
  await expect(demoChat.box).not.toBeFocused();
});

test("each conversation keeps its own draft", async ({ chat, upstream, page }) => {
  upstream.script(answer("Well."));
  await chat.open();
  await chat.say("The first with a draft");
  await chat.settled();
  await chat.box.fill("half a thought");
  await page.getByRole("button", { name: "New conversation" }).first().click();
  await expect(chat.box).toHaveValue("");
  await chat.box.fill("another thought");
  await linkTo(page, /The first with a draft/).click();
  await expect(chat.box).toHaveValue("half a thought");
  await page.reload();
  await expect(chat.box).toHaveValue("half a thought");
});

test("on a phone the conversations are in a drawer, which closes when one is opened", async ({
  chat,
  upstream,
  page,
}) => {
  await page.setViewportSize({ width: 390, height: 740 });
  upstream.script(answer("Well."));
  await chat.open();
  await chat.say("On the road");
  await chat.settled();
  await page.getByRole("button", { name: "Open sidebar" }).click();
  const drawer = page.getByRole("dialog", { name: "Platen" });
  await drawer.getByRole("button", { name: "New conversation" }).click();
  await expect(drawer).toBeHidden();
  await page.getByRole("button", { name: "Open sidebar" }).click();
  await drawer.getByRole("searchbox", { name: "Search conversations" }).fill("road");
  await drawer.getByRole("link", { name: /On the road/ }).click();
  await expect(drawer).toBeHidden();
  await expect(chat.answers.last()).toContainText("Well.");
});

test("on a phone the conversation that was read comes back by Undo, beside the blank sheet", async ({
  chat,
  upstream,
  page,
}) => {
  await page.setViewportSize({ width: 390, height: 740 });
  upstream.script(answer("Well."));
  await chat.open();
  await chat.say("On the road");
  await chat.settled();
  await page.getByRole("button", { name: "Open sidebar" }).click();
  await page.getByRole("button", { name: "More about “On the road”" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await expect(chat.messages).toHaveCount(0);
  await expect(page.getByText("Deleted “On the road”").filter({ visible: true })).toBeInViewport();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(chat.answers.last()).toContainText("Well.");
  await expect(page.getByRole("button", { name: "Undo" })).toHaveCount(0);
});

test("without a network, Undo takes nobody off the page, and says why it leads nowhere yet", async ({
  chat,
  upstream,
  page,
  context,
}) => {
  await page.setViewportSize({ width: 390, height: 740 });
  upstream.script(answer("Well."));
  await chat.open();
  await chat.say("On the road");
  await chat.settled();
  await context.setOffline(true);
  await page.getByRole("button", { name: "Open sidebar" }).click();
  await page.getByRole("button", { name: "More about “On the road”" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("alert")).toHaveText("You are offline. This can be opened when you are back.");
  await expect(page.getByRole("button", { name: "Undo" })).toHaveCount(0);
  await expect(chat.box).toBeVisible();
});

test("Undo above the composer does not take the focus along", async ({ chat, upstream, page }) => {
  upstream.script(answer("Well."));
  await chat.open();
  await chat.say("To be deleted");
  await chat.settled();
  await page.getByRole("button", { name: "New conversation" }).first().click();
  upstream.script(answer("Well."));
  await chat.say("To be kept");
  await chat.settled();
  await pick(page, "To be deleted", "Delete");
  await page.getByRole("button", { name: "Sidebar", exact: true }).click();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(chat.messages).toHaveText(["To be kept"]);
  await expect(chat.box).toBeFocused();
});

test("on a slow network a conversation that was picked is marked until it is there", async ({
  chat,
  upstream,
  page,
}) => {
  await page.setViewportSize({ width: 390, height: 740 });
  upstream.script(answer("Well."));
  await chat.open();
  await chat.say("On the road");
  await chat.settled();
  await chat.open();
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(/\/c\/.*_rsc/, async (route) => {
    await released;
    await route.continue();
  });
  await page.getByRole("button", { name: "Open sidebar" }).click();
  await linkTo(page, /On the road/).click();
  await expect(linkTo(page, /On the road.*opening/)).toBeVisible();
  release();
  await expect(page.getByRole("dialog", { name: "Platen" })).toBeHidden();
  await expect(chat.answers.last()).toContainText("Well.");
});
