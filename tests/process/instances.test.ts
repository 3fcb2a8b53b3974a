import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isPostgresInstalled, type Postgres, startPostgres } from "../postgres";

import { firstRequest, newIds } from "../routes/harness";
import type { RequestRecord } from "../upstream/request-log";
import { answer, everyMs } from "../upstream/scenario";
import { startUpstream } from "../upstream/server";
import type { Upstream } from "../upstream/upstream";
import { type Server, startServer } from "./server";

const CODE = "code-of-the-instances";
const A_MINUTE = 5;
const AT_ONCE = 3;
const FACTOR = 4;

describe.skipIf(!isPostgresInstalled())("three instances on one PostgreSQL", () => {
  let postgres: Postgres;
  let upstream: Upstream;
  let servers: Server[];

  beforeAll(async () => {
    postgres = await startPostgres();
    upstream = await startUpstream();
    const settings = {
      ANTHROPIC_BASE_URL: upstream.url,
      DATABASE_URL: await postgres.createDatabase(),
      SESSION_SECRET: "one secret for all of the instances",
      ACCESS_CODES: `friends:${CODE}`,
      MESSAGES_PER_MINUTE: String(A_MINUTE),
      MAX_STREAMS_PER_VISITOR: String(AT_ONCE),
      TRUSTED_PROXY_HOPS: "1",
    };
    const first = await startServer(settings);
    servers = [first, ...(await Promise.all([startServer(settings), startServer(settings)]))];
  });

  afterAll(async () => {
    await Promise.all((servers ?? []).map((server) => server.end("SIGKILL")));
    await upstream?.close();
    await postgres?.stop();
  });

  /** The request goes to one instance after the other. */
  async function call(number: number, path: string, init: { method: string; body: unknown; headers: HeadersInit }) {
    return fetch(`${servers[number % servers.length]?.url}${path}`, {
      method: init.method,
      headers: { "content-type": "application/json", ...init.headers },
      body: JSON.stringify(init.body),
    });
  }

  function enter(number: number, code: string, address: string) {
    const headers = { "x-forwarded-for": address };
    return call(number, "/api/access", { method: "POST", body: { code }, headers });
  }

  async function newCookie(number: number): Promise<string> {
    const response = await enter(number, CODE, "192.0.2.99");
    return response.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  }

  function send(number: number, cookie: string, address: string) {
    const ids = newIds();
    const headers = { cookie, "x-forwarded-for": address };
    return call(number, `/api/generations/${ids.id}`, { method: "PUT", body: firstRequest("Hello", ids), headers });
  }

  test("evaluate ten of 1,000 wrong codes from one address between them", async () => {
    const statuses: number[] = [];
    for (let sent = 0; sent < 1000; sent += 50) {
      const some = Array.from({ length: 50 }, (_, index) => enter(sent + index, `wrong-${sent + index}`, "192.0.2.1"));
      for (const response of await Promise.all(some)) statuses.push(response.status);
    }
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(990);
    expect((await enter(1, CODE, "192.0.2.1")).status).toBe(429);
  });

  test("let one address begin as many answers as may be under way, though each comes from a new visitor", async () => {
    upstream.script(answer("Slowly. ".repeat(200), { pace: everyMs(30) }));
    const cookies = await Promise.all(Array.from({ length: 60 }, (_, index) => newCookie(index)));
    const responses = await Promise.all(cookies.map((cookie, index) => send(index, cookie, "192.0.2.2")));
    expect(responses.filter(({ ok }) => ok)).toHaveLength(AT_ONCE * FACTOR);
    for (const response of responses) await response.body?.cancel();
  });

  test("answer as many messages of one visitor as a minute allows", async () => {
    upstream.script(answer("Well."));
    const cookie = await newCookie(0);
    const statuses: number[] = [];
    for (let round = 0; round < 10; round++) {
      const pair = [send(round, cookie, `192.0.2.${10 + round}`), send(round + 1, cookie, `192.0.2.${10 + round}`)];
      for (const response of await Promise.all(pair)) {
        statuses.push(response.status);
        await response.text();
      }
    }
    expect(statuses.filter((status) => status === 200)).toHaveLength(A_MINUTE);
    expect(statuses.filter((status) => status === 429)).toHaveLength(20 - A_MINUTE);
  });

  test("end an answer whose conversation is deleted through another", async () => {
    upstream.script(answer("Slowly. ".repeat(2_000), { pace: everyMs(30) }));
    const [ids, cookie] = [newIds(), await newCookie(0)];
    const headers = { cookie, "x-forwarded-for": "192.0.2.60" };
    const path = `/api/generations/${ids.id}`;
    const response = await call(0, path, { method: "PUT", body: firstRequest("Only for a while", ids), headers });
    const isAsked = ({ body }: RequestRecord) => JSON.stringify(body).includes("Only for a while");
    await upstream.waitFor(isAsked);
    const deleted = await call(1, `/api/conversations/${ids.conversationId}`, { method: "DELETE", body: {}, headers });
    expect(deleted.status).toBe(200);
    const { closed } = await upstream.waitFor((request) => isAsked(request) && request.closed !== null);
    expect(closed?.by).toBe("client");
    expect(await response.text()).toContain("generation_end");
  });

  test("redeem a device link once, on any of them", async () => {
    const headers = { cookie: await newCookie(0) };
    const made = await call(0, "/api/device-links", { method: "POST", body: {}, headers });
    const { token } = (await made.json()) as { token: string };
    const redeemed = await Promise.all(
      [0, 1, 2].map((number) =>
        call(number, "/api/device-links/redeem", {
          method: "POST",
          body: { token },
          headers: { "x-forwarded-for": "192.0.2.50" },
        }),
      ),
    );
    expect(redeemed.map(({ status }) => status).sort()).toEqual([200, 404, 404]);
  });
});
