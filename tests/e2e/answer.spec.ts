import { textOf } from "@/lib/chat/message";
import { errorEventAfter } from "../upstream/faults";
import { recordedText, recordings } from "../upstream/recordings";
import { answer, CLAUDE_RHYTHM, everyMs, neverAnswer, refuse, replay } from "../upstream/scenario";
import { Chat, expect, plain, test } from "./fixtures";
import { startWire } from "./wire";

const LONG = "The platen is the roller that holds the paper while the type strikes it, line after line. ".repeat(30);

test("types an answer out, and a reload shows the same conversation", async ({ chat, upstream }) => {
  upstream.script(answer(LONG.slice(0, 900), { pace: CLAUDE_RHYTHM }));
  await chat.open();
  await chat.say("What is a platen?");
  await expect(chat.status.filter({ hasText: "Answering" })).toHaveCount(1);
  await expect(chat.answers.last()).toHaveAttribute("aria-busy", "true");
  await expect(chat.answers.last()).toContainText("The platen is the roller");
  await expect(chat.stop).toBeVisible();
  await chat.settled();
  await expect(chat.answers.last()).toContainText(plain(LONG.slice(0, 900)));
  await expect(chat.page).toHaveURL(/\/c\/[0-9a-f-]{36}$/);
  await chat.page.reload();
  await expect(chat.messages).toHaveText(/What is a platen\?/);
  await expect(chat.answers.last()).toContainText(plain(LONG.slice(0, 900)));
});

test("shows the text of every recorded stream as it was stored", async ({ chat, upstream }) => {
  for (const { name, lines } of recordings()) {
    upstream.script(replay(lines));
    await chat.open();
    await chat.say(`Replay ${name}`);
    await chat.settled();
    const id = chat.page.url().split("/").at(-1);
    const response = await chat.page.request.get(`${chat.url}/api/conversations/${id}`);
    const { messages } = await response.json();
    expect(textOf(messages.at(-1).content), name).toBe(recordedText(lines));
  }
});

test("Stop closes the model's socket at once, and the text never grows again, reload included", async ({
  chat,
  upstream,
}) => {
  upstream.script(answer(LONG, { pace: everyMs(15) }));
  await chat.open();
  await chat.say("Go on for long");
  await expect(chat.answers.last()).toContainText("line after line");
  await chat.stop.click();
  await expect(chat.send).toBeVisible();
  const frozen = await chat.lastAnswer();
  expect((await upstream.waitFor((request) => request.closed !== null)).closed?.by).toBe("client");
  await chat.settled("Stopped");
  expect(await chat.lastAnswer()).toBe(frozen);
  await chat.page.waitForTimeout(500);
  expect(await chat.lastAnswer()).toBe(frozen);
  await chat.page.reload();
  await expect(chat.answers.last()).toBeVisible();
  const shown = frozen.match(/The platen.*?(?=\s*Stopped|$)/)?.[0] ?? frozen;
  expect(await chat.lastAnswer()).toContain(shown.slice(0, -10));
  expect((await chat.lastAnswer()).length).toBeLessThanOrEqual(frozen.length + 2);
});

test("Esc before the first word leaves a clean page that can be used at once", async ({ chat, upstream }) => {
  upstream.script(neverAnswer());
  await chat.open();
  await chat.say("Hello?");
  await expect(chat.stop).toBeVisible();
  await chat.page.keyboard.press("Escape");
  await chat.settled("Stopped");
  upstream.script(answer("Here now."));
  await chat.say("And again");
  await expect(chat.answers.last()).toContainText("Here now.");
  await chat.settled();
});

