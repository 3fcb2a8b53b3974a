import { endOfAnswer } from "@/lib/chat/conversation";
import { type GenerationEvent, mergeDeltas, NO_USAGE, type Outcome } from "@/lib/chat/message";
import { type Interruption, metrics } from "../operating/metrics";
import type { EventRow } from "../store/event-log";
import type { Settlement } from "../store/generation-log";
import type { Committable, Committer } from "./committer";
import type { LogSource } from "./event-stream";
import { FrameLog, type Logged } from "./frame-log";

type End = { outcome: Outcome; shown: number };

export type RunningGeneration = LogSource & {
  readonly id: string;
  readonly visitorId: string;
  readonly conversationId: string;
  /** Aborted when the answer is to end before the model has finished: the model's socket closes with it. */
  readonly signal: AbortSignal;
  /** Logs `event`, unless the answer was told to end. */
  add(event: GenerationEvent): void;
  /** Logs the end; the promise resolves when it is on the disk. */
  end(outcome: Outcome): Promise<Outcome>;
  /** Ends the answer because the reader said so, cut to `shown`. However often: the same outcome. */
  stop(shown: number): Promise<Outcome>;
  /** Ends an answer that was stopped before it was asked for. */
  stopBeforeStart(): Promise<Outcome>;
  /** Ends the answer as interrupted: its conversation is deleted, or the server goes down. */
  interrupt(cause: Interruption): Promise<Outcome>;
  /** How it ended, once that is on the disk. Rejects when the log fails. */
  readonly settled: Promise<Outcome>;
};

type Place = {
  id: string;
  visitorId: string;
  conversationId: string;
  /** How long the answer goes on when nobody reads it. */
  unattendedMs: number;
  /** Whether somebody reads it through another instance. */
  isReadElsewhere(): Promise<boolean>;
};

/**
 * The log of one answer under way: what arrives is merged, numbered and committed with that of all other answers, and
 * only then shown to followers. `onSettled` runs once, after the end is on the disk or the log has failed.
 */
