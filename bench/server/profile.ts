import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildBareNext } from "./bare-next";
import { shown, table } from "./figures";
import { createLoad } from "./load";
import { sleep } from "./measures";
import { type Kind, startServer, startUpstream } from "./servers";

/** Where a server's time goes under load: `npx tsx bench/server/profile.ts [--server platen] [--streams 100]`. */
const { values } = parseArgs({
  options: {
    server: { type: "string", default: "platen" },
    streams: { type: "string", default: "100" },
    rate: { type: "string", default: "50" },
    seconds: { type: "string", default: "10" },
  },
});

type Profile = {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number }; children?: number[] }[];
  samples: number[];
  timeDeltas: number[];
  startTime: number;
};

const folder = mkdtempSync(join(tmpdir(), "platen-profile-"));
const kind = values.server as Kind;
const bareNextScript = kind === "next" || kind === "ai" ? buildBareNext().script : "";
const upstream = await startUpstream();
const server = await startServer(kind, upstream.url, {
  bareNextScript,
  nodeOptions: ["--cpu-prof", `--cpu-prof-dir=${folder}`],
  settings: { DRAIN_SECONDS: "0" },
});
const load = createLoad(server);
await load.open(Number(values.streams), Number(values.rate));
await sleep(2000);
load.take();
await sleep(Number(values.seconds) * 1000);
const tokens = load.take().length;
const untilUs = Number(process.hrtime.bigint() / 1000n);
await upstream.close();
load.end();
await server.close("SIGTERM");

for (const file of readdirSync(folder)) print(JSON.parse(readFileSync(join(folder, file), "utf8")) as Profile);
process.stdout.write(`${tokens} tokens in ${values.seconds} s; for the flame chart: ${folder}\n`);

function print({ nodes, samples, timeDeltas, startTime }: Profile): void {
  const selfMs = new Map<string, number>();
  // Only the time under load counts, not the start nor the end; a profile's clock is the system's monotonic one.
  const fromUs = untilUs - Number(values.seconds) * 1_000_000;
  let atUs = startTime;
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  samples.forEach((id, index) => {
    atUs += timeDeltas[index] ?? 0;
    if (atUs < fromUs || atUs > untilUs) return;
    const name = names.get(id) ?? "";
    selfMs.set(name, (selfMs.get(name) ?? 0) + (timeDeltas[index] ?? 0) / 1000);
  });
  for (const name of ["(idle)", "(root)"]) selfMs.delete(name);
  const busyMs = [...selfMs.values()].reduce((total, ms) => total + ms, 0);
  const top = [...selfMs].sort(([, left], [, right]) => right - left).slice(0, 40);
  const rows = top.map(([name, ms]) => [name, shown(ms), `${shown((ms / busyMs) * 100)} %`]);
  process.stdout.write(`${table(["function", "self ms", "of busy"], rows)}\n`);
}

function nameOf({ functionName, url, lineNumber }: Profile["nodes"][number]["callFrame"]): string {
  if (url === "") return functionName;
  const file = url.replace(/^.*\/node_modules\//, "").replace(/^file:\/\/.*\/\.next\//, "");
  return `${functionName || "(anonymous)"} ${file}:${lineNumber + 1}`;
}
