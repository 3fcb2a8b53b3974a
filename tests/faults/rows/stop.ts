import { textOf } from "@/lib/chat/message";
import { slowHeaders, stallAfter } from "../../upstream/faults";
import { answer, neverAnswer } from "../../upstream/scenario";
import { check, Violation } from "../checker";
import { eventually, type Turn } from "../model";
import { type Person, sleep, View } from "../person";
import { longAnswer, PROSE, type Row, SEVERAL, slowAnswer } from "../row";
import type { World } from "../world";

const shownIn = (view: View) => textOf(view.content).length;
const hasWords = (length: number) => (view: View) => shownIn(view) >= length;

/** Asks, waits for the first words and presses Stop at what is shown then. */
async function stopInTheMiddle(world: World, press: (person: Person, turn: Turn, shown: number) => Promise<unknown>) {
  const person = await world.person();
  const turn = world.model.turn([longAnswer()]);
  const view = new View();
  const asked = person.ask(turn.ids, turn.question, { view, instance: 0 });
  await view.until(hasWords(60));
  const shown = shownIn(view);
  await press(person, turn, shown);
  await asked;
  await check(world, person, turn, [view], { outcomes: ["stopped"], text: { shown }, calls: 1 });
}

async function mustStop(answered: Promise<{ status: number; body: { outcome: { type: string } } }>): Promise<void> {
  const { status, body } = await answered;
  if (status !== 200 || body.outcome.type !== "stopped") throw new Violation(`Stop: ${status} ${JSON.stringify(body)}`);
}

