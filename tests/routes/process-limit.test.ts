import { afterAll, beforeAll, expect, test } from "vitest";
import { answer, everyMs } from "../upstream/scenario";
import { type App, allEvents, newClient, startApp } from "./harness";

const AT_ONCE = 3;

let app: App;

beforeAll(async () => {
  app = await startApp({ MAX_STREAMS: String(AT_ONCE), MAX_STREAMS_PER_VISITOR: String(AT_ONCE) });
});

afterAll(() => app?.upstream.close());

test("a process writes so many answers at once, however many are asked for at the same moment", async () => {
  app.upstream.script(answer("Slowly. ".repeat(20), { pace: everyMs(20) }));
  const visitors = await Promise.all(Array.from({ length: 12 }, () => newClient(app)));
  const responses = await Promise.all(visitors.map(async (visitor) => (await visitor.ask("Hello")).response));
  expect(responses.filter(({ status }) => status === 503)).toHaveLength(12 - AT_ONCE);
  const begun = responses.filter(({ ok }) => ok);
  expect(begun).toHaveLength(AT_ONCE);
  await Promise.all(begun.map(allEvents));
  expect(app.upstream.requests).toHaveLength(AT_ONCE);
});
