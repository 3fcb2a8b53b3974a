import { randomBytes } from "node:crypto";
import { Agent, request } from "node:http";
import { signSession } from "@/lib/server/session";

/**
 * People who use Platen, in a process of their own: `honest.ts <ports, comma list> <port of an idle server> <seconds>
 * <rounds that are not counted> <cookie name> <secret>`. Prints what each waited, as JSON: `Waits`.
 */
const [portList = "", idlePort = "", seconds = "1", warmUp = "", cookieName = "", secret = ""] = process.argv.slice(2);
const ports = portList.split(",").map(Number);

/** Milliseconds to the last byte, by who asked and for what; and how many were not answered with 200. */
export type Waits = Record<string, { ms: Record<string, number[]>; failures: number }>;

const DAY_SECONDS = 24 * 3600;
const PAUSE_MS = 120;
/** The crowd comes from 127.0.0.1. */
const ELSEWHERE = "127.0.0.2";

type Person = { from: string; cookie: string; kinds: Readonly<Record<string, string>>; ports: readonly number[] };

const file = await aFile();
const APP = { page: "/", list: "/api/conversations", file };
const people: Record<string, Person> = {
  "another network": { from: ELSEWHERE, cookie: cookieOf(DAY_SECONDS), kinds: APP, ports },
  "the crowd's network, cookie of yesterday": { from: "127.0.0.1", cookie: cookieOf(DAY_SECONDS), kinds: APP, ports },
  "the crowd's network, no cookie": { from: "127.0.0.1", cookie: "", kinds: { list: APP.list }, ports },
  "a probe of /api/health": { from: "127.0.0.1", cookie: "", kinds: { health: "/api/health" }, ports },
  "an idle server beside it": { from: "127.0.0.1", cookie: "", kinds: { nothing: "/" }, ports: [Number(idlePort)] },
};

function cookieOf(ageSeconds: number): string {
  const claims = { id: randomBytes(16).toString("base64url"), grant: undefined };
  return `${cookieName}=${signSession(claims, Math.floor(Date.now() / 1000) - ageSeconds, [secret])}`;
}

/** One of the page's scripts. */
async function aFile(): Promise<string> {
  const html = await (await fetch(`http://127.0.0.1:${ports[0]}/`)).text();
  return /"(\/_next\/static\/[^"]+\.js)"/.exec(html)?.[1] ?? "/icon.svg";
}

async function live({ from, cookie, kinds, ports }: Person): Promise<Waits[string]> {
  const agent = new Agent({ keepAlive: true });
  const ms = Object.fromEntries(Object.keys(kinds).map((kind): [string, number[]] => [kind, []]));
  let failures = 0;
  const endsAt = performance.now() + Number(seconds) * 1000;
  for (let asked = 0; performance.now() < endsAt; asked++) {
    for (const [kind, path] of Object.entries(kinds)) {
      const port = ports[asked % ports.length] ?? 0;
      const askedAt = performance.now();
      const status = await get({ port, path, agent, localAddress: from, headers: cookie === "" ? {} : { cookie } });
      if (asked >= Number(warmUp)) {
        ms[kind]?.push(performance.now() - askedAt);
        if (status !== 200) failures += 1;
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
  agent.destroy();
  return { ms, failures };
}

function get(options: Parameters<typeof request>[1] & object): Promise<number> {
  return new Promise((resolve) => {
    const asking = request({ host: "127.0.0.1", ...options }, (answered) => {
      answered.resume();
      answered.on("close", () => resolve(answered.statusCode ?? 0));
    });
    asking.on("error", () => resolve(0));
    asking.end();
  });
}

const waits: Waits = {};
await Promise.all(
  Object.entries(people).map(async ([name, person]) => {
    waits[name] = await live(person);
  }),
);
process.stdout.write(JSON.stringify(waits));
process.exit();
