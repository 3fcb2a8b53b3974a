import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { recordedLines } from "./recordings";
import type { RequestRecord } from "./request-log";
import { replay, tokensPerSecond } from "./scenario";
import { startUpstream } from "./server";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "4010" },
    /** A recording to answer every request with. */
    stream: { type: "string" },
    /** Tokens per second. */
    rate: { type: "string", default: "40" },
  },
});

const rate = Number(values.rate);
const upstream = await startUpstream({
  port: Number(values.port),
  rate,
  onClosed: (request) => say(lineOf(request)),
});
if (values.stream) {
  upstream.script(replay(recordedLines(readFileSync(values.stream, "utf8")), tokensPerSecond(rate)));
}
say("A fake Messages API. Connect the app with");
say(`  ANTHROPIC_BASE_URL=${upstream.url} ANTHROPIC_API_KEY=any npm start`);

function lineOf({ method, path, receivedAtMs, flushed, closed, isFinished }: RequestRecord): string {
  const byteCount = flushed.reduce((total, piece) => total + piece.byteCount, 0);
  const seconds = (((closed?.atMs ?? receivedAtMs) - receivedAtMs) / 1000).toFixed(3);
  const opened = new Date(receivedAtMs).toISOString().slice(11, 23);
  const how = isFinished ? "finished" : "not finished";
  return `${opened} ${method} ${path} · flushed ${flushed.length} pieces, ${byteCount} bytes · closed by ${closed?.by} after ${seconds} s, ${how}`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
