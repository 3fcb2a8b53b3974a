import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { environment } from "../env";
import { processWide } from "../process-wide";

/** Why an answer ended before the model had finished, other than by the reader's Stop. */
export type Interruption = "model" | "unattended" | "draining" | "deleted" | "store" | "instance_lost";

const SECONDS = [0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64];
const SHORT_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const TOKENS_PER_SECOND = [5, 10, 20, 30, 40, 60, 80, 120, 160, 240, 480];

/**
 * What this process counts, made once: Next bundles modules per route. No label has values that a visitor could choose,
 * so the number of series has a bound.
 */
export function metrics() {
  return processWide("metrics", make);
}

function make() {
  const registry = new Registry();
  const registers = [registry];
  // It watches the event loop and the garbage collector, which is only worth while where somebody looks.
  if (environment().metricsToken !== undefined) collectDefaultMetrics({ register: registry });
  return {
    registry,
    running: new Gauge({
      name: "platen_answers_running",
      help: "Answers under way in this process.",
      registers,
    }),
    followers: new Gauge({
      name: "platen_followers",
      help: "Open event streams of this process.",
      registers,
    }),
    answers: new Counter({
      name: "platen_answers_total",
      help: "Answers that have ended, by outcome.",
      labelNames: ["outcome"],
      registers,
    }),
    interrupted: new Counter({
      name: "platen_answers_interrupted_total",
      help: "Answers that were interrupted, by cause.",
      labelNames: ["cause"],
      registers,
    }),
    spent: new Gauge({
      name: "platen_spent_micro_usd",
      help: "Spent today (UTC) by all instances, in millionths of a dollar.",
      labelNames: ["model"],
      registers,
    }),
    held: new Gauge({
      name: "platen_held_micro_usd",
      help: "Set aside today (UTC) for answers under way on all instances, in millionths of a dollar.",
      labelNames: ["model"],
      registers,
    }),
    resumed: new Counter({
      name: "platen_streams_resumed_total",
      help: "Streams that went on after an event the reader already had.",
      registers,
    }),
    firstToken: new Histogram({
      name: "platen_time_to_first_token_seconds",
      help: "From the call of the model to the first delta, tries that failed included.",
      buckets: SECONDS,
      registers,
    }),
    tokenRate: new Histogram({
      name: "platen_output_tokens_per_second",
      help: "Of each answer, from its first delta to its last.",
      buckets: TOKENS_PER_SECOND,
      registers,
    }),
    tokens: new Counter({
      name: "platen_tokens_total",
      help: "Tokens the model reported, or for an answer that was cut, our estimate.",
      labelNames: ["kind"],
      registers,
    }),
    stopSeconds: new Histogram({
      name: "platen_stop_seconds",
      help: "From DELETE to the model's socket closed and the end on the disk.",
      buckets: SHORT_SECONDS,
      registers,
    }),
    upstream: new Counter({
      name: "platen_upstream_responses_total",
      help: "Tries at the model by HTTP status, or none when no answer came, stalled or broken when it did not end.",
      labelNames: ["status"],
      registers,
    }),
    refusals: new Counter({
      name: "platen_refusals_total",
      help: "Requests refused before anything was asked of the model, by code.",
      labelNames: ["code"],
      registers,
    }),
    commitSeconds: new Histogram({
      name: "platen_commit_seconds",
      help: "A commit of events, of all answers of a tick together.",
      buckets: SHORT_SECONDS,
      registers,
    }),
    events: new Counter({
      name: "platen_events_committed_total",
      help: "Events written to the log.",
      registers,
    }),
    requests: new Counter({
      name: "platen_http_requests_total",
      help: "Requests answered, by route, method and status.",
      labelNames: ["route", "method", "status"],
      registers,
    }),
  };
}
