import { randomUUID } from "node:crypto";
import { EventSourceParserStream } from "eventsource-parser/stream";
import { epochMs } from "@/tests/upstream/clock";
import { answer, tokensPerSecond } from "@/tests/upstream/scenario";
import { startUpstream } from "@/tests/upstream/server";
import { sleep } from "../../tests/faults/person";
import { startServer } from "../../tests/faults/server";
import { startPostgres } from "../../tests/postgres";
import { reportPart } from "../part";
import { percentile, shown, table } from "../server/figures";

/**
 * Two instances on one PostgreSQL: how long a Stop through the one takes to close the model's socket of the other, how
 * long a reader who comes back waits for the first event they missed, through either, and how soon an instance that is
 * told to go has gone, with all it was writing, and its readers have gone on at the other.
 */
const isQuick = process.argv.includes("--quick");
const STOPS = isQuick ? 40 : 200;
const RECONNECTS = isQuick ? 200 : 1_000;
const DRAINED = 200;
const GRACE_SECONDS = 2;
const TEXT = "The platen is the roller that holds the paper while the type strikes it. ".repeat(400);

const upstream = await startUpstream();
const postgres = await startPostgres();
const settings = {
  ANTHROPIC_BASE_URL: upstream.url,
  DATABASE_URL: await postgres.createDatabase(),
  SESSION_SECRET: "the same secret for every instance",
  LOG_LEVEL: "error",
};
const [one, two] = [
  await startServer({ ...settings, DRAIN_SECONDS: String(GRACE_SECONDS) }),
  await startServer(settings),
];
upstream.script(answer(TEXT, { pace: tokensPerSecond(50) }));
const cookie = await meet(one.url);

const stopsMs: number[] = [];
for (let count = 0; count < STOPS; count++) stopsMs.push(await stopElsewhere());
const ownMs = await reconnects(one.url, RECONNECTS / 2);
const elsewhereMs = await reconnects(two.url, RECONNECTS / 2);
const drained = await drain();

two.kill("SIGKILL");
await upstream.close();
await postgres.stop();

const rows = [
  ["Stop through the other instance → model's socket closed", stopsMs, 250],
  ["come back to the instance that writes → first missed event", ownMs, 300],
  ["come back to the other instance → first missed event", elsewhereMs, 300],
] as const;
reportPart({
  tables: [
    table(
      ["", "times", "p50 ms", "p99 ms", "bar p99 ms"],
      rows.map(([what, delays, bar]) => [
        what,
        delays.length,
        shown(percentile(delays, 0.5)),
        shown(percentile(delays, 0.99)),
        bar,
      ]),
    ),
    table(
      [`SIGTERM with ${DRAINED} streams`, "", "bar"],
      [
        ["gone after the grace, ms", shown(drained.goneMs), 2_000],
        ["readers who went on at the other instance to the end", drained.resumed, DRAINED],
        ["events that were missing or came twice", drained.wrong, 0],
      ],
    ),
  ],
  results: [
    { what: `SIGTERM with ${DRAINED} streams`, ...drained },
    ...rows.map(([what, delays, barMs]) => ({
      what,
      count: delays.length,
      p50Ms: percentile(delays, 0.5),
      p99Ms: percentile(delays, 0.99),
      barMs,
    })),
  ],
});
process.exit(0);

async function meet(url: string): Promise<string> {
  const response = await fetch(`${url}/api/conversations`);
  return (response.headers.get("set-cookie") ?? "").split(";", 1)[0] ?? "";
}

/** Asks the first instance for the answer `id`, in a conversation of its own. */
function ask(id: string, signal?: AbortSignal): Promise<Response> {
  const message = { id: randomUUID(), content: [{ type: "text", text: "Go on" }] };
  return fetch(`${one.url}/api/generations/${id}`, {
    method: "PUT",
    headers: { "content-type": "application/json", cookie },
    body: JSON.stringify({ conversationId: randomUUID(), parentId: null, message }),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Starts an answer at the first instance, and returns its id once three events have come. */
async function begin(): Promise<string> {
  const id = randomUUID();
  const controller = new AbortController();
  await readEvents(await ask(id, controller.signal), 3);
  controller.abort();
  return id;
}

async function readEvents(response: Response, count: number): Promise<void> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const bytes of response.body ?? []) {
    text += decoder.decode(bytes, { stream: true });
    if (text.split("\nevent: ").length > count) return;
  }
}

async function stopElsewhere(): Promise<number> {
  const id = await begin();
  const request = upstream.requests.at(-1);
  const stoppedAtMs = epochMs();
  await fetch(`${two.url}/api/generations/${id}`, { method: "DELETE", headers: { cookie } });
  await upstream.waitFor((other) => other === request && other.closed !== null);
  return (request?.closed?.atMs ?? Number.NaN) - stoppedAtMs;
}

async function reconnects(url: string, count: number): Promise<number[]> {
  const id = await begin();
  const delaysMs: number[] = [];
  for (let number = 0; number < count; number++) {
    const controller = new AbortController();
    const startedAt = performance.now();
    const headers = { cookie, "last-event-id": String(1 + (number % 3)) };
    const response = await fetch(`${url}/api/generations/${id}`, { headers, signal: controller.signal });
    await readEvents(response, 1);
    delaysMs.push(performance.now() - startedAt);
    controller.abort();
  }
  await fetch(`${one.url}/api/generations/${id}`, { method: "DELETE", headers: { cookie } });
  return delaysMs;
}

type Reader = { id: string; numbers: number[]; hasEnded: boolean };

/** Ends the first instance in the middle of many answers, and has each reader go on at the other. */
async function drain(): Promise<{ goneMs: number; resumed: number; wrong: number }> {
  const readers: Reader[] = [];
  const reading = Array.from({ length: DRAINED }, async () => {
    const reader = { id: randomUUID(), numbers: [], hasEnded: false };
    readers.push(reader);
    await readOn(reader, await ask(reader.id));
  });
  while (readers.some(({ numbers }) => numbers.length < 3)) await sleep(20);
  const toldAtMs = performance.now();
  one.kill("SIGTERM");
  await one.exited();
  const goneMs = performance.now() - toldAtMs - GRACE_SECONDS * 1000;
  await Promise.all(reading);
  for (const reader of readers) {
    const headers = { cookie, "last-event-id": String(reader.numbers.at(-1) ?? 0) };
    if (!reader.hasEnded) await readOn(reader, await fetch(`${two.url}/api/generations/${reader.id}`, { headers }));
  }
  return {
    goneMs,
    resumed: readers.filter(({ hasEnded }) => hasEnded).length,
    wrong: readers.flatMap(({ numbers }) => numbers.filter((number, index) => number !== index + 1)).length,
  };
}

async function readOn(reader: Reader, response: Response): Promise<void> {
  const text = response.body?.pipeThrough(new TextDecoderStream());
  try {
    for await (const { id, event } of text?.pipeThrough(new EventSourceParserStream()) ?? []) {
      if (id === undefined) continue;
      reader.numbers.push(Number(id));
      reader.hasEnded = event === "generation_end";
    }
  } catch {
    // The instance has gone.
  }
}
