import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Conversation } from "@/lib/chat/conversation";
import type { Share } from "@/lib/chat/share";
import { answer } from "../upstream/scenario";
import { type App, allEvents, Client, firstRequest, newIds, startApp } from "./harness";

const API = fileURLToPath(new URL("../../app/api", import.meta.url));
const METHODS = ["GET", "PUT", "POST", "PATCH", "DELETE"] as const;

type Method = (typeof METHODS)[number];
type Handler = (request: Request, context: { params: Promise<{ id: string }> }) => Promise<Response>;
/** What A has. */
type Owned = { conversation: string; question: string; answer: string; share: string };

/** Every call with an id in its path, as it stands under app/api: one that is added is tried without being named here. */
const CALLS = readdirSync(API, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith("route.ts") && file.includes("[id]"))
  .flatMap((file) => {
    const text = readFileSync(join(API, file), "utf8");
    const route = file.replace(/\/route\.ts$/, "");
    return METHODS.filter((method) => text.includes(`function ${method}(`)).map((method) => ({ method, route }));
  });

/** What makes a call complete, so that nothing but the id can be wrong with it. */
const BODIES: Record<string, (owned: Owned) => unknown> = {
  "PUT generations/[id]": () => firstRequest("Mine", newIds()),
  "PATCH conversations/[id]": () => ({ title: "Taken over", pinned: true }),
  "POST conversations/[id]/shares": ({ answer }) => ({ leafId: answer }),
  "POST shares/[id]/copy": () => ({ conversationId: randomUUID() }),
};

const SECRET = "The treasure lies under the third oak";
let app: App;
let owner: Client;
let other: Client;
let owned: Owned;
let before: Conversation;

beforeAll(async () => {
  app = await startApp();
  app.upstream.script(answer(`${SECRET}, as you say.`));
  owner = new Client(app);
  other = new Client(app);
  await owner.meet();
  await other.meet();
  const { id, conversationId, messageId, response } = await owner.ask(SECRET);
  await allEvents(response);
  const { share } = await callAs(owner, "POST", "conversations/[id]/shares", conversationId, { leafId: id });
  owned = { conversation: conversationId, question: messageId, answer: id, share: share?.id ?? "" };
  before = await owner.conversation(conversationId);
  app.upstream.script(answer("Nothing of note."));
});

afterAll(() => app?.upstream.close());

async function handlers(route: string): Promise<Partial<Record<Method, Handler>>> {
  const file = join(API, route, "route.ts");
  return import(file);
}

async function callAs(who: Client, method: Method, route: string, id: string, body?: unknown) {
  const handler = (await handlers(route))[method];
  if (handler === undefined) throw new Error(`${method} ${route} is not there`);
  const init =
    body === undefined
      ? { method }
      : { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  // An export says in which format.
  const request = who.request(`/api/${route.replace("[id]", id)}?format=json`, init);
  const response = await handler(request, { params: Promise.resolve({ id }) });
  const text = await response.text();
  return { status: response.status, text, share: response.ok ? (JSON.parse(text) as Share) : undefined };
}

/** Which of A's ids a route may take for one of its own: a generation has the id of its answer, and any other is free. */
function idsFor(route: string): (keyof Owned)[] {
  if (route.startsWith("generations/")) return ["question", "answer"];
  return route.includes("shares/[id]") ? ["share", "conversation"] : ["conversation", "question", "answer"];
}

function expectNothingIn(text: string): void {
  expect(text).not.toContain(SECRET);
  for (const id of Object.values(owned)) expect(text).not.toContain(id);
}

test("there are calls to try", () => {
  expect(CALLS).toEqual(expect.arrayContaining([{ method: "PATCH", route: "conversations/[id]" }]));
});

test.each(CALLS)("$method $route: 404 and no byte for another visitor", async ({ method, route }) => {
  for (const kind of idsFor(route)) {
    // What a link shows may be copied by whoever has it: that is what it is for.
    if (route === "shares/[id]/copy" && kind === "share") continue;
    const body = BODIES[`${method} ${route}`]?.(owned);
    const tried = await callAs(other, method, route, owned[kind], body);
    expect([kind, tried.status]).toEqual([kind, 404]);
    expectNothingIn(tried.text);
  }
});

describe("another visitor's id in a body", () => {
  async function refused(tried: { status: number; text: string }): Promise<void> {
    expect(tried.status).toBe(404);
    expectNothingIn(tried.text);
  }

  async function begin(body: unknown): Promise<void> {
    await refused(await callAs(other, "PUT", "generations/[id]", randomUUID(), body));
  }

  test("begins no answer: not in their conversation, not behind their messages, not under their ids", async () => {
    const ids = newIds();
    const mine = firstRequest("Mine", ids);
    await begin({ ...mine, conversationId: owned.conversation });
    await begin({ ...mine, conversationId: owned.conversation, parentId: owned.answer });
    await begin({ ...mine, parentId: owned.answer });
    await begin({ ...mine, message: { ...mine.message, id: owned.question } });
    await begin({ ...mine, message: { ...mine.message, id: owned.answer } });
    await begin({ conversationId: owned.conversation, parentId: owned.question });
    await begin({ conversationId: owned.conversation, parentId: owned.answer });
    await begin({ conversationId: ids.conversationId, parentId: owned.question });
  });

  test("turns no conversation to their branch, shares none of it, and is the place of no copy", async () => {
    const { id, conversationId, messageId, response } = await other.ask("Mine");
    await allEvents(response);
    await refused(await callAs(other, "PATCH", "conversations/[id]", conversationId, { leafId: owned.answer }));
    const shares = "conversations/[id]/shares";
    await refused(await callAs(other, "POST", shares, conversationId, { leafId: owned.answer }));
    await refused(
      await callAs(other, "POST", shares, conversationId, { leafId: id, turnIds: [messageId, owned.question] }),
    );
    const { share } = await callAs(other, "POST", shares, conversationId, { leafId: id });
    const copied = { conversationId: owned.conversation };
    await refused(await callAs(other, "POST", "shares/[id]/copy", share?.id ?? "", copied));
  });
});

test("nothing of theirs is in any list, and nothing of it has changed", async () => {
  const { GET: listShares } = await import("@/app/api/shares/route");
  const everything = await import("@/app/api/export/route");
  const lists = [
    await app.conversations.GET(other.request("/api/conversations")),
    await app.conversations.GET(other.request("/api/conversations?query=treasure")),
    await listShares(other.request("/api/shares")),
    await everything.GET(other.request("/api/export")),
  ];
  for (const list of lists) {
    expect(list.status).toBe(200);
    expectNothingIn(await list.text());
  }
  expect(await owner.conversation(owned.conversation)).toEqual(before);
  expect((await owner.follow(owned.answer)).status).toBe(200);
});
