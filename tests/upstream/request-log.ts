import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

/** One write that the socket took. */
interface FlushedPiece {
  byteCount: number;
  /** The text deltas it completed, joined. */
  text: string;
  /** Epoch ms, with a fraction, just before the write. */
  atMs: number;
}

/** What one request brought, what was sent for it and how it ended. Live until `closed` is set. */
export interface RequestRecord {
  /** Counts from 1. */
  id: number;
  method: string;
  /** With the query. */
  path: string;
  /** The value of a credential is "redacted". */
  headers: IncomingHttpHeaders;
  credential: "authorization" | "x-api-key" | null;
  /** The parsed JSON; the text as it came when it is none, null when there is none. */
  body: unknown;
  /** Epoch ms, with a fraction. */
  receivedAtMs: number;
  flushed: FlushedPiece[];
  /** The text of all flushed pieces. */
  flushedText: string;
  /** When the exchange ended. By the server: it ended or cut the answer. By the client: its socket went before that. */
  closed: { atMs: number; by: "client" | "server" } | null;
  /** The whole answer was handed to the socket, with its proper end. */
  isFinished: boolean;
}

type Predicate = (request: RequestRecord) => boolean;

export interface RequestLog {
  requests: RequestRecord[];
  open(request: IncomingMessage, receivedAtMs: number, body: string): RequestRecord;
  /** To be called after each change of a record. */
  changed(): void;
  waitFor(predicate: Predicate): Promise<RequestRecord>;
  clear(): void;
  /** Rejects whoever still waits. */
  end(): void;
}

export function createRequestLog(): RequestLog {
  const requests: RequestRecord[] = [];
  const waiting = new Set<{ predicate: Predicate; resolve(found: RequestRecord): void; reject(error: Error): void }>();
  let lastId = 0;

  function changed(): void {
    for (const waiter of waiting) {
      const found = requests.find(waiter.predicate);
      if (!found) continue;
      waiting.delete(waiter);
      waiter.resolve(found);
    }
  }

  return {
    requests,
    open(request, receivedAtMs, body) {
      lastId += 1;
      const record = recordOf(lastId, request, receivedAtMs, body);
      requests.push(record);
      changed();
      return record;
    },
    changed,
    waitFor: (predicate) =>
      new Promise((resolve, reject) => {
        waiting.add({ predicate, resolve, reject });
        changed();
      }),
    clear: () => void requests.splice(0),
    end() {
      for (const waiter of waiting) waiter.reject(new Error("the upstream was closed before such a request was seen"));
      waiting.clear();
    },
  };
}

function recordOf(id: number, request: IncomingMessage, receivedAtMs: number, body: string): RequestRecord {
  const headers = { ...request.headers };
  const credential = headers.authorization ? "authorization" : headers["x-api-key"] ? "x-api-key" : null;
  if (headers.authorization) headers.authorization = "redacted";
  if (headers["x-api-key"]) headers["x-api-key"] = "redacted";
  return {
    id,
    method: request.method ?? "",
    path: request.url ?? "",
    headers,
    credential,
    body: parsed(body),
    receivedAtMs,
    flushed: [],
    flushedText: "",
    closed: null,
    isFinished: false,
  };
}

function parsed(body: string): unknown {
  if (body === "") return null;
  try {
    return JSON.parse(body);
  } catch {
    return body; // The record shows what came; the validation refuses it.
  }
}
