import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { ModelInfo } from "@anthropic-ai/sdk/resources/models";
import { epochMs } from "./clock";
import { answerControl } from "./control";
import { type Exchange, openExchange } from "./exchange";
import { MODELS } from "./models";
import { play, sendJson } from "./play";
import { createRequestLog, type RequestRecord } from "./request-log";
import { refuse, type Scenario } from "./scenario";
import { estimatedTokens, spokenScenario } from "./spoken-scenario";
import type { Script, Upstream } from "./upstream";
import { refusalOf } from "./validation";

export interface UpstreamOptions {
  /** Without it, a free one. */
  port?: number;
  /** Tokens per second of the default answer. */
  rate?: number;
  models?: readonly ModelInfo[];
  /** Called when a request's exchange is over. */
  onClosed?: (request: RequestRecord) => void;
}

const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** A fake Messages API on 127.0.0.1. Any path that ends like one of the API's is served, so a prefix may stand before it. */
export async function startUpstream(options: UpstreamOptions = {}): Promise<Upstream> {
  const { port = 0, rate = 40, models = MODELS } = options;
  const log = createRequestLog();
  const titles = createRequestLog();
  const open = new Set<Exchange>();
  const nextScripts: Script[] = [];
  let standingScript: Script | null = null;
  let modelsScript: Script | null = null;
  let titleScript: Script | null = null;

  const upstream: Upstream = {
    url: "",
    requests: log.requests,
    titleRequests: titles.requests,
    scriptTitles: (script) => {
      titleScript = script;
    },
    script: (script) => {
      standingScript = script;
    },
    scriptNext: (...scripts) => void nextScripts.push(...scripts),
    scriptModels: (script) => {
      modelsScript = script;
    },
    waitFor: log.waitFor,
    reset() {
      standingScript = null;
      modelsScript = null;
      titleScript = null;
      titles.clear();
      nextScripts.length = 0;
      log.clear();
    },
    async close() {
      log.end();
      for (const exchange of open) exchange.cut({ reset: false });
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const receivedAtMs = epochMs();
    const body = await readBody(request);
    const { pathname } = new URL(request.url ?? "/", "http://upstream");
    if (pathname.startsWith("/__")) return answerControl(upstream, request, response, body ?? "");

    const isForTitle = asksForTitle(body ?? "");
    const record = (isForTitle ? titles : log).open(request, receivedAtMs, body ?? "");
    const exchange = openExchange(response, record, log.changed);
    open.add(exchange);
    exchange.closed.addEventListener("abort", () => {
      open.delete(exchange);
      if (!isForTitle) options.onClosed?.(record);
    });
    if (isForTitle) return play(chosen(titleScript ?? refuse(529, "overloaded_error"), record), exchange);
    if (body === null) return play(refuse(413, "request_too_large"), exchange);
    if (record.credential === null) return play(refuse(401, "authentication_error"), exchange);
    return answerEndpoint(`${request.method} ${pathname.replace(/^.*(?=\/v1\/)/, "")}`, exchange);
  }

  async function answerEndpoint(endpoint: string, exchange: Exchange): Promise<void> {
    const { record } = exchange;
    if (endpoint === "POST /v1/messages") {
      return play(refusalOf(record.body, { needsMaxTokens: true }) ?? scenarioFor(record), exchange);
    }
    if (endpoint === "POST /v1/messages/count_tokens") {
      const refusal = refusalOf(record.body, { needsMaxTokens: false });
      return refusal
        ? play(refusal, exchange)
        : sendJson(exchange, 200, { input_tokens: estimatedTokens(record.body) });
    }
    if (endpoint === "GET /v1/models") {
      if (modelsScript) return play(chosen(modelsScript, record), exchange);
      const ids = { first_id: models[0]?.id ?? null, last_id: models.at(-1)?.id ?? null };
      return sendJson(exchange, 200, { data: models, has_more: false, ...ids });
    }
    const model = models.find(({ id }) => endpoint === `GET /v1/models/${id}`);
    return model ? sendJson(exchange, 200, model) : play(refuse(404, "not_found_error"), exchange);
  }

  function scenarioFor(record: RequestRecord): Scenario {
    const script = nextScripts.shift() ?? standingScript;
    return script === null ? spokenScenario(record, rate) : chosen(script, record);
  }

  const server = createServer({ noDelay: true }, (request, response) => {
    receive(request, response).catch((error: unknown) => {
      // A client that goes in the middle of its own body is no fault of the upstream's.
      if (request.complete) console.error("the upstream could not answer", error);
      response.destroy();
    });
  });
  server.on("clientError", (_, socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host: "127.0.0.1", backlog: 4096 }, resolve);
  });
  upstream.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return upstream;
}

/** Platen asks for titles by themselves, of its own accord and without a stream. */
function asksForTitle(body: string): boolean {
  return body.includes('"system":"Write a title') && !body.includes('"stream":true');
}

function chosen(script: Script, record: RequestRecord): Scenario {
  return typeof script === "function" ? script(record) : script;
}

/** The whole body; null when it is longer than the API takes. Rejects when the client goes before its end. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const pieces: Buffer[] = [];
  let byteCount = 0;
  for await (const piece of request) {
    byteCount += piece.length;
    if (byteCount <= MAX_BODY_BYTES) pieces.push(piece);
  }
  return byteCount <= MAX_BODY_BYTES ? Buffer.concat(pieces).toString() : null;
}
