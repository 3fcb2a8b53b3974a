/**
 * What MDN's HTTP Observatory gives a response: `SCORE_TABLE` in src/grader/charts.js, src/scanner/index.js and the
 * tests in src/analyzer/tests of mdn/mdn-http-observatory, algorithm 4 with COOP and COEP (main of 20 August 2026), for
 * a site that is served by https, redirects http to it, and is on no preload list. 100 and what is added or taken away;
 * what is added counts only from 90 on. Redirection and CORS are the proxy's and ours to leave out: both give 0.
 */
export function observatoryScore(response: Response): { score: number; verdicts: Record<string, number> } {
  const header = (name: string) => response.headers.get(name)?.trim();
  const policy = parsePolicy(header("content-security-policy"));
  const verdicts = {
    "content-security-policy": scorePolicy(policy),
    cookies: scoreCookies(response.headers.getSetCookie()),
    "cross-origin-resource-sharing": header("access-control-allow-origin") === undefined ? 0 : -50,
    "referrer-policy": scoreReferrer(header("referrer-policy")),
    "strict-transport-security": scoreTransport(header("strict-transport-security")),
    "x-content-type-options": header("x-content-type-options")?.toLowerCase() === "nosniff" ? 0 : -5,
    "x-frame-options": policy?.has("frame-ancestors") ? 5 : -20,
    "cross-origin-resource-policy": oneOf(header("cross-origin-resource-policy"), ["same-origin", "same-site"])
      ? 10
      : 0,
    "cross-origin-embedder-policy": oneOf(header("cross-origin-embedder-policy"), ["require-corp", "credentialless"])
      ? 10
      : 0,
    "cross-origin-opener-policy": oneOf(header("cross-origin-opener-policy"), [
      "same-origin",
      "same-origin-allow-popups",
    ])
      ? 10
      : 0,
  };
  const all = Object.values(verdicts);
  const uncurved = 100 + sum(all.filter((verdict) => verdict < 0));
  return { score: uncurved < 90 ? uncurved : 100 + sum(all), verdicts };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function oneOf(value: string | undefined, choices: readonly string[]): boolean {
  return choices.includes(value?.toLowerCase() ?? "");
}

type Policy = ReadonlyMap<string, ReadonlySet<string>>;

function parsePolicy(header: string | undefined): Policy | undefined {
  if (header === undefined) return undefined;
  const policy = new Map<string, Set<string>>();
  for (const directive of header.split(";")) {
    const [name = "", ...sources] = directive.trim().split(/\s+/);
    if (name !== "" && !policy.has(name)) policy.set(name, new Set(sources));
  }
  return policy;
}

const BROAD = ["ftp:", "http:", "https:", "*", "http://*", "http://*.*", "https://*", "https://*.*"];
const INLINE = ["'unsafe-inline'", "data:"];

/** csp.js, in its order: the first fault found decides. */
function scorePolicy(policy: Policy | undefined): number {
  if (policy === undefined) return -25;
  const sources = (name: string) => [...(policy.get(name) ?? policy.get("default-src") ?? ["*"])];
  const scripts = trustedBy(sources("script-src"));
  const styles = withoutInline(sources("style-src"));
  if (scripts === undefined) return -25;
  if (scripts.some((one) => [...BROAD, ...INLINE].includes(one))) return -20;
  if (sources("object-src").some((one) => BROAD.includes(one))) return -20;
  const everywhere = [...policy.values()].flatMap((set) => [...set]);
  if (everywhere.some((one) => one.startsWith("http:") || one.startsWith("ftp:"))) return -20;
  if ([...scripts, ...styles].includes("'unsafe-eval'")) return -10;
  if (styles.some((one) => [...BROAD, ...INLINE].includes(one))) return 0;
  const fallback = policy.get("default-src");
  return fallback?.size === 1 && fallback.has("'none'") ? 10 : 5;
}

const isNonceOrHash = (source: string) => /^'(sha(256|384|512)|nonce)-/.test(source);

function withoutInline(sources: readonly string[]): readonly string[] {
  return sources.some(isNonceOrHash) ? sources.filter((one) => one !== "'unsafe-inline'") : sources;
}

/** With 'strict-dynamic' only nonces and hashes count; without any of these it is invalid. */
function trustedBy(scripts: readonly string[]): readonly string[] | undefined {
  if (!scripts.includes("'strict-dynamic'")) return withoutInline(scripts);
  if (!scripts.some(isNonceOrHash)) return undefined;
  return scripts.filter(
    (one) => one !== "'self'" && one !== "'unsafe-inline'" && !BROAD.some((broad) => one.startsWith(broad)),
  );
}

function scoreCookies(cookies: readonly string[]): number {
  if (cookies.length === 0) return 0;
  const has = (cookie: string, attribute: string) => new RegExp(`;\\s*${attribute}(;|$)`, "i").test(cookie);
  if (cookies.some((cookie) => !has(cookie, "Secure"))) return -20;
  if (cookies.some((cookie) => !has(cookie, "HttpOnly"))) return -30;
  return cookies.every((cookie) => has(cookie, "SameSite=(Lax|Strict)")) ? 5 : 0;
}

function scoreReferrer(value: string | undefined): number {
  if (value === undefined) return 0;
  const isPrivate = ["no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"].includes(value);
  return isPrivate ? 5 : -5;
}

const SIX_MONTHS_SECONDS = 15_552_000;

function scoreTransport(value: string | undefined): number {
  if (value === undefined) return -20;
  const seconds = Number(/max-age=(\d+)/i.exec(value)?.[1] ?? Number.NaN);
  if (Number.isNaN(seconds)) return -20;
  return seconds >= SIX_MONTHS_SECONDS ? 0 : -10;
}
