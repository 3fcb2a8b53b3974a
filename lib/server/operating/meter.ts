import { NO_USAGE, type Outcome } from "@/lib/chat/message";
import type { ModelEvent, Try } from "../model";
import { processWide } from "../process-wide";
import type { LogFields } from "./log";
import { metrics } from "./metrics";

/** What is measured of one answer while the model writes it. */
export type Meter = {
  onTry(tried: Try): void;
  /** Called for every event, so it does next to nothing. */
  saw(event: ModelEvent): void;
  /** Counts the end. */
  end(outcome: Outcome): void;
  /** What the log says of an answer that ended so. */
  report(outcome: Outcome): LogFields;
};

const meters = () => processWide("meters", () => new Map<string, Meter>());

/** The meter of an answer under way in this process. */
export function meterOf(id: string): Meter | undefined {
  return meters().get(id);
}

/** A meter for answer `id`, to be found until its end. */
export function openMeter(id: string, model: string): Meter {
  const begunAt = performance.now();
  let firstAt: number | undefined;
  let tries = 0;
  let upstreamRequestId: string | undefined;

  const meter: Meter = {
    onTry({ status, requestId }) {
      tries += 1;
      upstreamRequestId = requestId ?? upstreamRequestId;
      metrics().upstream.inc({ status });
    },
    saw({ type }) {
      if (firstAt !== undefined || type !== "content_block_delta") return;
      firstAt = performance.now();
      metrics().firstToken.observe((firstAt - begunAt) / 1000);
    },
    end(outcome) {
      meters().delete(id);
      const { input_tokens, output_tokens } = outcome.usage ?? NO_USAGE;
      metrics().tokens.inc({ kind: "input" }, input_tokens);
      metrics().tokens.inc({ kind: "output" }, output_tokens);
      const seconds = (performance.now() - (firstAt ?? Number.NaN)) / 1000;
      if (output_tokens > 0 && seconds > 0) metrics().tokenRate.observe(output_tokens / seconds);
    },
    report(outcome) {
      const { input_tokens, output_tokens } = outcome.usage ?? NO_USAGE;
      return {
        model,
        outcome: outcome.type,
        ...(outcome.type === "failed" ? { failure: outcome.error.code } : {}),
        inputTokens: input_tokens,
        outputTokens: output_tokens,
        tries,
        ...(upstreamRequestId === undefined ? {} : { upstreamRequestId }),
      };
    },
  };
  meters().set(id, meter);
  return meter;
}
