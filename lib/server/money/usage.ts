import type { Usage } from "@/lib/chat/message";

/** The counters we keep, as any event may carry or leave out. */
type Counters = { [Counter in Exclude<keyof Usage, "server_tool_use">]?: number | null } & {
  server_tool_use?: Usage["server_tool_use"] | null;
};

/** The counters that are there; those of `message_delta` are cumulative, so they replace the ones before. */
export function usageOf(usage: Counters | undefined, before?: Usage): Usage {
  const counted: Usage = {
    input_tokens: usage?.input_tokens ?? before?.input_tokens ?? 0,
    output_tokens: usage?.output_tokens ?? before?.output_tokens ?? 0,
  };
  const written = usage?.cache_creation_input_tokens ?? before?.cache_creation_input_tokens;
  const cached = usage?.cache_read_input_tokens ?? before?.cache_read_input_tokens;
  if (typeof written === "number") counted.cache_creation_input_tokens = written;
  if (typeof cached === "number") counted.cache_read_input_tokens = cached;
  const searches = (usage?.server_tool_use ?? before?.server_tool_use)?.web_search_requests ?? 0;
  if (searches > 0) counted.server_tool_use = { web_search_requests: searches };
  return counted;
}

/** The counters of both together. */
export function addUsage(left: Usage, right: Usage): Usage {
  return usageOf({
    input_tokens: left.input_tokens + right.input_tokens,
    output_tokens: left.output_tokens + right.output_tokens,
    cache_creation_input_tokens: addCounts(left.cache_creation_input_tokens, right.cache_creation_input_tokens),
    cache_read_input_tokens: addCounts(left.cache_read_input_tokens, right.cache_read_input_tokens),
    server_tool_use: {
      web_search_requests:
        (left.server_tool_use?.web_search_requests ?? 0) + (right.server_tool_use?.web_search_requests ?? 0),
    },
  });
}

function addCounts(left: number | undefined, right: number | undefined): number | null {
  return left === undefined && right === undefined ? null : (left ?? 0) + (right ?? 0);
}