export const STOP_ROWS: readonly Row[] = [
  {
    row: 1,
    name: "Stop at 0 ms, beside the PUT",
    async run(world) {
      const person = await world.person();
      const turn = world.model.turn([longAnswer()]);
      const view = new View();
      const asked = person.ask(turn.ids, turn.question, { view });
      await Promise.all([asked, mustStop(person.stop(turn.ids.id, 0))]);
      await check(world, person, turn, [view], { outcomes: ["stopped"], text: { shown: 0 } });
    },
  },
  {
    row: 1,
    name: "Stop before the PUT arrives",
    async run(world) {
      const person = await world.person();
      const turn = world.model.turn([longAnswer()]);
      await mustStop(person.stop(turn.ids.id, 0));
      const view = await person.ask(turn.ids, turn.question);
      await check(world, person, turn, [view], { outcomes: ["stopped"], text: { shown: 0 }, calls: 0 });
    },
  },
  {
    row: 1,
    name: "Stop before the model's headers",
    async run(world) {
      for (const scenario of [neverAnswer(), slowHeaders(answer("Late."), 60_000)]) {
        const person = await world.person();
        const turn = world.model.turn([scenario]);
        const view = new View();
        const asked = person.ask(turn.ids, turn.question, { view });
        await eventually("the model is called", () => turn.calls.length === 1);
        await mustStop(person.stop(turn.ids.id, 0));
        await asked;
        await check(world, person, turn, [view], { outcomes: ["stopped"], text: { shown: 0 }, calls: 1 });
      }
    },
  },
  {
    row: 1,
    name: "Stop in the middle of the words",
    run: (world) => stopInTheMiddle(world, (person, { ids }, shown) => mustStop(person.stop(ids.id, shown))),
  },
  {
    row: 1,
    name: "Stop after the last delta, before the model's end",
    async run(world) {
      const person = await world.person();
      const whole = answer(PROSE);
      const turn = world.model.turn([stallAfter(whole, whole.events.length - 3, { pingEveryMs: 500 })]);
      const view = new View();
      const asked = person.ask(turn.ids, turn.question, { view });
      await view.until(hasWords(PROSE.length));
      await mustStop(person.stop(turn.ids.id));
      await asked;
      await check(world, person, turn, [view], { outcomes: ["stopped"], text: "whole", calls: 1 });
    },
  },
  {
    row: 1,
    name: "Stop twice, and from another tab at the same moment",
    run: (world) =>
      stopInTheMiddle(world, async (person, { ids }, shown) => {
        await Promise.all([mustStop(person.stop(ids.id, shown)), mustStop(person.tab().stop(ids.id, shown))]);
        await mustStop(person.stop(ids.id, 1));
      }),
  },
  {
    row: 1,
    name: "Stop from another tab",
    run: (world) => stopInTheMiddle(world, (person, { ids }, shown) => mustStop(person.tab().stop(ids.id, shown))),
  },
  {
    row: 1,
    name: "Stop through another instance",
    needs: SEVERAL,
    run: (world) =>
      stopInTheMiddle(world, (person, { ids }, shown) => mustStop(person.stop(ids.id, shown, { instance: 1 }))),
  },
  {
    row: 1,
    name: "Stop after a reconnect",
    async run(world) {
      const person = await world.person();
      const turn = world.model.turn([longAnswer()]);
      const view = new View();
      const asked = person.ask(turn.ids, turn.question, { view });
      await view.until(hasWords(40));
      world.proxy.cut(person.name);
      const before = view.connections;
      await view.until((one) => one.connections > before && shownIn(one) > 80);
      const shown = shownIn(view);
      await mustStop(person.stop(turn.ids.id, shown));
      await asked;
      await check(world, person, turn, [view], { outcomes: ["stopped"], text: { shown }, calls: 1 });
    },
  },
  {
    row: 2,
    name: "closed and opened again, and followed from two tabs",
    async run(world) {
      const person = await world.person();
      const turn = world.model.turn([slowAnswer()]);
      const page = new AbortController();
      const view = new View();
      const asked = person.ask(turn.ids, turn.question, { view, signal: page.signal });
      await view.until(hasWords(50));
      page.abort();
      await asked;
      await sleep(500);
      const reopened = person.tab().followToEnd(turn.ids.id);
      await person.followToEnd(turn.ids.id, { view });
      await check(world, person, turn, [view, await reopened], { outcomes: ["done"], text: "whole", calls: 1 });
    },
  },
  {
    row: 2,
    name: "asleep for longer than an unread answer may go on",
    async run(world) {
      const person = await world.person();
      const turn = world.model.turn([answer(PROSE.repeat(10), { pace: { type: "every_ms", everyMs: 50 } })]);
      const lid = new AbortController();
      const view = new View();
      const asked = person.ask(turn.ids, turn.question, { view, signal: lid.signal });
      await view.until(hasWords(30));
      lid.abort();
      await asked;
      await eventually("an answer that nobody reads ends", () => turn.calls[0]?.closed?.by === "client");
      await sleep(1_000);
      await person.followToEnd(turn.ids.id, { view });
      await check(world, person, turn, [view], { outcomes: ["interrupted"], text: "prefix", calls: 1 });
    },
  },
  {
    row: 9,
    name: "two tabs send to one conversation at once",
    async run(world) {
      const person = await world.person();
      const first = world.model.turn([answer("Well.")]);
      await person.ask(first.ids, first.question);
      const place = { conversationId: first.ids.conversationId, parentId: first.ids.id };
      const turns = [world.model.turn([slowAnswer()], place), world.model.turn([slowAnswer()], place)];
      const views = await Promise.all(turns.map(({ ids, question }) => person.tab().ask(ids, question)));
      for (const [index, turn] of turns.entries()) {
        const view = views[index];
        await check(world, person, turn, view ? [view] : [], { outcomes: ["done"], text: "whole", calls: 1 });
      }
    },
  },
  {
    row: 9,
    name: "two tabs send the same answer's PUT at once",
    async run(world) {
      const person = await world.person();
      const turn = world.model.turn([slowAnswer()]);
      const tabs = [person, person.tab(), person.tab()];
      const views = await Promise.all(tabs.map((tab) => tab.ask(turn.ids, turn.question)));
      await check(world, person, turn, views, { outcomes: ["done"], text: "whole", calls: 1 });
    },
  },
];
