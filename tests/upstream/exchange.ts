import type { ServerResponse } from "node:http";
import { epochMs } from "./clock";
import type { RequestRecord } from "./request-log";

/** One request being answered. Every write is recorded, and waits until the socket has taken it. */
export interface Exchange {
  record: RequestRecord;
  requestId: string;
  /** Aborts when the exchange is over, whoever ended it. */
  closed: AbortSignal;
  /** Sends the status line and the headers at once, with `request-id` among them. */
  begin(status: number, headers: Record<string, string>): void;
  send(bytes: Buffer, text: string): Promise<void>;
  finish(): void;
  /** Ends the socket without ending the answer. */
  cut(options: { reset: boolean }): void;
}

export function openExchange(response: ServerResponse, record: RequestRecord, changed: () => void): Exchange {
  const closed = new AbortController();
  const requestId = `req_upstream_${record.id}`;
  let closedBy: "client" | "server" = "client";

  response.once("close", () => {
    record.closed = { atMs: epochMs(), by: closedBy };
    record.isFinished = response.writableFinished;
    closed.abort();
    changed();
  });

  return {
    record,
    requestId,
    closed: closed.signal,
    begin(status, headers) {
      response.writeHead(status, { "request-id": requestId, ...headers });
      response.flushHeaders();
    },
    async send(bytes, text) {
      const atMs = epochMs();
      await written(response, bytes, closed.signal);
      if (closed.signal.aborted) return;
      record.flushed.push({ byteCount: bytes.length, text, atMs });
      record.flushedText += text;
      changed();
    },
    finish() {
      closedBy = "server";
      response.end();
    },
    cut({ reset }) {
      closedBy = "server";
      if (reset) response.socket?.resetAndDestroy();
      else response.socket?.destroySoon();
    },
  };
}

/** A write to a destroyed socket never calls back, so the end of the exchange settles it too. */
function written(response: ServerResponse, bytes: Buffer, closed: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (closed.aborted) {
      resolve();
      return;
    }
    closed.addEventListener("abort", settle, { once: true });
    response.write(bytes, settle);

    function settle(): void {
      closed.removeEventListener("abort", settle);
      resolve();
    }
  });
}
