import { environment } from "../env";

/** Walls of every response there is: page, file, call of the API, and what Next answers by itself. */
export function fixedWalls(): Record<string, string> {
  const isBehindHttps = environment().appOrigin?.startsWith("https://") ?? false;
  return {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    ...(isBehindHttps ? { "strict-transport-security": "max-age=63072000; includeSubDomains" } : {}),
  };
}

/** The policy of what is no page: opened as one, it runs nothing and shows nothing. */
export const POLICY_OF_DATA = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** Walls of a page. `nonce` is new for each. Scored by tests/process/walls.test.ts. */
export function pageWalls(nonce: string) {
  return { ...fixedWalls(), "content-security-policy": policyOfPage(nonce) };
}

function policyOfPage(nonce: string): string {
  // The development server compiles with eval and styles without a nonce.
  const isDevelopment = process.env.NODE_ENV === "development";
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'${isDevelopment ? " 'unsafe-eval'" : ""}`,
    `style-src 'self' ${isDevelopment ? "'unsafe-inline'" : `'nonce-${nonce}'`}`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "media-src 'self'",
    "frame-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join("; ");
}
