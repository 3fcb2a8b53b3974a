import { median } from "../../bench/server/figures";
import { sleep } from "../faults/person";
import type { World } from "../faults/world";
import { type Random, wholeBetween } from "./random";

const KILL_EVERY_MS = 60_000;
const RESTART_AFTER_MS = 2_000;
const LOOK_EVERY_MS = 1_000;
/** Of several instances this one is spared, so that it can be seen what time does to its memory. */
const SPARED = 0;

/** Memory of the instance that was spared: the medians of the second and of the last quarter of the time. */
export type MemoryDrift = { fromBytes: number; toBytes: number };

export type Disasters = {
  /** Whether the instance of that process was killed, or told to end, by us. */
  wasEnded(pid: number): boolean;
  /** What was done, each with its time. */
  history: readonly string[];
  /** Undefined with one instance, for it is killed each minute. */
  drift(): MemoryDrift | undefined;
  violations: readonly string[];
  /** Resolves when no more are to come and everything is up again. */
  finished: Promise<void>;
};

/** Every minute an instance is killed; sometimes one is told to end, and PostgreSQL restarted. */
export function startDisasters(world: World, random: Random, isOver: () => boolean): Disasters {
  const ended = new Set<number>();
  const history: string[] = [];
  const violations: string[] = [];
  const isAlone = world.servers.length === 1;
  const memory: number[] = [];
  const note = (what: string) => void history.push(`${new Date().toISOString().slice(11, 19)} ${what}`);
  const look = setInterval(() => {
    const bytes = isAlone ? undefined : world.servers[SPARED]?.residentBytes();
    if (bytes !== undefined) memory.push(bytes);
  }, LOOK_EVERY_MS);

  function drift(): MemoryDrift | undefined {
    const quarter = Math.floor(memory.length / 4);
    if (quarter === 0) return undefined;
    return { fromBytes: median(memory.slice(quarter, 2 * quarter)), toBytes: median(memory.slice(-quarter)) };
  }

  async function end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const instance = isAlone ? 0 : wholeBetween(random, SPARED + 1, world.servers.length - 1);
    const server = world.servers[instance];
    if (server === undefined) return;
    note(`${signal} to instance ${instance} (${server.pid})`);
    ended.add(server.pid);
    server.kill(signal);
    const code = await server.exited();
    if (signal === "SIGTERM" && code !== 0) violations.push(`instance ${instance} ended with ${code} after SIGTERM`);
    await sleep(RESTART_AFTER_MS);
    await server.start();
    note(`instance ${instance} is up again (${server.pid})`);
  }

  /** Waits, less when the time is up. */
  async function wait(ms: number): Promise<void> {
    for (const until = Date.now() + ms; Date.now() < until && !isOver(); ) await sleep(100);
  }

  async function run(): Promise<void> {
    await wait(KILL_EVERY_MS / 2);
    while (!isOver()) {
      const next = Date.now() + KILL_EVERY_MS;
      await end("SIGKILL");
      await wait(wholeBetween(random, 2, 15) * 1_000);
      if (random() < 0.4 && !isOver()) await end("SIGTERM");
      await wait(wholeBetween(random, 2, 15) * 1_000);
      if (random() < 0.5 && !isOver() && world.postgres !== undefined) {
        note("PostgreSQL is restarted");
        await world.postgres.restart();
        note("PostgreSQL is up again");
      }
      await wait(next - Date.now());
    }
    clearInterval(look);
  }

  return { wasEnded: (pid) => ended.has(pid), history, drift, violations, finished: run() };
}
