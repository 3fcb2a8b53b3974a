// The frame is of no origin, so that a diagram reaches nothing of ours; and nothing else, by its policy.
const HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-scripts",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cache-control": "public, max-age=3600",
};

const PAGE =
  '<!doctype html><html lang="en"><meta charset="utf-8"><title>Diagram</title><style>html,body{margin:0;background:transparent;overflow:auto}svg{display:block;max-width:none}</style><body><script src="/diagram/script"></script></body></html>';

export const dynamic = "force-static";

/** The frame in which diagrams are drawn (components/markdown/diagram.ts). */
export function GET(): Response {
  return new Response(PAGE, { headers: HEADERS });
}
