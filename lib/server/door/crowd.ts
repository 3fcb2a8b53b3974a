/** A request at the door: whose it is, how much work it is, and what becomes of it. */
export type Arrival = {
  network: string;
  /** Who its cookie proves it to be from, and since when, in seconds since 1970; undefined for a stranger. */
  visitor: { id: string; sinceSeconds: number } | undefined;
  /** Of a process's time, in milliseconds, about. */
  workMs: number;
  /** A start wants an answer of the model. A probe asks whether the process is well, and waits behind other probes only. */
  kind: "start" | "probe" | "other";
  isGone(): boolean;
  enter(visit: Visit): void;
  /** `isTooMany`: so many are told to wait already that this one is told at once, and its connection should end. */
  refuse(isTooMany: boolean): void;
};

/** A request that has arrived. */
export type Visit = {
  /** It needs the process no longer: its answer's head is written. However often. */
  leave(): void;
  /** Whoever asked has gone. What is worked on keeps its place for a while: to hang up makes no room for more. */
  abandon(): void;
  /** How a start was answered; said before it leaves. */
  settle(verdict: Verdict): void;
};

type Verdict = "accepted" | "refused";

/** What one lane may do: that of a visitor, or the one that all strangers of a network share. */
export type Allowance = {
  /** Work that is given in a second, and what may be saved up of it, in milliseconds. */
  workMsASecond: number;
  savedMs: number;
  /** Work that may wait; what comes on top is refused. */
  waitingMs: number;
};

/** `inside`: how many starts, and how many others, of one network are worked on at a time while others are about. */
export type Bounds = { stranger: Allowance; visitor: Allowance; inside: { starts: number; others: number } };

/** Of each kind, while nobody else is about. */
const INSIDE_ALONE = 48;
const INSIDE_IN_ALL = 96;
const ALONE_AFTER_MS = 10_000;
/** Whoever is inside for longer keeps nobody out: they wait for something else than the processor, or the store. */
const INSIDE_MS = { starts: 3_000, others: 250 };
/** Visitors of a network with a lane of their own. When there are more, those whose cookies are the oldest have one. */
const LANES_A_NETWORK = 8;
/** So many at once are a crowd for the next seconds, and a crowd's starts are not asked after for ever. */
const CROWD = 16;
const CROWD_MS = 3_000;
const PATIENCE = 30;
const PATIENCE_A_SECOND = 2;
const REFUSED_AFTER_MS = 1_000;
const PAUSED_IN_ALL = 2_000;
const FORGET_AFTER_MS = 60_000;
const SWEEP_EVERY_MS = 10_000;

type Lane = Allowance & {
  sinceSeconds: number;
  queues: { [Of in Queue]: Set<Standing> };
  queuedMs: number;
  /** Here in any way: waiting, inside, or about to be refused. */
  atOnce: number;
  crowdedAt: number;
  savedNowMs: number;
  patience: number;
  reckonedAt: number;
  servedAt: number;
  seenAt: number;
};

/** Starts take locks of the store, so they have places of their own, and nobody else's list waits for them. */
type Queue = "starts" | "others";

type Network = { strangers: Lane; visitors: Map<string, Lane>; inside: { [Of in Queue]: number } };

type Standing = {
  arrival: Arrival;
  visit: Visit;
  network: Network;
  lane: Lane;
  queue: Queue;
  phase: "waiting" | "inside" | "overdue" | "paused" | "over";
  since: number;
};

export type Crowd = {
  arrive(arrival: Arrival): Visit;
  /** Does what has come due. To be called every so often while `isBusy`. */
  tick(): void;
  isBusy(): boolean;
};

/**
 * Decides when each request may be worked on, so that nobody waits behind another's crowd: every network has a queue for
 * strangers and one for each of its visitors, and only a few of a network are inside at a time. What a lane asks for
 * beyond its allowance waits; what does not even fit into the queue, and the starts of a crowd that have only been
 * refused of late, are refused after a second, so that many connections make few requests. `now` is a clock in ms.
 * `inTurn` runs something once all else that has happened is seen to: were a place free as soon as it is left, a crowd whose
 * requests are worked on without a pause would let nothing else in the process happen.
 */
