import { answer, type Scenario } from "../upstream/scenario";
import { startUpstream } from "../upstream/server";
import type { Call, FromModel, ToModel } from "./remote-model";

/** The fake Messages API in a process of its own; its parent says how each question is answered. */
const REPORT_WITHIN_MS = 20_000;

type Planned = { scenarios: readonly Scenario[]; from: number };

const upstream = await startUpstream();
const planned = new Map<string, Planned>();

upstream.script((record) => {
  const name = questionName(JSON.stringify((record.body as { messages: unknown[] }).messages.at(-1)));
  const plan = planned.get(name);
  if (plan === undefined) return answer("Nobody planned this.");
  plan.from += 1;
  return plan.scenarios[plan.from - 1] ?? plan.scenarios.at(-1) ?? answer("");
});

function questionName(text: string): string {
  return /\[turn ([\w-]+)\]/.exec(text)?.[1] ?? "";
}

function callsOf(name: string) {
  return upstream.requests.filter((record) => JSON.stringify(record.body).includes(name) && isAbout(record.body, name));
}

function isAbout(body: unknown, name: string): boolean {
  return questionName(JSON.stringify((body as { messages: unknown[] }).messages.at(-1))) === name;
}

/** Waits until the sockets of that answer are closed, tells what was sent over them, and forgets them. */
async function report(name: string): Promise<Call[]> {
  const deadline = Date.now() + REPORT_WITHIN_MS;
  while (callsOf(name).some(({ closed }) => closed === null) && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const calls = callsOf(name);
  for (const call of calls) upstream.requests.splice(upstream.requests.indexOf(call), 1);
  planned.delete(name);
  return calls.map(({ flushedText, closed }) => ({ flushedText, closed }));
}

function tell(message: FromModel): void {
  process.send?.(message);
}

process.on("message", async (message: ToModel) => {
  switch (message.type) {
    case "plan":
      planned.set(message.name, { scenarios: message.scenarios, from: 0 });
      return tell({ type: "planned", name: message.name });
    case "report":
      return tell({ type: "report", name: message.name, calls: await report(message.name) });
    case "count_open":
      return tell({ type: "open", name: "", count: upstream.requests.filter(({ closed }) => closed === null).length });
  }
});
process.on("disconnect", () => process.exit(0));
tell({ type: "listening", name: "", url: upstream.url });
