import { afterAll, beforeAll, expect, test } from "vitest";
import { textOf } from "@/lib/chat/message";
import { contentOf, isUnbroken, outcomeOf } from "../routes/harness";
import { answer, everyMs } from "../upstream/scenario";
import { startUpstream } from "../upstream/server";
import type { Upstream } from "../upstream/upstream";
import { random, readAll, type Server, sleep, startServer, Visitor } from "./server";

const KILLS = 20;
const ANSWERS_AT_ONCE = 3;
const LONG = "The platen is the roller that holds the paper while the type strikes it. 👍🏽 ".repeat(80);

let upstream: Upstream;
let server: Server;

beforeAll(async () => {
  upstream = await startUpstream();
  server = await start();
});

afterAll(async () => {
  await server.end("SIGKILL");
  await upstream.close();
});

function start(dataDir?: string): Promise<Server> {
  const settings = { ANTHROPIC_BASE_URL: upstream.url, ...(dataDir === undefined ? {} : { DATA_DIR: dataDir }) };
  return startServer(settings);
}

test(`${KILLS} times killed in mid-answer, no reader had an event that is not there afterwards`, async () => {
  const chance = random(20_261_122);
  for (let kill = 0; kill < KILLS; kill++) {
    upstream.reset();
    upstream.script(answer(LONG, { pace: everyMs(4) }));
    const visitors = Array.from({ length: ANSWERS_AT_ONCE }, () => new Visitor(server));
    const asked = await Promise.all(visitors.map((visitor, index) => visitor.ask(`Question ${index}`)));
    const readers = asked.map(({ response }) => readAll(response));
    await Promise.all(readers.map(({ begun }) => begun));
    await sleep(chance() * 400);
    await server.end("SIGKILL");
    await Promise.all(readers.map(({ ended }) => ended));
    const flushed = upstream.requests.map(({ flushedText }) => flushedText);

    server = await start(server.dataDir);
    for (const [index, visitor] of visitors.entries()) {
      const { id, conversationId } = asked[index] ?? { id: "", conversationId: "" };
      const received = readers[index]?.events ?? [];
      visitor.server = server;
      const replay = readAll(await visitor.follow(id));
      await replay.ended;
      expect(received.length).toBeGreaterThan(2);
      expect(outcomeOf(received)).toBeUndefined();
      expect(replay.events.slice(0, received.length)).toEqual(received);
      expect(isUnbroken(replay.events)).toBe(true);
      expect(outcomeOf(replay.events)).toMatchObject({ type: "interrupted" });
      const text = textOf(contentOf(replay.events));
      expect(flushed.some((sent) => sent.startsWith(text))).toBe(true);
      const stored = (await visitor.conversation(conversationId)).messages.find((message) => message.id === id);
      expect(stored).toMatchObject({ content: [{ type: "text", text }], outcome: { type: "interrupted" } });
    }
  }
});
