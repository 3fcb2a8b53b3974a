import type { Page } from "@playwright/test";
import { answer } from "../upstream/scenario";
import { expect, test } from "./fixtures";

function waiting(page: Page) {
  return page.getByRole("region", { name: "Waiting to be sent" });
}

async function startAnew(page: Page): Promise<void> {
  await page.getByRole("button", { name: "New conversation" }).first().click();
}

function linkTo(page: Page, name: RegExp) {
  return page.getByRole("navigation", { name: "Conversations" }).getByRole("link", { name });
}

test("a message that waited on a blank sheet is sent once, and not by the next one", async ({
  chat,
  upstream,
  page,
  context,
}) => {
  upstream.script(answer("Here."));
  await chat.open();
  await context.setOffline(true);
  await chat.say("Asked while offline");
  await context.setOffline(false);
  await chat.settled();
  await startAnew(page);
  await expect(chat.messages).toHaveCount(0);
  upstream.script(answer("There."));
  await chat.say("The next one");
  await expect(chat.messages).toHaveText(["The next one"]);
  await chat.settled();
  await expect(page.getByRole("alert")).toHaveCount(0);
  expect(upstream.requests).toHaveLength(2);
});

test("a message that waits on a blank sheet waits there alone: what is cancelled is not sent", async ({
  chat,
  upstream,
  page,
  context,
}) => {
  upstream.script(answer("Here."));
  const asked: string[] = [];
  page.on("request", (request) => request.method() === "PUT" && asked.push(request.url()));
  await chat.open();
  await context.setOffline(true);
  await chat.say("To be cancelled");
  await chat.say("To be sent");
  await startAnew(page);
  await waiting(page).getByRole("button", { name: "Cancel" }).first().click();
  await startAnew(page);
  await expect(waiting(page).getByRole("listitem")).toHaveText(["To be sent"]);
  await context.setOffline(false);
  await expect(chat.messages).toHaveText(["To be sent"]);
  await chat.settled();
  expect(asked).toHaveLength(1);
  expect(upstream.requests).toHaveLength(1);
});

test("without a network a blank sheet is begun from a stored conversation, and a link leaves the page as it is", async ({
  chat,
  upstream,
  page,
  context,
}) => {
  upstream.script(answer("The first answer."));
  await chat.open();
  await chat.say("The first question");
  await chat.settled();
  const first = new URL(page.url()).pathname;
  await startAnew(page);
  upstream.script(answer("The second answer."));
  await chat.say("The second question");
  await chat.settled();
  await chat.open(first);
  await expect(linkTo(page, /The second question/)).toBeVisible();
  await context.setOffline(true);
  await linkTo(page, /The second question/).click();
  await expect(page.getByRole("alert")).toHaveText("You are offline. This can be opened when you are back.");
  await expect(chat.answers).toContainText("The first answer.");
  await chat.box.fill("A draft");
  await startAnew(page);
  await expect(chat.messages).toHaveCount(0);
  await chat.say("The third question");
  await expect(waiting(page)).toContainText("The third question");
  await page.goBack();
  await expect(chat.answers).toContainText("The first answer.");
  await expect(chat.box).toHaveValue("A draft");
  upstream.script(answer("The third answer."));
  await context.setOffline(false);
  await expect(page.getByRole("alert")).toHaveCount(0);
  await linkTo(page, /The third question/).click();
  await expect(chat.answers).toContainText("The third answer.");
  await linkTo(page, /The first question/).click();
  await expect(chat.answers).toContainText("The first answer.");
  await page.reload();
  await expect(chat.answers).toContainText("The first answer.");
});