export function createCrowd(bounds: Bounds, now: () => number, inTurn: (run: () => void) => void): Crowd {
  const networks = new Map<string, Network>();
  const waiting = new Set<Network>();
  const insiders = { starts: new Set<Standing>(), others: new Set<Standing>() };
  const paused = new Set<Standing>();
  /** Have left their places. */
  const free: Standing[] = [];
  let isAdmitting = false;
  let serves = 0;
  let lastLane: Lane | undefined;
  let othersSeenAt = Number.NEGATIVE_INFINITY;
  let sweptAt = now();

  function newLane(allowance: Allowance, sinceSeconds: number): Lane {
    const counts = { queuedMs: 0, atOnce: 0, savedNowMs: allowance.savedMs, patience: PATIENCE };
    const times = { reckonedAt: now(), servedAt: 0, seenAt: now(), crowdedAt: Number.NEGATIVE_INFINITY };
    return { ...allowance, ...counts, ...times, sinceSeconds, queues: { starts: new Set(), others: new Set() } };
  }

  function networkOf(name: string): Network {
    const known = networks.get(name);
    if (known !== undefined) return known;
    const made = {
      strangers: newLane(bounds.stranger, Infinity),
      visitors: new Map(),
      inside: { starts: 0, others: 0 },
    };
    networks.set(name, made);
    return made;
  }

  function laneOf(network: Network, visitor: Arrival["visitor"]): Lane {
    if (visitor === undefined) return network.strangers;
    const known = network.visitors.get(visitor.id);
    if (known !== undefined) return known;
    if (network.visitors.size >= LANES_A_NETWORK && !makeRoom(network, visitor.sinceSeconds)) return network.strangers;
    const made = newLane(bounds.visitor, visitor.sinceSeconds);
    network.visitors.set(visitor.id, made);
    return made;
  }

  /** Whoever brings a crowd of fresh cookies does not take the lane of one who was here before. */
  function makeRoom(network: Network, sinceSeconds: number): boolean {
    const [id, youngest] = [...network.visitors].reduce((one, other) =>
      other[1].sinceSeconds > one[1].sinceSeconds ? other : one,
    );
    if (youngest.sinceSeconds <= sinceSeconds) return false;
    network.visitors.delete(id);
    for (const standing of [...youngest.queues.starts, ...youngest.queues.others]) {
      standing.lane = network.strangers;
      network.strangers.queues[standing.queue].add(standing);
      network.strangers.queuedMs += standing.arrival.workMs;
      network.strangers.atOnce += 1;
    }
    return true;
  }

  function reckon(lane: Lane): void {
    const seconds = (now() - lane.reckonedAt) / 1000;
    lane.reckonedAt = now();
    lane.savedNowMs = Math.min(lane.savedMs, lane.savedNowMs + seconds * lane.workMsASecond);
    lane.patience = Math.min(PATIENCE, lane.patience + seconds * PATIENCE_A_SECOND);
  }

  function arrive(arrival: Arrival): Visit {
    if (now() - sweptAt > SWEEP_EVERY_MS) sweep();
    const isProbe = arrival.kind === "probe";
    const network = networkOf(isProbe ? `probes of ${arrival.network}` : arrival.network);
    const lane = laneOf(network, isProbe ? undefined : arrival.visitor);
    if (!isProbe) noteOthers(lane);
    lane.seenAt = now();
    lane.atOnce += 1;
    if (lane.atOnce > CROWD) lane.crowdedAt = now();
    const abandon = () => standing.phase !== "inside" && leave(standing);
    const visit = { leave: () => leave(standing), abandon, settle: (verdict: Verdict) => settle(standing, verdict) };
    const queue = arrival.kind === "start" ? "starts" : "others";
    const standing: Standing = { arrival, visit, network, lane, queue, phase: "waiting", since: now() };
    if (lane.queuedMs > 0 && lane.queuedMs + arrival.workMs > lane.waitingMs) pause(standing);
    else {
      lane.queues[queue].add(standing);
      lane.queuedMs += arrival.workMs;
      waiting.add(network);
      admit(network);
    }
    return visit;
  }

  function noteOthers(lane: Lane): void {
    if (lastLane !== undefined && lane !== lastLane) othersSeenAt = now();
    lastLane = lane;
  }

  function settle({ lane, phase }: Standing, verdict: Verdict): void {
    if (phase !== "inside" && phase !== "overdue") return;
    reckon(lane);
    lane.patience = verdict === "accepted" ? PATIENCE : lane.patience - 1;
  }

  function hasRoom({ inside }: Network, queue: Queue): boolean {
    const bound = now() - othersSeenAt > ALONE_AFTER_MS ? INSIDE_ALONE : bounds.inside[queue];
    return inside[queue] < bound && !isFull();
  }

  function isFull(): boolean {
    return insiders.starts.size + insiders.others.size >= INSIDE_IN_ALL;
  }

  /** Lets in of `network` as many as may be inside, one lane after the other. */
  function admit(network: Network): void {
    // Some are answered while they enter, and leave; the loop below sees to the next.
    if (isAdmitting) return;
    isAdmitting = true;
    for (let next = nextOf(network); next !== undefined; next = nextOf(network)) enter(next);
    isAdmitting = false;
    if (lanesOf(network).every(({ queues }) => queues.starts.size + queues.others.size === 0)) waiting.delete(network);
  }

  function lanesOf({ strangers, visitors }: Network): Lane[] {
    return [...visitors.values(), strangers];
  }

  /** The first of the lane that was served longest ago, of those that have saved enough. */
  function nextOf(network: Network): Standing | undefined {
    let best: Standing | undefined;
    for (const lane of lanesOf(network)) {
      const start = hasRoom(network, "starts") ? firstStartOf(lane) : undefined;
      const [other] = hasRoom(network, "others") ? lane.queues.others : [];
      const first = start === undefined || (other !== undefined && other.since < start.since) ? other : start;
      if (first === undefined) continue;
      reckon(lane);
      if (lane.savedNowMs < first.arrival.workMs) continue;
      if (best === undefined || lane.servedAt < best.lane.servedAt) best = first;
    }
    return best;
  }

  /** The first start, if there is any use in it: those of a crowd that has lost its patience are refused. */
  function firstStartOf(lane: Lane): Standing | undefined {
    for (const standing of lane.queues.starts) {
      if (now() - lane.crowdedAt > CROWD_MS) return standing;
      reckon(lane);
      if (lane.patience >= 1) return standing;
      outOfQueue(standing);
      pause(standing);
    }
    return undefined;
  }

  function outOfQueue(standing: Standing): void {
    if (standing.lane.queues[standing.queue].delete(standing)) standing.lane.queuedMs -= standing.arrival.workMs;
  }

  function enter(standing: Standing): void {
    const { lane, network, arrival } = standing;
    outOfQueue(standing);
    lane.savedNowMs -= arrival.workMs;
    serves += 1;
    lane.servedAt = serves;
    network.inside[standing.queue] += 1;
    standing.phase = "inside";
    standing.since = now();
    insiders[standing.queue].add(standing);
    arrival.enter(standing.visit);
  }

  function pause(standing: Standing): void {
    if (paused.size >= PAUSED_IN_ALL) {
      refuse(standing, true);
      return;
    }
    standing.phase = "paused";
    standing.since = now();
    paused.add(standing);
  }

  function refuse(standing: Standing, isTooMany: boolean): void {
    leave(standing);
    standing.arrival.refuse(isTooMany);
  }

  function leave(standing: Standing): void {
    const { phase, lane } = standing;
    if (phase === "over") return;
    paused.delete(standing);
    outOfQueue(standing);
    standing.phase = "over";
    lane.atOnce -= 1;
    lane.seenAt = now();
    if (phase === "inside") giveAwayInTurn(standing);
  }

  function giveAwayInTurn(left: Standing): void {
    free.push(left);
    if (free.length > 1) return;
    inTurn(() => {
      for (const standing of free.splice(0)) releasePlace(standing);
      admitOthers();
    });
  }

  function releasePlace(standing: Standing): void {
    if (insiders[standing.queue].delete(standing)) standing.network.inside[standing.queue] -= 1;
  }

  /** Gives free places to the networks that wait, one after the other. */
  function admitOthers(): void {
    for (const network of [...waiting]) {
      if (isFull()) return;
      const served = serves;
      admit(network);
      if (serves === served || !waiting.has(network)) continue;
      waiting.delete(network);
      waiting.add(network);
    }
  }

  function tick(): void {
    for (const queue of ["starts", "others"] as const) {
      for (const standing of insiders[queue]) {
        if (now() - standing.since < INSIDE_MS[queue]) break;
        if (standing.phase === "over") continue;
        releasePlace(standing);
        standing.phase = "overdue";
        if (standing.arrival.isGone()) leave(standing);
      }
    }
    for (const standing of paused) {
      if (now() - standing.since < REFUSED_AFTER_MS) break;
      refuse(standing, false);
    }
    admitOthers();
  }

  function sweep(): void {
    sweptAt = now();
    const isIdle = ({ atOnce, seenAt }: Lane) => atOnce === 0 && now() - seenAt > FORGET_AFTER_MS;
    for (const [name, { strangers, visitors }] of networks) {
      for (const [id, lane] of visitors) if (isIdle(lane)) visitors.delete(id);
      if (visitors.size === 0 && isIdle(strangers)) networks.delete(name);
    }
  }

  return { arrive, tick, isBusy: () => waiting.size + insiders.starts.size + insiders.others.size + paused.size > 0 };
}