test("a Stop that does not get through is told again until it does", async ({ chat, upstream, page }) => {
  upstream.script(answer(LONG, { pace: everyMs(100) }));
  let told = 0;
  await page.route("**/api/generations/**", (route) =>
    route.request().method() === "DELETE" && ++told <= 2 ? route.abort() : route.fallback(),
  );
  await chat.open();
  await chat.say("Go on for long");
  await expect(chat.answers.last()).toContainText("The platen");
  await chat.stop.click();
  await chat.settled("Stopped");
  expect((await upstream.waitFor((request) => request.closed !== null)).closed?.by).toBe("client");
  expect(told).toBe(3);
  const frozen = await chat.lastAnswer();
  await page.reload();
  await expect(chat.answers.last()).toContainText("Stopped");
  expect((await chat.lastAnswer()).length).toBeLessThanOrEqual(frozen.length + 2);
});

test("what is stopped before it is sent, and then refused, comes back to the box", async ({ chat, upstream, page }) => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route("**/api/generations/**", async (route) => {
    if (route.request().method() !== "PUT") return route.fallback();
    await held;
    await route.fulfill({ status: 503, json: { error: { code: "busy", message: "There is no room." } } });
  });
  await chat.open();
  await chat.say("Do not lose me");
  await chat.stop.click();
  release();
  await expect(chat.box).toHaveValue("Do not lose me");
  await expect(chat.messages).toHaveCount(0);
  await expect(page).toHaveURL(/\/$/);
  await page.unroute("**/api/generations/**");
  upstream.script(answer("Here now."));
  await chat.send.click();
  await expect(chat.answers.last()).toContainText("Here now.");
  await chat.settled();
  await expect(page).toHaveURL(/\/c\//);
});

test("an answer goes on for a reader who comes back while the server has no room", async ({ chat, upstream, page }) => {
  upstream.script(answer(LONG, { pace: everyMs(10) }));
  await chat.open();
  await chat.say("Go on for long");
  await expect(chat.answers.last()).toContainText("The platen");
  let refused = 0;
  await page.route("**/api/generations/**", (route) =>
    route.request().method() === "GET" && ++refused <= 2
      ? route.fulfill({ status: 503, json: { error: { code: "busy", message: "There is no room." } } })
      : route.fallback(),
  );
  await page.reload();
  await chat.settled();
  expect(refused).toBeGreaterThan(2);
  expect(await chat.lastAnswer()).toContain(plain(LONG).slice(-40));
});

