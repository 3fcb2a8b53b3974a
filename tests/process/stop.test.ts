import { afterAll, beforeAll, expect, test } from "vitest";
import { textOf } from "@/lib/chat/message";
import { isUnbroken, outcomeOf } from "../routes/harness";
import { answer, everyMs } from "../upstream/scenario";
import { startUpstream } from "../upstream/server";
import type { Upstream } from "../upstream/upstream";
import { random, readAll, type Server, sleep, startServer, Visitor } from "./server";

const STOPS = 50;
const AT_ONCE = 10;
const LONG = "Press Stop and the press stops, however much the model still had to say. ".repeat(80);

let upstream: Upstream;
let server: Server;

beforeAll(async () => {
  upstream = await startUpstream();
  upstream.script(answer(LONG, { pace: everyMs(5) }));
  server = await startServer({ ANTHROPIC_BASE_URL: upstream.url });
});

afterAll(async () => {
  await server.end("SIGKILL");
  await upstream.close();
});

test(`${STOPS} stops in mid-answer close the model's sockets, and nothing is stored afterwards`, async () => {
  const chance = random(50);
  const stopped: Awaited<ReturnType<typeof stopOne>>[] = [];
  while (stopped.length < STOPS) {
    stopped.push(...(await Promise.all(Array.from({ length: AT_ONCE }, () => stopOne(chance() * 150)))));
  }
  await sleep(200);
  for (const { look, before } of stopped) expect(await look()).toEqual(before);
});

async function stopOne(afterMs: number) {
  const visitor = new Visitor(server);
  const { id, conversationId, response } = await visitor.ask(`Stop after ${afterMs} ms.`);
  const reader = readAll(response);
  await reader.begun;
  await sleep(afterMs);
  const answered = await visitor.stop(id);
  expect(await answered.json()).toMatchObject({ outcome: { type: "stopped" } });
  const request = await upstream.waitFor(
    ({ body, closed }) => closed !== null && JSON.stringify(body).includes(`after ${afterMs} ms`),
  );
  expect(request).toMatchObject({ closed: { by: "client" }, isFinished: false });
  await reader.ended;
  expect(outcomeOf(reader.events)).toMatchObject({ type: "stopped" });

  async function look() {
    const replay = readAll(await visitor.follow(id));
    await replay.ended;
    expect(isUnbroken(replay.events)).toBe(true);
    const stored = (await visitor.conversation(conversationId)).messages.find((message) => message.id === id);
    return { events: replay.events.length, text: textOf(stored?.content ?? []), outcome: stored?.outcome };
  }

  const before = await look();
  expect(before.events).toBe(reader.events.length);
  expect(LONG.startsWith(before.text)).toBe(true);
  return { look, before };
}
