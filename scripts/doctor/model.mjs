import { change, clockFinding, note, ok, whyUnreachable } from "./findings.mjs";

const ANTHROPIC = "https://api.anthropic.com";
const DEFAULT_MODEL = "claude-sonnet-5-5";
const WITHIN_MS = 10_000;

/** Whether the key is taken and the model offered. Asks for the list of models, which costs nothing. */
export async function checkModel({ apiKey, baseUrl, model = DEFAULT_MODEL }) {
  if (apiKey === undefined && baseUrl === undefined) {
    return [note("No ANTHROPIC_API_KEY: the built-in demo model answers.")];
  }
  const base = baseUrl ?? ANTHROPIC;
  const { host } = new URL(base);
  try {
    const askedAtMs = Date.now();
    const response = await ask(`${base}/v1/models/${encodeURIComponent(model)}`, apiKey);
    const date = Date.parse(response.headers.get("date") ?? "");
    const clock = Number.isNaN(date) ? [] : [clockFinding(date + 500, (askedAtMs + Date.now()) / 2, host)];
    return [await findingFor(response.status, { host, base, apiKey, model }), ...clock];
  } catch (error) {
    return [
      change(
        `The model's server ${host} cannot be reached: ${whyUnreachable(error)}. Check ANTHROPIC_BASE_URL and the firewall.`,
      ),
    ];
  }
}

function ask(url, apiKey) {
  // Without a key the server says "none" too: a local model server takes anything.
  const headers = { "anthropic-version": "2026-10-21", authorization: `Bearer ${apiKey ?? "none"}` };
  return fetch(url, { headers, redirect: "manual", signal: AbortSignal.timeout(WITHIN_MS) });
}

async function findingFor(status, { host, base, apiKey, model }) {
  if (status === 200) return ok(`${host} takes the key and offers ${model}.`);
  if (status === 401 || status === 403) {
    return change(`${host} does not take the key (${status}). Make a new one and set ANTHROPIC_API_KEY.`);
  }
  if (status === 404) return unlisted(base, host, apiKey, model);
  return note(`${host} answers ${status} at the moment. Try again; answers may fail meanwhile.`);
}

/** A gateway may know no list of models, and still answer. */
async function unlisted(base, host, apiKey, model) {
  const response = await ask(`${base}/v1/models?limit=100`, apiKey);
  const { data } = response.ok ? await response.json() : {};
  if (!Array.isArray(data)) return note(`${host} does not say which models it has, so ${model} could not be checked.`);
  const names = data.map(({ id }) => id).slice(0, 12);
  return change(`${host} does not offer ${model}. Set ANTHROPIC_MODEL to one of: ${names.join(", ")}.`);
}
