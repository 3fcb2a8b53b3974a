import { randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import { ARCHIVE_FOOT, ARCHIVE_HEAD, type ArchivedConversation } from "@/lib/chat/archive";
import type { Message } from "@/lib/chat/message";
import { answer, everyMs } from "@/tests/upstream/scenario";
import { startUpstream } from "@/tests/upstream/server";
import { barsTable, judge } from "../bars";
import { reportPart } from "../part";
import { launch, mainThreadMs } from "../renderer/browser";
import { answer as written } from "../renderer/documents";
import { median, shown, table } from "../server/figures";
import { startServer } from "../server/servers";

/**
 * A conversation of 500 messages: what it costs to open, to read through and to be written on in, beside one that has
 * just begun. Each answer is 2 kB with everything that markdown has.
 */
const MESSAGES = 500;
const ROUNDS = process.argv.includes("--quick") ? 1 : 3;
const ANSWER_BYTES = 2_000;
const WRITTEN_BYTES = 20_000;
const STEPS = 60;
const LONG_TASK_MS = 50;

declare global {
  interface Window {
    tasks: number[];
  }
}

type Measured = { openMs: number; open: number[]; read: number[]; write: number[]; writeMs: number };

const upstream = await startUpstream();
upstream.script(answer(written(WRITTEN_BYTES), { deltaSize: 40, pace: everyMs(20) }));
const server = await startServer("platen", upstream.url, { bareNextScript: "" });
const url = `http://127.0.0.1:${server.port}`;

const rounds: { long: Measured; short: Measured }[] = [];
for (let round = 0; round < ROUNDS; round++) {
  rounds.push({ long: await measure(MESSAGES), short: await measure(2) });
  process.stderr.write(`round ${round + 1}: ${JSON.stringify(rounds.at(-1))}\n`);
}
await server.close();
await upstream.close();

const worst = (values: number[][]) => Math.max(0, ...values.flat());
const rows = (["long", "short"] as const).map((which) => {
  const all = rounds.map((round) => round[which]);
  return {
    name: which === "long" ? `${MESSAGES} messages` : "2 messages",
    openMs: median(all.map(({ openMs }) => openMs)),
    longestOpenMs: worst(all.map(({ open }) => open)),
    longestReadMs: worst(all.map(({ read }) => read)),
    longestWriteMs: worst(all.map(({ write }) => write)),
    writeMs: median(all.map(({ writeMs }) => writeMs)),
  };
});
const [long, short] = rows;
const bars = judge([
  { name: "longest task while it opens, ms", atMost: LONG_TASK_MS, measured: long?.longestOpenMs ?? Number.NaN },
  {
    name: "longest task while it is read through, ms",
    atMost: LONG_TASK_MS,
    measured: long?.longestReadMs ?? Number.NaN,
  },
  {
    name: "longest task while it is written on, ms",
    atMost: LONG_TASK_MS,
    measured: long?.longestWriteMs ?? Number.NaN,
  },
]);
reportPart({
  tables: [
    table(
      [
        "conversation",
        "open, ms",
        "longest task: open",
        "read through",
        "written on",
        `${WRITTEN_BYTES / 1000} kB written, ms of main thread`,
      ],
      rows.map((row) => [
        row.name,
        shown(row.openMs),
        shown(row.longestOpenMs),
        shown(row.longestReadMs),
        shown(row.longestWriteMs),
        shown(row.writeMs),
      ]),
    ),
    barsTable(bars),
    `Written on beside ${MESSAGES} messages: ${shown((long?.writeMs ?? Number.NaN) / (short?.writeMs ?? Number.NaN))} × beside two.`,
  ],
  results: { rows, bars },
});
process.exit(0);

async function measure(messageCount: number): Promise<Measured> {
  const browser = await launch("paced");
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const session = await page.context().newCDPSession(page);
    await session.send("Performance.enable", { timeDomain: "threadTicks" });
    await page.addInitScript(() => {
      Object.assign(window, { tasks: [] });
      new PerformanceObserver((list) => {
        window.tasks.push(...list.getEntries().map(({ duration }) => duration));
      }).observe({ type: "longtask", buffered: true });
    });
    const id = await bringIn(page, messageCount);
    const startedAt = performance.now();
    await page.goto(`${url}/c/${id}`);
    await page.locator("textarea").waitFor();
    const openMs = performance.now() - startedAt;
    await page.waitForTimeout(2_000);
    const open = await longTasks(page);
    await readThrough(page);
    const read = await longTasks(page);
    const before = await mainThreadMs(session);
    await writeOn(page);
    const writeMs = (await mainThreadMs(session)) - before;
    return { openMs, open, read, write: await longTasks(page), writeMs };
  } finally {
    await browser.close();
  }
}

/** Brings a conversation into the store by the page's own import, and returns its id. */
async function bringIn(page: Page, messageCount: number): Promise<string> {
  await page.goto(url);
  const file = `${ARCHIVE_HEAD}\n${JSON.stringify(conversation(messageCount))}${ARCHIVE_FOOT}`;
  return page.evaluate(async (body) => {
    const headers = { "content-type": "application/json" };
    await (await fetch("/api/import", { method: "POST", headers, body })).text();
    const { conversations } = await (await fetch("/api/conversations")).json();
    return conversations[0].id;
  }, file);
}

function conversation(messageCount: number): ArchivedConversation {
  const createdAt = new Date().toISOString();
  const messages: Message[] = [];
  while (messages.length < messageCount) {
    const isQuestion = messages.length % 2 === 0;
    const text = isQuestion ? `Question ${messages.length / 2 + 1}` : written(ANSWER_BYTES, messages.length);
    messages.push({
      id: randomUUID(),
      parentId: messages.at(-1)?.id ?? null,
      role: isQuestion ? "user" : "assistant",
      content: [{ type: "text", text }],
      createdAt,
      ...(isQuestion
        ? {}
        : {
            model: "claude-sonnet-5-5",
            outcome: { type: "done", stop_reason: "end_turn", usage: { input_tokens: 1, output_tokens: 1 } },
          }),
    });
  }
  return {
    id: randomUUID(),
    title: "A long one",
    pinned: false,
    leafId: messages.at(-1)?.id ?? null,
    createdAt,
    updatedAt: createdAt,
    messages,
  };
}

/** From the end to the beginning and back, a step in each third frame. */
async function readThrough(page: Page): Promise<void> {
  await page.evaluate(async (steps) => {
    const scroller = document.querySelector("main") as HTMLElement;
    for (let step = 0; step <= 2 * steps; step++) {
      scroller.scrollTop = (scroller.scrollHeight * Math.abs(steps - step)) / steps;
      for (let frames = 0; frames < 3; frames++) await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  }, STEPS);
  await page.waitForTimeout(500);
}

/** Looked at seldom and by selectors: to look for a role means to go through the whole page, which is long. */
async function writeOn(page: Page): Promise<void> {
  await page.locator("textarea").fill("Go on");
  await page.keyboard.press("Enter");
  await page.waitForTimeout(2_000);
  await page.waitForFunction(() => document.querySelector('article[aria-busy="true"]') === null, null, {
    polling: 500,
  });
  await page.waitForTimeout(500);
}

/** The tasks of 50 ms and more since the last call, ms. */
function longTasks(page: Page): Promise<number[]> {
  return page.evaluate(() => window.tasks.splice(0));
}
