import { settledContent } from "@/lib/chat/conversation";
import {
  applyEvent,
  type ContentBlock,
  cutEvents,
  type GenerationEvent,
  mergeDeltas,
  type Outcome,
} from "@/lib/chat/message";
import type { Committable, Committer } from "./committer";
import { frameOf, type LogSource } from "./event-stream";
import type { EventRow, Settlement } from "./store/generation-log";

/** An event that is on the disk, ready to be sent. */
type Logged = { event: GenerationEvent; frame: string };

type End = { outcome: Outcome; shown: number };

export type RunningGeneration = LogSource & {
  readonly id: string;
  readonly visitorId: string;
  readonly conversationId: string;
  /** Aborted when the answer is to end before the model has finished: the model's socket closes with it. */
  readonly signal: AbortSignal;
  /** Logs `event`, unless the answer was told to end. */
  add(event: GenerationEvent): void;
  /** Logs the end. `shown` cuts the text; the promise resolves when it is on the disk. */
  end(outcome: Outcome): Promise<Outcome>;
  /** Ends the answer because the reader said so, cut to `shown`. However often: the same outcome. */
  stop(shown: number): Promise<Outcome>;
  /** Ends an answer that was stopped before it was asked for. */
  stopBeforeStart(): Promise<Outcome>;
  /** Ends the answer as interrupted: nobody reads it, or the server goes down. */
  interrupt(): Promise<Outcome>;
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
  const log: Logged[] = [];
  let pending: GenerationEvent[] = [];
  let committing: Logged[] = [];
  let end: End | undefined;
  let stopShown: number | undefined;
  let isBroken = false;
  let followers = 0;
  let unattended: NodeJS.Timeout | undefined;
  let change = deferred<void>();
  const settled = deferred<Outcome>();
  // Nobody may be waiting for the end; a failed commit is reported where it happens.
  settled.promise.catch(() => {});

  const committable: Committable = {
    take() {
      if (end !== undefined) return takeEnd(end);
      committing = pending.map((event, index) => ({ event, frame: frameOf(log.length + index + 1, event) }));
      pending = [];
      return { events: committing.map(rowAt(log.length)) };
    },
    committed() {
      log.push(...committing);
      committing = [];
      wake();
      if (end === undefined || log.at(-1)?.event.type !== "generation_end") return;
      finish();
      settled.resolve(end.outcome);
    },
    failed(error) {
      isBroken = true;
      controller.abort();
      wake();
      finish();
      settled.reject(error);
    },
  };

  function takeEnd({ outcome, shown }: End): { events: EventRow[]; settlement: Settlement } {
    const all = [...log.map(({ event }) => event), ...pending];
    const kept = cutEvents(all, shown);
    const logged = log.length;
    const rewritten: EventRow[] = [];
    for (let index = 0; index < logged; index++) {
      const event = kept[index];
      if (event === undefined || event === all[index]) continue;
      const replaced = { event, frame: frameOf(index + 1, event) };
      log[index] = replaced;
      rewritten.push(rowAt(0)(replaced, index));
    }
    const last: GenerationEvent = { type: "generation_end", outcome };
    committing = [...kept.slice(logged), last].map((event, index) => ({
      event,
      frame: frameOf(logged + index + 1, event),
    }));
    pending = [];
    let content: readonly ContentBlock[] = [];
    for (const event of kept) content = applyEvent(content, event);
    return {
      events: committing.map(rowAt(logged)),
      settlement: { id: place.id, content: settledContent(content), outcome, rewritten },
    };
  }

  function rowAt(logged: number) {
    const at_ms = Date.now() - startedAt;
    return ({ event }: Logged, index: number): EventRow => ({
      generation_id: place.id,
      n: logged + index + 1,
      data: JSON.stringify(event),
      at_ms,
    });
  }

  function wake(): void {
    change.resolve();
    change = deferred();
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
      return { type: "stopped", usage: usage ?? { input_tokens: 0, output_tokens: 0 } };
    }
    return usage === undefined ? { type: "interrupted" } : { type: "interrupted", usage };
  }

  function watchForReaders(): void {
    clearTimeout(unattended);
    if (followers > 0 || end !== undefined || isBroken) return;
    unattended = setTimeout(() => void endIfUnread(), place.unattendedMs);
  }

  async function endIfUnread(): Promise<void> {
    // When the store cannot tell, nobody can read through it either.
    const isRead = await place.isReadElsewhere().catch(() => false);
    if (followers > 0) return;
    if (isRead) watchForReaders();
    else controller.abort();
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
      return endWith({ type: "stopped", usage: { input_tokens: 0, output_tokens: 0 } });
    },
    interrupt() {
      controller.abort();
      return settled.promise;
    },
    async read(after, maximumLength) {
      const frames: string[] = [];
      let length = 0;
      let next = after;
      for (let logged = log[next]; logged !== undefined && length < maximumLength; logged = log[next]) {
        frames.push(logged.frame);
        length += logged.frame.length;
        next += 1;
      }
      const isEnd = isBroken || (next === log.length && log.at(-1)?.event.type === "generation_end");
      return { text: frames.join(""), last: next, isEnd };
    },
    changed: () => change.promise,
    attend() {
      followers += 1;
      watchForReaders();
    },
    leave() {
      followers -= 1;
      watchForReaders();
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