export function createRunningGeneration(place: Place, committer: Committer, onSettled: () => void): RunningGeneration {
  const startedAt = Date.now();
  const controller = new AbortController();
  /** What is committed, ready to be sent. */
  let log = new FrameLog();
  let pending: GenerationEvent[] = [];
  let committing: Logged[] = [];
  /** The whole log, as the end leaves it once that is on the disk. */
  let whole: Logged[] | undefined;
  let end: End | undefined;
  let stopShown: number | undefined;
  let cause: Interruption = "model";
  let isBroken = false;
  let unattended: NodeJS.Timeout | undefined;
  const followers = new Set<() => void>();
  const settled = deferred<Outcome>();
  // Nobody may be waiting for the end; a failed commit is reported where it happens.
  settled.promise.catch(() => {});

  const committable: Committable = {
    take() {
      if (end !== undefined) return takeEnd(end);
      committing = pending.map(logged);
      pending = [];
      return { events: rowsOf(committing, log.length) };
    },
    committed() {
      const before = log.length;
      if (whole !== undefined) log = new FrameLog();
      for (const event of whole ?? committing) log.push(event);
      committing = [];
      metrics().events.inc(Math.max(0, log.length - before));
      wake();
      if (end === undefined || log.lastType !== "generation_end") return;
      finish();
      metrics().answers.inc({ outcome: end.outcome.type });
      if (end.outcome.type === "interrupted") metrics().interrupted.inc({ cause });
      settled.resolve(end.outcome);
    },
    failed(error) {
      isBroken = true;
      metrics().interrupted.inc({ cause: "store" });
      controller.abort();
      wake();
      finish();
      settled.reject(error);
    },
  };

  /** What is written already keeps its number, so the cut leaves no hole where somebody has read on. */
  function takeEnd({ outcome, shown }: End): { events: EventRow[]; settlement: Settlement } {
    const written = log.all();
    const all = [...written.map(({ data }) => JSON.parse(data) as GenerationEvent), ...pending];
    const { log: ended, content } = endOfAnswer(all, shown, outcome);
    whole = ended.map((event, index) => ({ ...logged(event), atMs: written[index]?.atMs ?? sinceStartMs() }));
    pending = [];
    return { events: [], settlement: { id: place.id, content, outcome, log: rowsOf(whole, 0) } };
  }

  function logged(event: GenerationEvent): Logged {
    return { type: event.type, data: JSON.stringify(event), atMs: sinceStartMs() };
  }

  function sinceStartMs(): number {
    // A clock may be set back.
    return Math.max(0, Date.now() - startedAt);
  }

  function rowsOf(events: readonly Logged[], after: number): EventRow[] {
    return events.map(({ data, atMs }, index) => ({
      generation_id: place.id,
      n: after + index + 1,
      at_ms: atMs,
      data,
    }));
  }

  function wake(): void {
    for (const follower of followers) follower();
  }

  function finish(): void {
    clearTimeout(unattended);
    onSettled();
  }

  function endWith(outcome: Outcome): Promise<Outcome> {
    if (end === undefined && !isBroken) {
      end = { outcome: whyEnded(outcome), shown: stopShown ?? Infinity };
      committer.schedule(committable);
    }
    return settled.promise;
  }

  /** An aborted model reports "stopped"; only the reader's Stop is one. */
  function whyEnded(outcome: Outcome): Outcome {
    if (!controller.signal.aborted || outcome.type === "failed") return outcome;
    const usage = outcome.usage;
    if (stopShown !== undefined) {
      return { type: "stopped", usage: usage ?? NO_USAGE };
    }
    return usage === undefined ? { type: "interrupted" } : { type: "interrupted", usage };
  }

  function abort(why: Interruption): void {
    if (!controller.signal.aborted) cause = why;
    controller.abort();
  }

  function watchForReaders(): void {
    clearTimeout(unattended);
    if (followers.size > 0 || end !== undefined || isBroken) return;
    unattended = setTimeout(() => void endIfUnread(), place.unattendedMs);
  }

  async function endIfUnread(): Promise<void> {
    // When the store cannot tell, nobody can read through it either.
    const isRead = await place.isReadElsewhere().catch(() => false);
    if (followers.size > 0) return;
    if (isRead) watchForReaders();
    else abort("unattended");
  }

  watchForReaders();

  return {
    id: place.id,
    visitorId: place.visitorId,
    conversationId: place.conversationId,
    signal: controller.signal,
    add(event) {
      if (end !== undefined || controller.signal.aborted) return;
      const last = pending.at(-1);
      const merged = last && mergeDeltas(last, event);
      if (merged === undefined) pending.push(event);
      else pending[pending.length - 1] = merged;
      committer.schedule(committable);
    },
    end: endWith,
    stop(shown) {
      if (end === undefined && !controller.signal.aborted) stopShown = shown;
      controller.abort();
      return settled.promise;
    },
    stopBeforeStart() {
      return endWith({ type: "stopped", usage: NO_USAGE });
    },
    interrupt(why) {
      abort(why);
      return settled.promise;
    },
    settled: settled.promise,
    read(after, maximumLength) {
      const { bytes, last } = log.framesAfter(after, maximumLength);
      const isEnd = isBroken || (last >= log.length && log.lastType === "generation_end");
      return { bytes, last, isEnd };
    },
    attend(wakeFollower) {
      followers.add(wakeFollower);
      watchForReaders();
      return () => {
        followers.delete(wakeFollower);
        watchForReaders();
      };
    },
  };
}

/** `Promise.withResolvers`, which Node 20 does not have. */
function deferred<Value>() {
  let resolve: (value: Value) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<Value>((settle, fail) => {
    resolve = settle;
    reject = fail;
  });
  return { promise, resolve, reject };
}
