import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { sleep } from "../faults/person";
import { startWorld, type World } from "../faults/world";
import { isPostgresInstalled } from "../postgres";
import { type Lived, liveAsReader } from "./client";
import { type Disasters, startDisasters } from "./disasters";
import { seeded } from "./random";
import { type RemoteModel, startRemoteModel } from "./remote-model";

/** `npm run chaos -- --minutes 30 [--store sqlite|postgres] [--seed n] [--clients n]` */
const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "30" },
    clients: { type: "string", default: "50" },
    store: { type: "string", default: isPostgresInstalled() ? "postgres" : "sqlite" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
  },
});

const SHOWN_VIOLATIONS = 5;
const LAST_WORDS_MS = 90_000;
const METRICS_TOKEN = "a-token-for-the-scraper";
const SETTINGS = {
  UNATTENDED_SECONDS: "40",
  STALL_SECONDS: "8",
  DRAIN_SECONDS: "2",
  LOG_LEVEL: "warn",
  METRICS_TOKEN,
};
/** So long after the last reader has left nobody may be counted as following. */
const LEFT_WITHIN_MS = 5_000;

const minutes = Number(values.minutes);
const seed = Number(values.seed);
const store = values.store === "sqlite" ? "sqlite" : "postgres";
const instances = store === "sqlite" ? 1 : 3;

const build = fileURLToPath(new URL("../../scripts/build.mjs", import.meta.url));
if (spawnSync(process.execPath, [build], { stdio: "inherit" }).status !== 0) process.exit(1);

say(`${values.clients} readers, ${instances} on ${store}, ${minutes} minutes, seed ${seed}`);
const model = await startRemoteModel();
const world = await startWorld({ store, instances, settings: SETTINGS, model });
const violations: string[] = [];
const lived: Lived[] = [];
const endsAt = Date.now() + minutes * 60_000;
const isOver = () => Date.now() > endsAt || violations.length >= SHOWN_VIOLATIONS;

const disasters = startDisasters(world, seeded(seed), isOver);
const stage = {
  world,
  model,
  isOver,
  wasEnded: disasters.wasEnded,
  lived: (one: Lived) => void lived.push(one),
};
const progress = setInterval(() => say(`${lived.length} answers, ${violations.length} violations`), 30_000);
const readers = Array.from({ length: Number(values.clients) }, async (_, index) => {
  try {
    await liveAsReader(stage, seeded(seed + index + 1));
  } catch (error) {
    const violation = error instanceof Error ? (error.stack ?? error.message) : String(error);
    violations.push(violation);
    say(`a violation: ${violation}`);
  }
});
const all = Promise.allSettled([...readers, disasters.finished]);
const lastWords = sleep(endsAt - Date.now() + LAST_WORDS_MS).then(() => "late");
if ((await Promise.race([all, lastWords])) === "late") violations.push("some answers have not ended in time");
clearInterval(progress);
violations.push(...disasters.violations, ...(await finalViolations(world, model, lived)));
report(lived, disasters, violations);
await world.close();
process.exit(violations.length === 0 ? 0 : 1);

/** What must hold when everything is quiet: nothing is open, and what had ended is as it was. */
async function finalViolations(
  { probe, servers }: World,
  { countOpen }: RemoteModel,
  ended: readonly Lived[],
): Promise<string[]> {
  const found: string[] = [];
  for (const { url } of servers) {
    const until = Date.now() + LEFT_WITHIN_MS;
    while ((await countFollowers(url)) !== "0" && Date.now() < until) await sleep(100);
    const left = await countFollowers(url);
    if (left !== "0") found.push(`${left} streams are still followed at ${url}, by nobody`);
  }
  const open = await countOpen();
  if (open > 0) found.push(`${open} of the model's sockets are left open`);
  const unsettled = await probe.query(
    "select id from generations where settled_at is null and conversation_id is not null",
    [],
  );
  if (unsettled.length > 0) found.push(`${unsettled.length} answers have no end: ${unsettled.map(({ id }) => id)}`);
  const rows = await probe.query("select id, content, outcome from messages where role = ?", ["assistant"]);
  const stored = new Map(rows.map(({ id, content, outcome }) => [id, `${outcome}${content}`]));
  for (const { id, stored: before } of ended) {
    if (stored.get(id) !== before) found.push(`answer ${id} is not what it was when it ended: ${stored.get(id)}`);
  }
  return found;
}

/** The open event streams of an instance, as it counts them. */
async function countFollowers(url: string): Promise<string | undefined> {
  const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${METRICS_TOKEN}` } });
  return /^platen_followers (\d+)$/m.exec(await response.text())?.[1];
}

function report(answers: readonly Lived[], { history, drift }: Disasters, wrong: readonly string[]): void {
  const count = (key: "outcome" | "plan" | "act") => {
    const counts = new Map<string, number>();
    for (const one of answers) counts.set(one[key], (counts.get(one[key]) ?? 0) + 1);
    return [...counts]
      .sort(([, left], [, right]) => right - left)
      .map(([name, number]) => `${number} ${name}`)
      .join(" · ");
  };
  const sum = (key: "connections" | "events") => answers.reduce((total, one) => total + one[key], 0);
  say(`${answers.length} answers over ${sum("connections")} connections, ${sum("events")} events seen`);
  say(`outcomes: ${count("outcome")}`);
  say(`the model: ${count("plan")}`);
  say(`the readers: ${count("act")}`);
  for (const line of history) say(`  ${line}`);
  const memory = drift();
  if (memory !== undefined) {
    const { fromBytes, toBytes } = memory;
    const percent = ((toBytes / fromBytes - 1) * 100).toFixed(1);
    say(`memory of the instance that was spared: ${megabytes(fromBytes)} → ${megabytes(toBytes)} MB (${percent} %)`);
  }
  if (wrong.length === 0) say("lost 0, repeated 0, wrong outcomes 0, upstream sockets left open 0");
  else say(`${wrong.length} violations; the first:\n\n${wrong.slice(0, SHOWN_VIOLATIONS).join("\n\n")}`);
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1_048_576);
}

function say(line: string): void {
  process.stdout.write(`chaos: ${line}\n`);
}
