import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { CUTS, EXFILTRATIONS, hostileTexts, PLACES } from "../hostile/corpus";
import { serveRenderer } from "../hostile/site";
import { answer } from "../upstream/scenario";
import { expect, test } from "./fixtures";

/** More lines to try, one a line: public collections, which are not ours to keep. */
const MORE = process.env.HOSTILE_TEXTS === undefined ? "" : readFileSync(process.env.HOSTILE_TEXTS, "utf8");
const TEXTS = [...hostileTexts(), ...new Set(MORE.split("\n").filter((line) => line.trim() !== ""))];
const A_DOCUMENT = 25;
const DOCUMENTS_A_CALL = 20;

/** What the page asks of anybody but `origin`. */
function foreignRequests(page: Page, origin: string): string[] {
  const foreign: string[] = [];
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !url.startsWith("data:") && !url.startsWith("blob:")) foreign.push(url);
  });
  return foreign;
}

/** What the page itself complains of, and the dialogs it opens. */
function complaints(page: Page): string[] {
  const heard: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") heard.push(message.text());
  });
  page.on("pageerror", (error) => heard.push(error.message));
  page.on("dialog", (dialog) => {
    heard.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return heard;
}

function inDocuments(texts: readonly string[]): string[] {
  return Array.from({ length: Math.ceil(texts.length / A_DOCUMENT) }, (_, index) =>
    texts.slice(index * A_DOCUMENT, (index + 1) * A_DOCUMENT).join("\n\n"),
  );
}

test("nine thousand hostile texts and more run nothing and fetch nothing, wherever they stand and however they are cut", async ({
  page,
}) => {
  test.setTimeout(15 * 60_000);
  expect(TEXTS.length).toBeGreaterThan(9_000);
  const site = await serveRenderer();
  const foreign = foreignRequests(page, site.url);
  const heard = complaints(page);
  await page.goto(site.url);
  await page.waitForFunction(() => typeof window.show === "function");
  for (const [where, place] of Object.entries(PLACES)) {
    for (const [how, cut] of Object.entries(CUTS)) {
      // How a text is cut matters to the parser of blocks and marks; in other places a part of them will do.
      const texts = how === "whole" || where === "an answer" ? TEXTS : TEXTS.filter((_, index) => index % 20 === 0);
      const documents = inDocuments(texts.map(place)).map(cut);
      for (let from = 0; from < documents.length; from += DOCUMENTS_A_CALL) {
        await page.evaluate((some) => window.show(some), documents.slice(from, from + DOCUMENTS_A_CALL));
      }
      expect({ where, how, ran: await page.evaluate(() => window.ran), foreign, heard }).toEqual({
        where,
        how,
        ran: [],
        foreign: [],
        heard: [],
      });
    }
  }
  site.close();
});

test("no form of image, link, reference or style tells another server anything", async ({ page }) => {
  const site = await serveRenderer();
  const foreign = foreignRequests(page, site.url);
  await page.goto(site.url);
  await page.waitForFunction(() => typeof window.show === "function");
  expect(EXFILTRATIONS.length).toBeGreaterThanOrEqual(40);
  for (const cut of Object.values(CUTS)) {
    await page.evaluate((some) => window.show(some), EXFILTRATIONS.map(cut));
  }
  expect(foreign).toEqual([]);
  expect(await page.evaluate(() => window.ran)).toEqual([]);
  site.close();
});

test("hostile texts in a message, its title, its answer, after a reload, in a share and in an export", async ({
  chat,
  upstream,
  page,
}) => {
  const foreign = foreignRequests(page, chat.url);
  const heard = complaints(page);
  const some = TEXTS.filter((_, index) => index % 100 === 0);
  const text = [...some, ...EXFILTRATIONS].join("\n\n");
  upstream.script(answer(text));
  await chat.open();
  await chat.say(`<img src=x onerror=alert(1)> ${some.slice(0, 60).join("\n")}`);
  await chat.settled();
  await page.reload();
  await expect(chat.answers.last()).toContainText("alert");
  const id = page.url().split("/c/")[1] ?? "";
  const { messages } = await (await page.request.get(`${chat.url}/api/conversations/${id}`)).json();
  const shared = await page.request.post(`${chat.url}/api/conversations/${id}/shares`, {
    data: { leafId: messages.at(-1).id },
  });
  expect(shared.ok()).toBe(true);
  await page.goto(`${chat.url}/share/${(await shared.json()).id}`);
  await expect(page.getByText("alert").first()).toBeVisible();
  for (const format of ["markdown", "json"]) {
    const exported = await page.request.get(`${chat.url}/api/conversations/${id}/export?format=${format}`);
    expect(exported.headers()["content-disposition"]).toContain("attachment");
    expect(exported.headers()["x-content-type-options"]).toBe("nosniff");
  }
  expect(foreign).toEqual([]);
  expect(heard).toEqual([]);
});