test("a reload in mid-answer goes on live, twenty times, without a gap or a repeat", async ({ chat, upstream }) => {
  test.setTimeout(120_000);
  upstream.script(answer(LONG, { pace: everyMs(80) }));
  await chat.open();
  await chat.say("Go on for long");
  await expect(chat.page).toHaveURL(/\/c\//);
  await expect(chat.answers.last()).toContainText("The platen");
  for (let reload = 0; reload < 20; reload++) {
    await chat.page.reload();
    await expect(chat.answers.last()).toContainText("The platen");
    const text = await chat.answers.last().innerText();
    expect(plain(LONG).startsWith(plain(text).match(/The platen.*(?=line)|The platen/)?.[0] ?? "?")).toBe(true);
  }
  await expect(chat.answers.last()).toContainText(plain(LONG), { timeout: 60_000 });
  expect(upstream.requests).toHaveLength(1);
});

test("a second tab shows the same answer, live", async ({ chat, upstream, context }) => {
  upstream.script(answer(LONG.slice(0, 1500), { pace: everyMs(30) }));
  await chat.open();
  await chat.say("Go on");
  await expect(chat.page).toHaveURL(/\/c\//);
  const second = await context.newPage();
  await second.goto(chat.page.url());
  const article = second.getByRole("article", { name: "Answer" });
  await expect(article).toContainText(plain(LONG.slice(0, 1500)));
  await chat.settled();
  expect(upstream.requests).toHaveLength(1);
});

test("two tabs of one browser share one stream, and a message sent in one appears in the other", async ({
  chat,
  upstream,
  context,
}) => {
  upstream.script(answer("First. "));
  await chat.open();
  await chat.say("One");
  await chat.settled();
  const second = await context.newPage();
  const streams: string[] = [];
  second.on("request", (request) => {
    if (request.url().includes("/api/generations/")) streams.push(request.method());
  });
  await second.goto(chat.page.url());
  await expect(second.getByRole("article", { name: "Answer" })).toContainText("First.");
  upstream.script(answer(LONG.slice(0, 1200), { pace: everyMs(20) }));
  await chat.say("Two");
  await expect(second.getByRole("article", { name: "Answer" }).last()).toContainText(plain(LONG.slice(0, 1200)));
  await chat.settled();
  expect(streams).toEqual([]);
  expect(upstream.requests).toHaveLength(2);
});

test("a Stop in one tab leaves in another, which was further, what the first had shown", async ({
  chat,
  upstream,
  context,
}) => {
  upstream.script(answer(LONG, { pace: everyMs(15) }));
  // Shows at once what the second tab is still typing out.
  await chat.page.emulateMedia({ reducedMotion: "reduce" });
  await chat.open();
  await chat.say("Go on");
  await expect(chat.page).toHaveURL(/\/c\//);
  const second = new Chat(await context.newPage(), chat.url);
  await second.page.goto(chat.page.url());
  await expect(second.answers.last()).toContainText("line after line");
  await second.page.keyboard.press("Escape");
  await second.settled("Stopped");
  await chat.settled("Stopped");
  const shown = await second.lastAnswer();
  await expect.poll(() => chat.lastAnswer()).toBe(shown);
  await chat.page.reload();
  await expect.poll(() => chat.lastAnswer()).toBe(shown);
});

test("a network that goes and comes loses nothing and repeats nothing", async ({ page, server, upstream }) => {
  const wire = await startWire(server.url);
  const chat = new Chat(page, wire.url);
  upstream.reset();
  upstream.script(answer(LONG, { pace: everyMs(20) }));
  await chat.open();
  await chat.say("Go on");
  await expect(chat.answers.last()).toContainText("line after line");
  wire.cut();
  await expect(chat.page.getByText("Reconnecting")).toBeVisible();
  wire.mend();
  for (let flap = 0; flap < 5; flap++) {
    await chat.page.waitForTimeout(300);
    wire.cut();
    wire.mend();
  }
  await expect(chat.answers.last()).toContainText(plain(LONG), { timeout: 40_000 });
  await chat.settled();
  expect(upstream.requests).toHaveLength(1);
  await wire.close();
});

test("a killed server leaves the answer interrupted with what had arrived, and Retry answers", async ({
  chat,
  upstream,
  server,
}) => {
  upstream.script(answer(LONG, { pace: everyMs(25) }));
  await chat.open();
  await chat.say("Go on");
  await expect(chat.answers.last()).toContainText("line after line");
  await server.restart("SIGKILL");
  await chat.settled("Interrupted");
  await expect(chat.answers.last()).toContainText("line after line");
  upstream.script(answer("Second try."));
  await chat.answers.last().getByRole("button", { name: "Retry" }).click();
  await expect(chat.answers.last()).toContainText("Second try.");
  await chat.settled();
});

test("a failure is one sentence with the right button", async ({ chat, upstream }) => {
  upstream.script(refuse(401, "authentication_error"));
  await chat.open();
  await chat.say("Hello");
  await expect(chat.page.getByRole("alert").filter({ hasText: /owner/i })).toBeVisible();
  await expect(chat.page.getByRole("alert")).not.toContainText(/key|401/i);
  upstream.script(refuse(429, "rate_limit_error", { headers: { "retry-after": "3600" } }));
  await chat.open();
  await chat.say("Hello");
  await expect(chat.page.getByRole("alert").filter({ hasText: "60 minutes" })).toBeVisible();
  upstream.script(errorEventAfter(answer(LONG), 9));
  await chat.open();
  await chat.say("Hello");
  await chat.settled("Interrupted");
  await expect(chat.answers.last().getByRole("button", { name: "Retry" })).toBeVisible();
});
