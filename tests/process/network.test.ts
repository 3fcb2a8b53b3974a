import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { textOf } from "@/lib/chat/message";
import { contentOf, outcomeOf } from "../routes/harness";
import { answer } from "../upstream/scenario";
import { startUpstream } from "../upstream/server";
import { readAll, type Server, startServer, Visitor } from "./server";

const REPORTED = {
  NODE_OPTIONS: `--require=${fileURLToPath(new URL("./report-connections.cjs", import.meta.url))}`,
};

function connectionsOf(server: Server): string[] {
  return [...server.output().matchAll(/^CONNECTION (.*)$/gm)].map(([, where = ""]) => where);
}

async function ask(server: Server) {
  const visitor = new Visitor(server);
  expect((await visitor.request("/")).status).toBe(200);
  const { response } = await visitor.ask("Hello");
  const reader = readAll(response);
  await reader.ended;
  return reader.events;
}

test("the demo answers without a single connection to anywhere", async () => {
  const server = await startServer(REPORTED);
  const events = await ask(server);
  expect(outcomeOf(events)).toMatchObject({ type: "done" });
  expect(textOf(contentOf(events)).length).toBeGreaterThan(20);
  expect(connectionsOf(server)).toEqual([]);
  await server.end("SIGTERM");
});

test("with a model, it connects to the model and to nothing else", async () => {
  const upstream = await startUpstream();
  upstream.script(answer("Hi."));
  const server = await startServer({ ...REPORTED, ANTHROPIC_BASE_URL: upstream.url });
  expect(textOf(contentOf(await ask(server)))).toBe("Hi.");
  expect(new Set(connectionsOf(server))).toEqual(new Set([new URL(upstream.url).host]));
  await server.end("SIGTERM");
  await upstream.close();
});
