import type { IncomingMessage, ServerResponse } from "node:http";
import { hostname } from "node:os";
import type { Refusal } from "@/lib/chat/error";
import { standingRefusal } from "../budget";
import { environment } from "../env";
import { statusOf } from "../guard";
import { modelId } from "../model";
import { log } from "../operating/log";
import { metrics } from "../operating/metrics";
import { countRefusal } from "../operating/refusals";
import { withoutLine } from "../operating/request-log";
import { knownIdentity } from "../session";
import { isGated } from "./access";
import { clientAddress, type HeaderReader, networkOf } from "./address";
import { type Allowance, type Arrival, type Bounds, createCrowd, type Visit } from "./crowd";
import { isOwnHost } from "./host";
import { turnAway } from "./turned-away";

export type Exchange = { request: IncomingMessage; response: ServerResponse };

const TICK_MS = 20;
const SAY_EVERY_MS = 10_000;

const WITHOUT_BOUND: Allowance = { workMsASecond: 1e9, savedMs: 1e9, waitingMs: 1e9 };
/** Without a public address only those come who run it, or measure it: they take turns, and nobody is refused. */
const AT_HOME: Bounds = { stranger: WITHOUT_BOUND, visitor: WITHOUT_BOUND, inside: { starts: 3, others: 3 } };
/** Seventy-five calls or twenty pages a second for the strangers of a network, a quarter of that for each visitor. */
const IN_PUBLIC: Bounds = {
  stranger: { workMsASecond: 150, savedMs: 3_000, waitingMs: 600 },
  visitor: { workMsASecond: 40, savedMs: 800, waitingMs: 400 },
  inside: { starts: 2, others: 3 },
};

/** What Next takes for each on a slow machine. */
const WORK_MS = { file: 0.3, call: 2, page: 7 };
const FILE = /^\/(_next\/static\/|[\w-]+\.(?:ico|png|svg|webmanifest)$)/;
const PROBE = /^\/(?:api\/health|api\/ready|metrics)(?:\?|$)/;

const CROWDED: Refusal = {
  code: "rate_limited",
  message: "More is being asked from your network than can be answered. Please try again in a few seconds.",
  retryAfterSeconds: 5,
};
const UNKNOWN_HOST: Refusal = {
  code: "forbidden",
  message: "Platen does not know itself by this name. If it is yours, set APP_ORIGIN to the address that you use.",
};

/**
 * Lets requests pass to Next in such an order that nobody waits behind somebody else's crowd, and turns away those that
 * are too many, or that were meant for another host. The returned function calls `serve` at once, later, or never.
 */
export function createTurnstile(): (exchange: Exchange, serve: () => void) => void {
  const { appOrigin } = environment();
  const crowd = createCrowd(appOrigin === undefined ? AT_HOME : IN_PUBLIC, () => performance.now(), setImmediate);
  const machine = hostname();
  const turnedAway = createCount();
  let timer: NodeJS.Timeout | undefined;

  function refuse(exchange: Exchange, refusal: Refusal, isLast: boolean): void {
    metrics().refusals.inc({ code: refusal.code });
    countRefusal(refusal.code);
    turnedAway.add(refusal.code);
    withoutLine(exchange.response);
    turnAway(exchange, { status: statusOf(refusal.code), refusal, isLast });
  }

  function keepTime(): void {
    timer ??= setInterval(() => {
      crowd.tick();
      if (crowd.isBusy()) return;
      clearInterval(timer);
      timer = undefined;
    }, TICK_MS).unref();
  }

  return (exchange, serve) => {
    const { request, response } = exchange;
    const about = callerOf(request);
    if (appOrigin === undefined && about.kind !== "probe" && !isOwnHost(request.headers.host, machine)) {
      return refuse(exchange, UNKNOWN_HOST, false);
    }
    const visit = crowd.arrive({
      ...about,
      isGone: () => response.destroyed,
      enter(entering) {
        if (response.destroyed) return entering.leave();
        onHead(response, () => settle(entering, about.kind, response.statusCode));
        serve();
      },
      refuse(isTooMany) {
        refuse(exchange, (about.kind === "start" ? standingRefusal(modelId()) : undefined) ?? CROWDED, isTooMany);
      },
    });
    response.once("close", visit.abandon);
    keepTime();
  };
}

/** Whose request it is and how much work, by its head alone. */
function callerOf({ method, url = "", headers }: IncomingMessage): Omit<Arrival, "isGone" | "enter" | "refuse"> {
  const reader: HeaderReader = {
    get(name) {
      const value = headers[name];
      return typeof value === "string" ? value : null;
    },
  };
  const isStart = method === "PUT" && url.startsWith("/api/generations/");
  return {
    network: networkOf(clientAddress(reader, environment().trustedProxyHops)) ?? "unknown",
    visitor: knownVisitor(reader),
    workMs: FILE.test(url) ? WORK_MS.file : url.startsWith("/api/") ? WORK_MS.call : WORK_MS.page,
    kind: PROBE.test(url) ? "probe" : isStart ? "start" : "other",
  };
}

/** Where a code is asked for, a cookie that anybody can get says nothing. */
function knownVisitor(headers: HeaderReader): Arrival["visitor"] {
  const known = knownIdentity(headers);
  if (known === undefined || (isGated() && known.codeLabel === undefined)) return undefined;
  return { id: known.id, sinceSeconds: known.issuedAtSeconds };
}

function settle(visit: Visit, kind: Arrival["kind"], status: number): void {
  if (kind === "start" && status === 200) visit.settle("accepted");
  if (kind === "start" && (status === 429 || status === 503)) visit.settle("refused");
  visit.leave();
}

function onHead(response: ServerResponse, tell: () => void): void {
  const writeHead = response.writeHead.bind(response) as (...given: unknown[]) => ServerResponse;
  response.writeHead = (...given: unknown[]) => {
    const written = writeHead(...given);
    tell();
    return written;
  };
}

/** One line for all that were turned away within ten seconds: a flood must not fill the disk. */
function createCount() {
  const counts = new Map<string, number>();
  return {
    add(code: string): void {
      if (counts.size === 0) {
        setTimeout(() => {
          log("warn", "turned_away", Object.fromEntries(counts));
          counts.clear();
        }, SAY_EVERY_MS).unref();
      }
      counts.set(code, (counts.get(code) ?? 0) + 1);
    },
  };
}
