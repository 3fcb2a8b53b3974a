import { scrape } from "@/lib/server/operating/scrape";

export const dynamic = "force-dynamic";

/** What this process has counted, for Prometheus; only with `METRICS_TOKEN`. */
export function GET(request: Request): Promise<Response> {
  return scrape(request.headers.get("authorization"));
}
