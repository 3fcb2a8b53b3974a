import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Usage } from "@/lib/chat/message";
import { costMicroUsd, readPriceList } from "@/lib/server/money/prices";
import { startPostgres } from "../postgres";
import { eventsOf, firstRequest, newIds } from "../routes/harness";
import type { RequestRecord } from "../upstream/request-log";
import { answer, everyMs, replay, type StreamScenario } from "../upstream/scenario";
import { startUpstream } from "../upstream/server";
import { type Server, startServer } from "./server";

export type FloodOptions = {
  instances: number;
  store: "sqlite" | "postgres";
  connections: number;
  seconds: number;
  budgetUsd: number;
  /** Between the tokens of an answer that is not there at once. */
  paceMs?: number;
  /** Environment variables over those of the flood. */
  settings?: Record<string, string>;
  /** Something to do for so long in the quiet before the crowd comes, and then beside it. */
  beside?(urls: readonly string[], seconds: number): Promise<void>;
  /** Another crowd than the one here, if any. */
  crowd?(urls: readonly string[], asking: Crowd): Promise<Statuses>;
};

export type Crowd = { connections: number; seconds: number };

/** How often each status came; 0 is a connection that was lost. */
export type Statuses = Readonly<Record<number, number>>;

export type Flood = {
  statuses: Statuses;
  /** For answers; a title is another call, within the same budget. */
  upstreamCalls: number;
  /** What the model charged for, counted by the model. */
  chargedMicroUsd: number;
  budgetMicroUsd: number;
};

/** All instances sign with it, and so does whoever wants a cookie of an earlier day. */
export const SECRET = "the same secret for every instance";
const MODEL = "claude-sonnet-5-5";
const CHARACTERS_A_TOKEN = 4;
const QUIET_SECONDS = 15;

/**
 * Lets `connections` clients ask for answers as fast as they can, each time as a new visitor with another
 * `X-Forwarded-For`, through all instances; some stop, some leave. The model charges as dearly as it may: a token for
 * each byte it reads, all of them written to the cache, and answers as long as they may be.
 */
export async function flood(options: FloodOptions): Promise<Flood> {
  const { instances, store, seconds, budgetUsd, paceMs = 5, beside, crowd = comeFromHere } = options;
  const bills: { request: RequestRecord; usage: Usage }[] = [];
  const upstream = await startUpstream();
  upstream.script((request) => {
    const { scenario, usage } = dearAnswer(request, bills.length, paceMs);
    bills.push({ request, usage });
    return scenario;
  });
  const postgres = store === "postgres" ? await startPostgres() : undefined;
  const settings = {
    ANTHROPIC_BASE_URL: upstream.url,
    ANTHROPIC_MODEL: MODEL,
    DATA_DIR: mkdtempSync(join(tmpdir(), "platen-flood-")),
    ...(postgres === undefined ? {} : { DATABASE_URL: await postgres.createDatabase() }),
    SESSION_SECRET: SECRET,
    DAILY_BUDGET_USD: String(budgetUsd),
    MAX_OUTPUT_TOKENS: "1200",
    MAX_STREAMS_PER_VISITOR: "2000",
    UNATTENDED_SECONDS: "1",
    LOG_LEVEL: "silent",
    ...options.settings,
  };
  const servers: Server[] = [];
  try {
    for (let started = 0; started < instances; started++) servers.push(await startServer(settings));
    const urls = servers.map(({ url }) => url);
    await beside?.(urls, QUIET_SECONDS);
    const [statuses] = await Promise.all([crowd(urls, options), beside?.(urls, seconds)]);
    await allClosed(bills);
    const charged = bills.reduce((sum, bill) => sum + chargeMicroUsd(bill), 0);
    return {
      statuses,
      upstreamCalls: bills.filter(({ request }) => (request.body as { stream?: boolean }).stream === true).length,
      chargedMicroUsd: charged,
      budgetMicroUsd: budgetUsd * 1_000_000,
    };
  } finally {
    for (const server of servers) server.kill("SIGKILL");
    await upstream.close();
    await postgres?.stop();
  }
}

async function comeFromHere(urls: readonly string[], { connections, seconds }: Crowd): Promise<Statuses> {
  const statuses: Record<number, number> = {};
  const endsAt = Date.now() + seconds * 1000;
  const client = async (number: number) => {
    for (let asked = number; Date.now() < endsAt; asked++) {
      const status = await askOnce(urls[asked % urls.length] ?? "", asked);
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, (_, number) => client(number)));
  return statuses;
}

/** Asks as somebody new; reads on, stops or leaves. The status, or 0 when no answer came. */
async function askOnce(url: string, number: number): Promise<number> {
  const ids = newIds();
  const left = new AbortController();
  try {
    const response = await fetch(`${url}/api/generations/${ids.id}`, {
      method: "PUT",
      headers: { "content-type": "application/json", "x-forwarded-for": `10.0.${number % 250}.${number % 199}` },
      body: JSON.stringify(firstRequest(`Question ${number}: ${"🀄ﷺ".repeat(number % 40)}`, ids)),
      signal: left.signal,
    });
    if (!response.ok) {
      await response.arrayBuffer();
      return response.status;
    }
    const cookie = (response.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    let seen = 0;
    for await (const _ of eventsOf(response)) {
      seen += 1;
      if (seen < 3 || number % 3 === 0) continue;
      if (number % 3 === 1) break;
      await fetch(`${url}/api/generations/${ids.id}`, { method: "DELETE", headers: { cookie } });
    }
    return response.status;
  } catch {
    return 0; // The connection was lost in the crowd.
  } finally {
    left.abort();
  }
}

/** Answers of both kinds: one that comes slowly, to be cut off, and one that is all there at once. */
function dearAnswer(
  { body }: RequestRecord,
  number: number,
  paceMs: number,
): { scenario: StreamScenario; usage: Usage } {
  const { max_tokens: maxTokens } = body as { max_tokens: number };
  const scenario = answer("word".repeat(maxTokens), {
    deltaSize: CHARACTERS_A_TOKEN,
    ...(number % 2 === 0 ? { pace: everyMs(paceMs) } : {}),
  });
  const usage = {
    input_tokens: 0,
    cache_creation_input_tokens: Buffer.byteLength(JSON.stringify(body)),
    output_tokens: maxTokens,
  };
  const events = scenario.events.map(({ data }) => {
    const event = JSON.parse(data);
    if (event.type === "message_start") Object.assign(event.message.usage, usage, { output_tokens: 1 });
    if (event.type === "message_delta") Object.assign(event.usage, usage);
    return JSON.stringify(event);
  });
  return { scenario: replay(events, scenario.pace), usage };
}

/** A cut answer is charged for what was read, and for what had been written until it was cut. */
function chargeMicroUsd({ request, usage }: { request: RequestRecord; usage: Usage }): number {
  const prices = readPriceList(undefined);
  if ("faults" in prices) throw new Error("no prices");
  const written = Math.ceil(request.flushedText.length / CHARACTERS_A_TOKEN);
  const output_tokens = request.isFinished ? usage.output_tokens : written;
  return costMicroUsd((request.body as { model: string }).model, { ...usage, output_tokens }, prices);
}

async function allClosed(bills: readonly { request: RequestRecord }[]): Promise<void> {
  while (bills.some(({ request }) => request.closed === null)) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
