import type { IncomingMessage, ServerResponse } from "node:http";
import type { RequestRecord } from "./request-log";
import type { Scenario } from "./scenario";
import type { Upstream } from "./upstream";

/** The body of `POST /__control`. */
type Control =
  | { type: "script"; scenario: Scenario | null }
  | { type: "script_next"; scenarios: Scenario[] }
  | { type: "script_models"; scenario: Scenario | null }
  | { type: "reset" };

/** An upstream in another process, driven and read over HTTP. */
export interface RemoteUpstream {
  control(control: Control): Promise<void>;
  requests(): Promise<RequestRecord[]>;
}

/** The remote end of `POST /__control` and `GET /__requests`; a refused control throws. */
export function remoteUpstream(url: string): RemoteUpstream {
  return {
    async control(control) {
      const answered = await fetch(`${url}/__control`, { method: "POST", body: JSON.stringify(control) });
      if (!answered.ok) throw new Error(`the upstream refused the control: ${await answered.text()}`);
    },
    async requests() {
      const answered = await fetch(`${url}/__requests`);
      return (await answered.json()) as RequestRecord[];
    },
  };
}

/** Serves `POST /__control` and `GET /__requests`. These requests are not recorded and need no credential. */
export function answerControl(
  upstream: Upstream,
  request: IncomingMessage,
  response: ServerResponse,
  body: string,
): void {
  const [status, answer] = controlled(upstream, `${request.method} ${request.url}`, body);
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(answer));
}

function controlled(upstream: Upstream, endpoint: string, body: string): [status: number, answer: unknown] {
  if (endpoint === "GET /__requests") return [200, upstream.requests];
  if (endpoint !== "POST /__control") return [404, { error: `no such endpoint: ${endpoint}` }];
  try {
    apply(upstream, JSON.parse(body));
    return [200, {}];
  } catch (error) {
    return [400, { error: String(error) }];
  }
}

function apply(upstream: Upstream, control: Control): void {
  switch (control.type) {
    case "script":
      upstream.script(control.scenario);
      return;
    case "script_next":
      upstream.scriptNext(...control.scenarios);
      return;
    case "script_models":
      upstream.scriptModels(control.scenario);
      return;
    case "reset":
      upstream.reset();
      return;
  }
  throw new Error("no such control");
}
