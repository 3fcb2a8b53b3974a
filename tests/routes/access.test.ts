import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ADDRESS_HEADER, addressLine } from "@/lib/server/door/address";
import { makeDeviceLink } from "@/lib/server/door/device-link";
import { TRIES_AN_ADDRESS } from "@/lib/server/door/throttle";
import { isoTime } from "@/lib/server/instance";
import { newIdentity, openSession, signSession } from "@/lib/server/session";
import { type App, Client, startApp } from "./harness";

const FRIENDS = "friends-code-canary";
const FAMILY = "family-code-canary";
const SECRET = "a secret of the access test";

let app: App;
let access: typeof import("@/app/api/access/route");
let session: typeof import("@/app/api/session/route");
let links: typeof import("@/app/api/device-links/route");
let redeem: typeof import("@/app/api/device-links/redeem/route");

beforeAll(async () => {
  app = await startApp({ ACCESS_CODES: `friends:${FRIENDS},owner:${FAMILY}`, SESSION_SECRET: SECRET });
  access = await import("@/app/api/access/route");
  session = await import("@/app/api/session/route");
  links = await import("@/app/api/device-links/route");
  redeem = await import("@/app/api/device-links/redeem/route");
});

beforeEach(async () => {
  const { store } = await app.instance();
  await store.deleteFrom("tries").execute();
});

afterAll(() => app?.upstream.close());

function post(who: Client, path: string, body: unknown, address = "192.0.2.1"): Request {
  return who.request(path, {
    method: "POST",
    headers: { "content-type": "application/json", [ADDRESS_HEADER]: addressLine(address) },
    body: JSON.stringify(body),
  });
}

async function enter(who: Client, code: string, address?: string): Promise<Response> {
  return who.keepCookie(await access.POST(post(who, "/api/access", { code }, address)));
}

function list(who: Client): Promise<Response> {
  return app.conversations.GET(who.request("/api/conversations"));
}

async function codeOf(response: Response): Promise<string> {
  return ((await response.json()) as { error: { code: string } }).error.code;
}

function labelOf(who: Client): string | undefined {
  return openSession(new Headers({ cookie: who.cookie })).codeLabel;
}

test("who has no code is asked for one, who has it is let in as the visitor they are", async () => {
  const visitor = new Client(app);
  const before = await list(visitor);
  expect([before.status, await codeOf(before)]).toEqual([401, "access_required"]);

  const wrong = await enter(visitor, "friends-code-canarx");
  expect([wrong.status, await codeOf(wrong)]).toEqual([401, "access_required"]);
  expect(wrong.headers.get("set-cookie")).toBeNull();

  expect((await enter(visitor, ` ${FRIENDS}\n`)).status).toBe(200);
  expect(labelOf(visitor)).toBe("friends");
  expect((await list(visitor)).status).toBe(200);
  const [, id] = visitor.cookie.split(".");
  expect((await enter(visitor, FAMILY)).status).toBe(200);
  expect(labelOf(visitor)).toBe("owner");
  expect(visitor.cookie.split(".")[1]).toBe(id);
  expect(visitor.cookie).not.toContain("canary");
});

test("what was granted for a code that is no more lets nobody in", () => {
  const cookie = signSession({ id: newIdentity().id, grant: "of-a-code-that-is-gone" }, (Date.now() / 1000) | 0, [
    SECRET,
  ]);
  const opened = openSession(new Headers({ cookie: `platen=${cookie}` }));
  expect([opened.isLetIn, opened.codeLabel, opened.setCookie]).toEqual([false, undefined, undefined]);
});

test("of 1,000 wrong codes from one network ten are evaluated, and then not even a right one", async () => {
  const guesser = () => new Client(app);
  const statuses = await Promise.all(
    Array.from(
      { length: 1000 },
      async (_, index) =>
        // A new visitor each time, from all over one IPv6 network.
        (await enter(guesser(), `wrong-code-${index}`, `2001:db8:1:2::${index.toString(16)}`)).status,
    ),
  );
  expect(statuses.filter((status) => status === 401)).toHaveLength(TRIES_AN_ADDRESS);
  expect(statuses.filter((status) => status === 429)).toHaveLength(1000 - TRIES_AN_ADDRESS);
  const right = await enter(guesser(), FRIENDS, "2001:db8:1:2::ffff");
  expect([right.status, await codeOf(right)]).toEqual([429, "rate_limited"]);
  expect(Number(right.headers.get("retry-after"))).toBeGreaterThan(500);
  expect((await enter(guesser(), FRIENDS, "2001:db8:1:3::1")).status).toBe(200);

  const { store } = await app.instance();
  await store
    .updateTable("tries")
    .set({ at: isoTime(-601_000) })
    .execute();
  expect((await enter(guesser(), FRIENDS, "2001:db8:1:2::1")).status).toBe(200);
});

