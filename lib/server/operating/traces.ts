import { type Attributes, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { Sampler } from "@opentelemetry/sdk-trace-node";
import type { Outcome } from "@/lib/chat/message";
import { environment } from "../env";
import { processWide } from "../process-wide";
import { errorFields, log } from "./log";

const FLUSH_WITHIN_MS = 1_000;

/** Sends spans to `OTEL_EXPORTER_OTLP_ENDPOINT`; without it nothing is loaded and every span costs nothing. */
export async function startTracing(): Promise<void> {
  if (environment().otlpEndpoint === undefined) return;
  const [
    { BatchSpanProcessor, NodeTracerProvider, SamplingDecision },
    { OTLPTraceExporter },
    { resourceFromAttributes },
  ] = await Promise.all([
    import("@opentelemetry/sdk-trace-node"),
    import("@opentelemetry/exporter-trace-otlp-http"),
    import("@opentelemetry/resources"),
  ]);
  // Next's own spans carry the URL as it was asked for, with whatever stood in its query.
  const sampler: Sampler = {
    shouldSample: (_context, _traceId, _name, _kind, attributes) => ({
      decision: isNexts(attributes) ? SamplingDecision.NOT_RECORD : SamplingDecision.RECORD_AND_SAMPLED,
    }),
    toString: () => "all but Next's own",
  };
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ "service.name": process.env.OTEL_SERVICE_NAME ?? "platen" }),
    sampler,
    // The exporter reads the endpoint, and headers for it, from the variables that OpenTelemetry defines.
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  provider.register();
  processWide<Tracing>("tracing", () => ({})).flush = () => provider.forceFlush();
}

type Tracing = { flush?: () => Promise<void> };

function isNexts(attributes: Attributes): boolean {
  return Object.keys(attributes).some((name) => name.startsWith("next."));
}

/** Sends what has not been sent yet. Never throws, and gives up after a second. */
export async function flushTraces(): Promise<void> {
  const { flush } = processWide<Tracing>("tracing", () => ({}));
  if (flush === undefined) return;
  const timeout = new Promise<void>((resolve) => setTimeout(resolve, FLUSH_WITHIN_MS));
  await Promise.race([flush(), timeout]).catch((error: unknown) => log("warn", "traces", errorFields(error)));
}

/**
 * Runs `work` within the span of one answer, under which the SDK hangs its own. It has no parent: an answer outlives
 * the request that began it.
 */
export function traceAnswer(id: string, model: string, work: () => Promise<Outcome>): Promise<Outcome> {
  const attributes = { "gen_ai.request.model": model, "platen.generation.id": id };
  const options = { root: true, kind: SpanKind.INTERNAL, attributes };
  return trace.getTracer("platen").startActiveSpan("answer", options, async (span) => {
    try {
      const outcome = await work();
      annotate(span, outcome);
      return outcome;
    } catch (error) {
      // The error itself stays out: its message may quote what was said.
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

function annotate(span: Span, outcome: Outcome): void {
  span.setAttribute("platen.outcome", outcome.type);
  if (outcome.type === "failed") {
    span.setStatus({ code: SpanStatusCode.ERROR });
    span.setAttribute("error.type", outcome.error.code);
  }
  if (outcome.usage === undefined) return;
  span.setAttribute("gen_ai.usage.input_tokens", outcome.usage.input_tokens);
  span.setAttribute("gen_ai.usage.output_tokens", outcome.usage.output_tokens);
}
