import type { ModelInfo } from "@anthropic-ai/sdk/resources/models";

/** Three models that differ where an app may look: thinking, effort and lifecycle. */
export const MODELS: readonly ModelInfo[] = [
  model({ id: "claude-opus-5-5", display_name: "Claude Opus 5.5", line: "opus", max_tokens: 128_000 }),
  model({ id: "claude-sonnet-5-5", display_name: "Claude Sonnet 5.5", line: "sonnet", max_tokens: 64_000 }),
  model({
    id: "claude-haiku-4-5",
    display_name: "Claude Haiku 4.5",
    line: "haiku",
    max_tokens: 64_000,
    lifecycle: "deprecated",
    deprecated_at: "2026-09-01T00:00:00Z",
    retires_at: "2027-03-01T00:00:00Z",
  }),
];

function model(facts: Pick<ModelInfo, "id" | "display_name" | "line" | "max_tokens"> & Partial<ModelInfo>): ModelInfo {
  const isNewest = facts.lifecycle === undefined;
  return {
    type: "model",
    lifecycle: "active",
    created_at: "2026-08-01T00:00:00Z",
    deprecated_at: null,
    retires_at: null,
    max_input_tokens: 200_000,
    capabilities: {
      batch: supported(true),
      citations: supported(true),
      code_execution: supported(true),
      context_management: {
        ...supported(true),
        clear_thinking_20251015: supported(true),
        clear_tool_uses_20250919: supported(true),
        compact_20260112: supported(isNewest),
      },
      effort: {
        ...supported(isNewest),
        low: supported(isNewest),
        medium: supported(isNewest),
        high: supported(isNewest),
        xhigh: supported(facts.line === "opus"),
        max: supported(facts.line === "opus"),
      },
      image_input: supported(true),
      pdf_input: supported(true),
      server_tools: { ...supported(true), code_execution: supported(true), web_search: supported(true) },
      structured_outputs: supported(true),
      thinking: {
        ...supported(true),
        types: {
          adaptive: supported(isNewest),
          between_tools: supported(isNewest),
          disabled: supported(true),
          enabled: supported(!isNewest),
        },
      },
    },
    ...facts,
  };
}

function supported(isSupported: boolean): { supported: boolean } {
  return { supported: isSupported };
}
