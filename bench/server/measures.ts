import { epochMs } from "@/tests/upstream/clock";
import { median, percentile } from "./figures";
import { createLoad, type Load } from "./load";
import type { RelayServer, Upstream } from "./servers";

const SETTLE_MS = 500;

export type Latency = { p50Ms: number; p99Ms: number; tokensPerSecond: number; cpuMsPer1000: number };

/** The latency added to `streams` streams of `rate` tokens/s, over `ms`, after two seconds of warming up. */
export async function measureLatency(
  server: RelayServer,
  { streams, rate, ms, warmMs = 2000 }: { streams: number; rate: number; ms: number; warmMs?: number },
): Promise<Latency & { errors: number }> {
  const load = createLoad(server);
  await load.open(streams, rate);
  await sleep(warmMs);
  const window = await measureWindow(server, load, ms);
  const errors = load.errorCount();
  load.end();
  return { ...window, errors };
}

async function measureWindow(server: RelayServer, load: Load, ms: number): Promise<Latency> {
  load.take();
  const startedAt = performance.now();
  const startCpuMs = server.cpuMs();
  await sleep(ms);
  const cpuMs = server.cpuMs() - startCpuMs;
  const latencies = load.take();
  return {
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    tokensPerSecond: (latencies.length / (performance.now() - startedAt)) * 1000,
    cpuMsPer1000: (cpuMs / latencies.length) * 1000,
  };
}

/** Milliseconds from the reader's Stop to the close of the upstream's socket, of `count` answers, one after another. */
export async function measureStops(server: RelayServer, upstream: Upstream, count: number): Promise<number[]> {
  const load = createLoad(server);
  const delaysMs: number[] = [];
  for (let stopped = 0; stopped < count; stopped++) {
    const [stream] = await load.open(1, 50);
    if (stream === undefined) break;
    await sleep(20 + (stopped % 40));
    load.forget(stream);
    const closed = upstream.closed(stream.name);
    const stoppedAtMs = epochMs();
    server.stop(stream);
    delaysMs.push((await closed) - stoppedAtMs);
    stream.socket.destroy();
  }
  load.end();
  return delaysMs;
}

const MAX_LAG_MS = 100;
/** No later step can be better than one that is so late. */
const HOPELESS_LAG_MS = 1000;

/**
 * Tokens/s that reach the readers while the p99 lag stays under 100 ms: streams of 50 tokens/s are added, `growth` times
 * as many at each step, until two steps in a row are too late. Between the last good step and the first bad one the lag
 * says how far it went.
 */
export async function measureThroughput(
  server: RelayServer,
  { holdMs, growth }: { holdMs: number; growth: number },
): Promise<number> {
  const load = createLoad(server);
  const steps: Latency[] = [];
  let open = 0;
  for (let wanted = 40; wanted < 1500; wanted = Math.ceil(wanted * growth)) {
    await Promise.race([load.open(wanted - open, 50), sleep(3000)]);
    open = wanted;
    await sleep(SETTLE_MS);
    steps.push(await measureWindow(server, load, holdMs));
    const lastTwo = steps.slice(-2);
    if (lastTwo.length === 2 && lastTwo.every(isTooLate)) break;
    if (lastTwo.some(({ p99Ms }) => !(p99Ms <= HOPELESS_LAG_MS))) break;
  }
  load.end();
  return throughputOf(steps);
}

function isTooLate({ p99Ms }: Latency): boolean {
  return !(p99Ms <= MAX_LAG_MS);
}

function throughputOf(steps: readonly Latency[]): number {
  const lastGood = steps.findLastIndex((step) => !isTooLate(step));
  const good = steps[lastGood];
  const bad = steps[lastGood + 1];
  if (good === undefined) return steps[0]?.tokensPerSecond ?? 0;
  if (bad === undefined || !(bad.p99Ms > good.p99Ms)) return good.tokensPerSecond;
  const share = Math.log(MAX_LAG_MS / good.p99Ms) / Math.log(bad.p99Ms / good.p99Ms);
  return good.tokensPerSecond + share * Math.max(0, bad.tokensPerSecond - good.tokensPerSecond);
}

export type ManyStreams = Latency & { errors: number; memoryMb: number };

/** A thousand answers at once, of 10 tokens/s each. */
export async function measureManyStreams(server: RelayServer, ms: number): Promise<ManyStreams> {
  const latency = await measureLatency(server, { streams: 1000, rate: 10, ms, warmMs: 3000 });
  return { ...latency, memoryMb: server.memoryMb().most };
}

/** The medians of several runs. */
export function medianLatency(runs: readonly Latency[]): Latency {
  return {
    p50Ms: median(runs.map((run) => run.p50Ms)),
    p99Ms: median(runs.map((run) => run.p99Ms)),
    tokensPerSecond: median(runs.map((run) => run.tokensPerSecond)),
    cpuMsPer1000: median(runs.map((run) => run.cpuMsPer1000)),
  };
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