test("right codes are not counted", async () => {
  for (let number = 0; number < 3 * TRIES_AN_ADDRESS; number++) {
    expect((await enter(new Client(app), FRIENDS)).status).toBe(200);
  }
});

test("many networks together are throttled too", async () => {
  const { store } = await app.instance();
  const tries = Array.from({ length: 300 }, (_, index) => ({
    id: `${index}`,
    address_hash: `${index}`,
    at: isoTime(),
  }));
  await store.insertInto("tries").values(tries).execute();
  expect((await enter(new Client(app), FRIENDS, "198.51.100.1")).status).toBe(429);
});

async function makeLink(who: Client): Promise<string> {
  const response = await links.POST(post(who, "/api/device-links", {}));
  return ((await response.json()) as { token: string }).token;
}

async function arrive(who: Client, token: string, address?: string): Promise<Response> {
  return who.keepCookie(await redeem.POST(post(who, "/api/device-links/redeem", { token }, address)));
}

test("a device link makes one other browser the same visitor, with the same code, once", async () => {
  const here = new Client(app);
  await enter(here, FRIENDS);
  const earlier = await makeLink(here);
  const token = await makeLink(here);
  expect((await arrive(new Client(app), earlier)).status).toBe(404);

  const devices = Array.from({ length: 5 }, () => new Client(app));
  const statuses = (await Promise.all(devices.map((device) => arrive(device, token)))).map(({ status }) => status);
  expect(statuses.sort()).toEqual([200, 404, 404, 404, 404]);
  const there = devices.find(({ cookie }) => cookie !== "") as Client;
  expect(there.cookie.split(".")[1]).toBe(here.cookie.split(".")[1]);
  expect(labelOf(there)).toBe("friends");
  expect((await list(there)).status).toBe(200);
});

test("a stolen store holds nothing that signs anybody in", async () => {
  const here = new Client(app);
  await enter(here, FRIENDS);
  const token = await makeLink(here);
  const { store } = await app.instance();
  const stolen = JSON.stringify(await store.selectFrom("device_links").selectAll().execute());
  const id = here.cookie.split(".")[1] ?? "";
  for (const secret of [token, id, Buffer.from(id).toString("base64url"), FRIENDS])
    expect(stolen).not.toContain(secret);
});

test("a link ends after ten minutes, and wrong ones are throttled as codes are", async () => {
  const here = new Client(app);
  await enter(here, FRIENDS);
  const token = await makeLink(here);
  const { store } = await app.instance();
  await store
    .updateTable("device_links")
    .set({ expires_at: isoTime(-1) })
    .execute();
  expect((await arrive(new Client(app), token)).status).toBe(404);
  for (let number = 1; number < TRIES_AN_ADDRESS; number++) await arrive(new Client(app), "x".repeat(32));
  expect((await arrive(new Client(app), await makeLink(here))).status).toBe(429);
});

test("a link from one who was never let in lets nobody in", async () => {
  const { store } = await app.instance();
  const { token } = await makeDeviceLink(store, newIdentity());
  expect((await arrive(new Client(app), token)).status).toBe(404);
});

test("who has no cookie has nobody to move", async () => {
  const made = await links.POST(post(new Client(app), "/api/device-links", {}));
  expect(made.status).toBe(401);
});

test("signing out takes the cookie and nothing else, with or without a code", async () => {
  const visitor = new Client(app);
  await enter(visitor, FRIENDS);
  const response = await session.DELETE(visitor.request("/api/session", { method: "DELETE" }));
  expect(response.status).toBe(200);
  expect(response.headers.get("set-cookie")).toBe("platen=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
  expect((await session.DELETE(new Client(app).request("/api/session", { method: "DELETE" }))).status).toBe(200);
});
