import { sleep } from "../faults/person";
import type { Server } from "../faults/server";
import type { World } from "../faults/world";
import { type Random, wholeBetween } from "./random";

const KILL_EVERY_MS = 60_000;
const RESTART_AFTER_MS = 2_000;
const WARM_AFTER_MS = 20_000;

/** Memory of one instance from when it was warm to its end. */
export type MemoryDrift = { instance: number; minutes: number; fromBytes: number; toBytes: number };

export type Disasters = {
  /** Whether the instance of that process was killed, or told to end, by us. */
  wasEnded(pid: number): boolean;
  /** What was done, each with its time. */
  history: readonly string[];
  drifts: readonly MemoryDrift[];
  violations: readonly string[];
  /** Resolves when no more are to come and everything is up again. */
  finished: Promise<void>;
};

/** Every minute an instance is killed; sometimes another is told to end, and PostgreSQL restarted. */
export function startDisasters(world: World, random: Random, isOver: () => boolean): Disasters {
  const ended = new Set<number>();
  const history: string[] = [];
  const drifts: MemoryDrift[] = [];
  const violations: string[] = [];
  const warm = world.servers.map(() => ({ at: Number.NaN, bytes: 0, pid: 0 }));
  const note = (what: string) => void history.push(`${new Date().toISOString().slice(11, 19)} ${what}`);

  function watchMemory(): void {
    for (const [instance, server] of world.servers.entries()) {
      const seen = warm[instance];
      if (seen === undefined || ended.has(server.pid)) continue;
      if (seen.pid !== server.pid) warm[instance] = { at: Date.now() + WARM_AFTER_MS, bytes: 0, pid: server.pid };
      else if (seen.bytes === 0 && Date.now() > seen.at) seen.bytes = server.residentBytes();
    }
  }
  const watch = setInterval(watchMemory, 1_000);

  function measure(instance: number, server: Server): void {
    const seen = warm[instance];
    if (seen === undefined || seen.bytes === 0) return;
    const minutes = (Date.now() - seen.at) / 60_000;
    drifts.push({ instance, minutes, fromBytes: seen.bytes, toBytes: server.residentBytes() });
  }

  async function end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const instance = wholeBetween(random, 0, world.servers.length - 1);
    const server = world.servers[instance];
    if (server === undefined) return;
    measure(instance, server);
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
    for (const [instance, server] of world.servers.entries()) measure(instance, server);
    clearInterval(watch);
  }

  return { wasEnded: (pid) => ended.has(pid), history, drifts, violations, finished: run() };
}
