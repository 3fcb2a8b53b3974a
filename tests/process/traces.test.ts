import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { answer, refuse } from "../upstream/scenario";
import { startUpstream } from "../upstream/server";
import type { Upstream } from "../upstream/upstream";
import { readAll, startServer, Visitor } from "./server";

type Span = {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  status: { code?: number };
  attributes: { key: string; value: Record<string, unknown> }[];
};

let upstream: Upstream;
let collector: HttpServer;
let received: string[] = [];

beforeAll(async () => {
  upstream = await startUpstream();
  collector = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    if (request.url === "/v1/traces") received.push(Buffer.concat(pieces).toString());
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
});

afterAll(async () => {
  collector.close();
  await upstream.close();
});

function spans(): Span[] {
  return received.flatMap((body) =>
    (JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] }).resourceSpans.flatMap((resource) =>
      resource.scopeSpans.flatMap((scope) => scope.spans),
    ),
  );
}

function attribute(span: Span | undefined, key: string): unknown {
  return Object.values(span?.attributes.find((one) => one.key === key)?.value ?? {})[0];
}

test("each answer is a span, the SDK's call is its child, and nothing that was said is in either", async () => {
  received = [];
  const server = await startServer({
    ANTHROPIC_BASE_URL: upstream.url,
    ANTHROPIC_API_KEY: "sk-ant-canary",
    SYSTEM_PROMPT: "A canary.",
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
    // What would otherwise put all that is said into the spans.
    ANTHROPIC_OPEN_TELEMETRY_TRACES_CONTENT_MODE: "content",
  });
  const visitor = new Visitor(server);
  upstream.script(answer("The canary answers."));
  const { id, response } = await visitor.ask("Tell me of the canary.");
  await readAll(response).ended;
  upstream.script(refuse(400, "invalid_request_error", { message: "messages.0: the canary" }));
  const failed = await visitor.ask("Tell me of the canary.");
  await readAll(failed.response).ended;
  await fetch(`${server.url}/?canary=canary`);
  // What is left is sent before the process ends.
  await server.end("SIGTERM");

  const ours = spans().filter(({ name }) => name === "answer");
  expect(ours.map((span) => attribute(span, "platen.generation.id"))).toEqual([id, failed.id]);
  expect(ours.map((span) => attribute(span, "platen.outcome"))).toEqual(["done", "failed"]);
  for (const span of ours) {
    expect(span.parentSpanId ?? "").toBe("");
    const [call, ...more] = spans().filter(({ parentSpanId }) => parentSpanId === span.spanId);
    expect(more).toEqual([]);
    expect(call?.traceId).toBe(span.traceId);
    expect(attribute(call, "gen_ai.provider.name")).toBe("anthropic");
  }
  expect(spans()).toHaveLength(4);
  expect(received.join("")).toContain('"stringValue":"platen"');
  expect(received.join("").toLowerCase()).not.toContain("canary");
});

test("a collector that is away disturbs nobody", async () => {
  const server = await startServer({
    ANTHROPIC_BASE_URL: upstream.url,
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1",
  });
  upstream.script(answer("All is well."));
  const { response } = await new Visitor(server).ask("How are you?");
  const reader = readAll(response);
  await reader.ended;
  expect(reader.events.at(-1)?.event).toMatchObject({ outcome: { type: "done" } });
  expect(await server.end("SIGTERM")).toBe(0);
});
