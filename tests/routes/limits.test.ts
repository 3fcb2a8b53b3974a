import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ADDRESS_HEADER, addressLine } from "@/lib/server/door/address";
import { isoTime } from "@/lib/server/instance";
import { answer, everyMs } from "../upstream/scenario";
import { type App, allEvents, Client, firstRequest, newIds, startApp } from "./harness";

const A_MINUTE = 3;
const AT_ONCE = 2;
/** What lib/server/limits.ts allows an address for each visitor. */
const FACTOR = 4;

let app: App;
let lastAddress = 0;

beforeAll(async () => {
  app = await startApp({
    MESSAGES_PER_MINUTE: String(A_MINUTE),
    MESSAGES_PER_DAY: "1000",
    MAX_STREAMS_PER_VISITOR: String(AT_ONCE),
  });
});

beforeEach(async () => {
  app.upstream.reset();
  const { store } = await app.instance();
  await store.deleteFrom("admissions").execute();
});

afterAll(() => app?.upstream.close());

function newAddress(): string {
  lastAddress += 1;
  return `198.51.100.${lastAddress}`;
}

function send(who: Client, address: string, headers: Record<string, string> = {}): Promise<Response> {
  const ids = newIds();
  return who.put(ids.id, firstRequest("Hello", ids), { [ADDRESS_HEADER]: addressLine(address), ...headers });
}

async function newVisitor(): Promise<Client> {
  const visitor = new Client(app);
  await visitor.meet();
  return visitor;
}

/** The statuses, each answer that was begun read to its end. */
async function statusesOf(responses: readonly Response[]): Promise<{ begun: number; refused: number }> {
  const statuses = await Promise.all(
    responses.map(async (response) => {
      if (response.ok) await allEvents(response);
      return response.status;
    }),
  );
  return {
    begun: statuses.filter((status) => status === 200).length,
    refused: statuses.filter((status) => status === 429).length,
  };
}

test("of 30 messages of one visitor at the same moment as many are answered as a minute allows", async () => {
  app.upstream.script(answer("Well."));
  const visitor = await newVisitor();
  const responses: Response[] = [];
  // Two at a time, so that no other bound is met.
  for (let round = 0; round < 15; round++) {
    const address = newAddress();
    const pair = await Promise.all([send(visitor, address), send(visitor, address)]);
    await statusesOf(pair.map((response) => response.clone()));
    responses.push(...pair);
  }
  expect(await statusesOf(responses)).toEqual({ begun: A_MINUTE, refused: 30 - A_MINUTE });
  expect(app.upstream.requests).toHaveLength(A_MINUTE);
  expect(responses.at(-1)?.headers.get("retry-after")).toBe("20");
});

test("deleting a conversation gives nothing back", async () => {
  app.upstream.script(answer("Well."));
  const visitor = await newVisitor();
  for (let number = 0; number < A_MINUTE; number++) await statusesOf([await send(visitor, newAddress())]);
  await app.conversations.DELETE(visitor.request("/api/conversations", { method: "DELETE" }));
  expect((await send(visitor, newAddress())).status).toBe(429);
});

test("a new visitor for each message, with any forwarded address, meets the bound of the network", async () => {
  app.upstream.script(answer("Well."));
  const responses: Response[] = [];
  for (let number = 0; number < 20; number++) {
    const forged = { "x-forwarded-for": `203.0.113.${number}` };
    const response = await send(new Client(app), `2001:db8::${number}`, forged);
    await statusesOf([response.clone()]);
    responses.push(response);
  }
  expect(await statusesOf(responses)).toEqual({ begun: A_MINUTE * FACTOR, refused: 20 - A_MINUTE * FACTOR });
  expect(app.upstream.requests).toHaveLength(A_MINUTE * FACTOR);
  const elsewhere = [await send(new Client(app), "2001:db8:0:1::1")];
  expect(await statusesOf(elsewhere)).toEqual({ begun: 1, refused: 0 });
});

test("all at the same moment they meet it too", async () => {
  app.upstream.script(answer("Slowly. ".repeat(20), { pace: everyMs(20) }));
  const address = newAddress();
  const responses = await Promise.all(Array.from({ length: 40 }, () => send(new Client(app), address)));
  const begun = responses.filter(({ ok }) => ok);
  expect(begun).toHaveLength(AT_ONCE * FACTOR);
  await Promise.all(begun.map(allEvents));
  expect(app.upstream.requests).toHaveLength(AT_ONCE * FACTOR);
});

test("a visitor has so many answers under way at once; when one ends there is room for another", async () => {
  app.upstream.script(answer("Slowly. ".repeat(20), { pace: everyMs(20) }));
  const visitor = await newVisitor();
  const address = newAddress();
  const [first, ...others] = await Promise.all([1, 2, 3].map(() => send(visitor, address)));
  const all = [first as Response, ...others];
  expect(all.filter(({ status }) => status === 429)).toHaveLength(1);
  await Promise.all(all.filter(({ ok }) => ok).map(allEvents));
  expect(await statusesOf([await send(visitor, address)])).toEqual({ begun: 1, refused: 0 });
});

test("what was sent a minute ago is no longer counted, and refused messages never are", async () => {
  app.upstream.script(answer("Well."));
  const visitor = await newVisitor();
  const address = newAddress();
  for (let number = 0; number < 2 * A_MINUTE; number++) await statusesOf([await send(visitor, address)]);
  const { store } = await app.instance();
  await store
    .updateTable("admissions")
    .set({ at: isoTime(-61_000) })
    .execute();
  for (let number = 0; number < A_MINUTE; number++) {
    const response = await send(visitor, address);
    expect(response.status).toBe(200);
    await allEvents(response);
  }
  expect((await send(visitor, address)).status).toBe(429);
});

test("to follow an answer and to stop it are always free", async () => {
  app.upstream.script(answer("Well."));
  const visitor = await newVisitor();
  const ids = newIds();
  await allEvents(await visitor.put(ids.id, firstRequest("Hello", ids)));
  for (let number = 0; number < A_MINUTE; number++) await statusesOf([await send(visitor, newAddress())]);
  expect((await visitor.follow(ids.id)).status).toBe(200);
  expect((await visitor.put(ids.id, firstRequest("Hello", ids))).status).toBe(200);
  expect((await visitor.stop(ids.id)).status).toBe(200);
});

test("no address is kept, only a keyed hash of it", async () => {
  app.upstream.script(answer("Well."));
  await statusesOf([await send(new Client(app), "198.51.100.200")]);
  const { store } = await app.instance();
  const kept = await store.selectFrom("admissions").select("address_hash").execute();
  expect(kept.map(({ address_hash }) => address_hash)).toEqual([expect.stringMatching(/^[\w-]{22}$/)]);
});
