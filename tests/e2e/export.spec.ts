import { readFileSync } from "node:fs";
import { answer, thinkingThenText } from "../upstream/scenario";
import { type Chat, expect, test } from "./fixtures";

const MARKDOWN = `# Rollers

The *platen* holds the **paper**: see [the manual](https://example.org/manual).

| Part | Use |
| --- | --- |
| platen | holds |

\`\`\`js
const platen = "a roller";
\`\`\`

- [x] done
`;

async function saved(chat: Chat, press: () => Promise<void>): Promise<{ name: string; text: string }> {
  const download = chat.page.waitForEvent("download");
  await press();
  const file = await download;
  return { name: file.suggestedFilename(), text: readFileSync(await file.path(), "utf8") };
}

async function takeAlong(chat: Chat, way: string) {
  return saved(chat, async () => {
    await chat.page.getByRole("button", { name: "Export", exact: true }).click();
    await chat.page.getByRole("menuitem", { name: way }).click();
  });
}

async function openSettings(chat: Chat) {
  await chat.page.getByRole("button", { name: "Settings" }).click();
  return chat.page.getByRole("dialog", { name: "Settings" });
}

async function importFile(chat: Chat, name: string, text: string) {
  const settings = await openSettings(chat);
  const picking = chat.page.waitForEvent("filechooser");
  await settings.getByRole("button", { name: "Import" }).click();
  await (await picking).setFiles({ name, mimeType: "application/json", buffer: Buffer.from(text) });
  return chat.page.getByRole("dialog", { name: "Import" });
}

test("everything goes out, is deleted, comes in again and is there", async ({ chat, upstream }) => {
  upstream.script(thinkingThenText("Which one?", MARKDOWN));
  await chat.open();
  await chat.say("What is a platen?");
  await chat.settled();
  const address = new URL(chat.page.url()).pathname;

  const markdown = await takeAlong(chat, "Export as Markdown");
  expect(markdown.name).toMatch(/\.md$/);
  expect(markdown.text).toContain("## You\n\nWhat is a platen?");
  expect(markdown.text).toContain(MARKDOWN);
  const json = await takeAlong(chat, "Export as JSON");
  expect(JSON.parse(json.text)).toMatchObject({ format: "platen", version: 1 });

  const settings = await openSettings(chat);
  const everything = await saved(chat, () => settings.getByRole("link", { name: "Export everything" }).click());
  await settings.getByRole("button", { name: "Delete everything" }).click();
  await expect(settings.getByRole("button", { name: "Delete for good" })).toBeDisabled();
  await settings.getByRole("textbox", { name: /Type .delete. to confirm/ }).fill("delete");
  await settings.getByRole("button", { name: "Delete for good" }).click();
  await expect(chat.page).toHaveURL(`${chat.url}/`);
  const list = chat.page.getByRole("navigation", { name: "Conversations" });
  await expect(list.getByRole("button", { name: "New conversation" })).toBeVisible();
  await expect(list.getByRole("link")).toHaveCount(0);
  expect((await chat.page.goto(`${chat.url}${address}`))?.status()).toBe(404);

  await chat.open();
  const dialog = await importFile(chat, everything.name, everything.text);
  await expect(dialog.getByRole("status")).toHaveText("One conversation imported.");
  await dialog.getByRole("button", { name: "Close" }).click();
  await chat.page.getByRole("button", { name: "Close" }).click();
  await list.getByRole("link").first().click();
  await expect(chat.page).toHaveURL(`${chat.url}${address}`);
  await expect(chat.messages).toContainText("What is a platen?");
  await expect(chat.answers.last()).toContainText("holds the paper");
});

test("a file that cannot be imported says why, and what was skipped is listed", async ({ chat }) => {
  await chat.open();
  const dialog = await importFile(chat, "diary.json", "Dear diary");
  await expect(dialog.getByRole("alert")).toHaveText("This file is not an export that Platen knows.");
  await dialog.getByRole("button", { name: "Close" }).click();
  await chat.page.getByRole("button", { name: "Close" }).click();
  const talk = { uuid: "1", name: "Good", chat_messages: [{ uuid: "2", sender: "human", text: "Hello" }] };
  const file = JSON.stringify([talk, { uuid: "3", name: "Empty", chat_messages: [] }]);
  const again = await importFile(chat, "conversations.json", file);
  await expect(again.getByRole("status")).toHaveText(
    "One conversation imported. One conversation could not be imported.",
  );
  await expect(again.getByRole("list", { name: "Not imported" })).toContainText("Empty");
});

test("an answer is copied as Markdown, or as rich text without anything of the page", async ({
  chat,
  context,
  upstream,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const written = `${MARKDOWN}\n$x^2$\n\nRoses are red\nViolets are blue`;
  upstream.script(answer(written));
  await chat.open();
  await chat.say("Copy");
  await chat.settled();
  const article = chat.answers.last();
  await article.getByRole("button", { name: "Copy", exact: true }).click();
  expect(await chat.page.evaluate(() => navigator.clipboard.readText())).toBe(written);
  await expect(article.locator("math")).toHaveCount(1);
  await article.getByRole("button", { name: "Copy as rich text" }).click();
  await expect
    .poll(() =>
      chat.page.evaluate(async () => {
        const [item] = await navigator.clipboard.read();
        return item?.types.includes("text/html") ? (await item.getType("text/html")).text() : "";
      }),
    )
    .toContain("<strong>paper</strong>");
  const html = await chat.page.evaluate(async () => {
    const [item] = await navigator.clipboard.read();
    return (await item?.getType("text/html"))?.text();
  });
  expect(html).toContain('<a href="https://example.org/manual">the manual</a>');
  expect(html).toMatch(/<td>platen<\/td>/);
  expect(html).toContain('const platen = "a roller";');
  expect(html).toContain("<math");
  expect(html).toContain("☑");
  expect(html).toContain("Roses are red<br>Violets are blue");
  expect(html).not.toMatch(/<button|Download|class=|data-/);
});

test("on paper there is the conversation alone, all of it, dark on white", async ({ chat, upstream }) => {
  upstream.script(
    thinkingThenText("Quietly thought", `${MARKDOWN}\n\n${"A line of the answer.\n\n".repeat(200)}The end.`),
  );
  await chat.page.emulateMedia({ colorScheme: "dark" });
  await chat.open();
  await chat.say("Print this");
  await chat.settled();
  await chat.page.emulateMedia({ media: "print", colorScheme: "dark" });
  await expect(chat.box).toBeHidden();
  await expect(chat.page.getByRole("button", { name: "Settings" })).toBeHidden();
  await expect(chat.answers.getByRole("button")).toHaveCount(0);
  await expect(chat.page.getByText("Quietly thought")).toBeVisible();
  await expect(chat.page.getByText("The end.")).toBeVisible();
  const colours = await chat.page.evaluate(() => [
    getComputedStyle(document.body).color,
    getComputedStyle(document.documentElement).colorScheme,
  ]);
  expect(colours).toEqual(["rgb(36, 31, 26)", "light"]);
  const height = await chat.page.evaluate(() => document.documentElement.scrollHeight);
  expect(height).toBeGreaterThan(4000);
  const pdf = await chat.page.pdf();
  expect(pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length).toBeGreaterThan(2);
});
