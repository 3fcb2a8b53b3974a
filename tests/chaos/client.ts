import { textOf } from "@/lib/chat/message";
import { check, type Expected } from "../faults/checker";
import type { Turn } from "../faults/model";
import { type Person, sleep, View } from "../faults/person";
import type { World } from "../faults/world";
import { pick, type Random, wholeBetween } from "./random";
import type { RemoteModel } from "./remote-model";
import { type Plan, randomPlan } from "./scenarios";

/** What one answer came to, for the tally. */
export type Lived = {
  id: string;
  /** Outcome and content as they lay in the store when it had ended. */
  stored: string;
  outcome: string;
  plan: string;
  act: string;
  connections: number;
  events: number;
};

/** What the clients need to know of the world and may tell it. */
export type Stage = {
  world: World;
  model: RemoteModel;
  /** Whether the instance of that process was killed or ended by us. */
  wasEnded(pid: number): boolean;
  isOver(): boolean;
  lived(lived: Lived): void;
};

type Act = {
  name: string;
  /** What the reader does meanwhile; resolves with what that changes about the end. */
  perform(scene: Scene): Promise<{ stopped?: { shown: number } } | undefined>;
};

type Scene = { stage: Stage; person: Person; turn: Turn; view: View; more: View[]; random: Random };

const TURNS = 4;

/** One reader who talks until the time is up. Throws on the first broken promise. */
export async function liveAsReader(stage: Stage, random: Random): Promise<void> {
  while (!stage.isOver()) {
    const person = await stage.world.person();
    let parent: Turn | undefined;
    for (let turns = 0; turns < TURNS && !stage.isOver(); turns++) {
      parent = await liveTurn(stage, person, random, parent);
      if (random() < 0.15 && !stage.isOver()) parent = await liveTurn(stage, person, random, parent, true);
      await sleep(random() * 500);
    }
  }
}

async function liveTurn(stage: Stage, person: Person, random: Random, before?: Turn, isRetry = false): Promise<Turn> {
  const { model, world } = stage;
  const plan = randomPlan(random);
  const place = before && { conversationId: before.ids.conversationId, parentId: before.ids.id };
  const turn = isRetry && before ? model.again(before, plan.scenarios) : model.turn(plan.scenarios, place);
  await model.ready(turn);
  const scene: Scene = { stage, person, turn, view: new View(), more: [], random };
  const act = randomAct(random);
  const fault = pick(random, [
    [8, undefined],
    [1, "refuse"],
    [1, "lose-answer"],
    [1, `cut-after=${wholeBetween(random, 1, 3_000)}`],
  ] as const);
  const beganAt = Date.now();
  const asked = person.ask(turn.ids, isRetry ? null : turn.question, {
    view: scene.view,
    ...(fault === undefined ? {} : { fault }),
  });
  const did = await Promise.all([act.perform(scene), asked]).then(([result]) => result);
  await model.report(turn);
  const expected = await expectedOf(stage, turn, plan, did?.stopped, scene.view);
  try {
    await check(world, person, turn, [scene.view, ...scene.more], { ...expected, hasNoNextTurn: true });
  } catch (error) {
    const runner = await runnerPid(world, turn.ids.id);
    const at = new Date(beganAt).toISOString();
    const story = `model: ${plan.name} · reader: ${act.name} · network: ${fault ?? "well"} · run by ${runner} · began ${at}`;
    throw new Error(`${story}\n${error instanceof Error ? error.message : error}`, { cause: error });
  }
  const { view } = scene;
  const [row] = await world.probe.query("select content, outcome from messages where id = ?", [turn.ids.id]);
  stage.lived({
    id: turn.ids.id,
    stored: `${row?.outcome}${row?.content}`,
    outcome: view.outcome?.type ?? "",
    plan: plan.name,
    act: act.name,
    connections: view.connections,
    events: [view, ...scene.more].reduce((sum, { events }) => sum + events.length, 0),
  });
  return turn;
}

/** What the plan promises, less what a dead instance or the reader's Stop may have taken. */
async function expectedOf(
  stage: Stage,
  turn: Turn,
  { expected }: Plan,
  stopped: { shown: number } | undefined,
  view: View,
): Promise<Expected> {
  const isHurt = stage.wasEnded(await runnerPid(stage.world, turn.ids.id));
  const outcome = view.outcome?.type;
  if (stopped !== undefined) return { outcomes: ["stopped"], text: stopped };
  if (isHurt && outcome === "interrupted") return { outcomes: ["interrupted"], text: "prefix" };
  return expected;
}

async function runnerPid({ probe }: World, id: string): Promise<number> {
  const [row] = await probe.query("select instance_id from generations where id = ?", [id]);
  return Number(String(row?.instance_id).split(":")[1]);
}

const shownIn = (view: View) => textOf(view.content).length;

function randomAct(random: Random): Act {
  return pick(random, [
    [6, READ],
    [3, STOP],
    [1, STOP_AT_ONCE],
    [2, DISCONNECT],
    [1, LEAVE],
    [2, TWO_TABS],
    [2, FOLLOW_ELSEWHERE],
  ]);
}

const READ: Act = { name: "reads", perform: async () => undefined };

const STOP: Act = {
  name: "stops",
  async perform({ person, turn, view, random }) {
    await sleep(random() * 3_000);
    const shown = shownIn(view);
    const outcome = await person.tab().stopSurely(turn.ids.id, shown);
    return outcome.type === "stopped" ? { stopped: { shown } } : undefined;
  },
};

const STOP_AT_ONCE: Act = {
  name: "stops at once",
  async perform({ person, turn }) {
    const outcome = await person.tab().stopSurely(turn.ids.id, 0);
    return outcome.type === "stopped" ? { stopped: { shown: 0 } } : undefined;
  },
};

const DISCONNECT: Act = {
  name: "loses the network now and then",
  async perform({ stage, person, view, random }) {
    for (let cuts = wholeBetween(random, 1, 8); cuts > 0 && view.outcome === undefined; cuts--) {
      await sleep(random() * 800);
      stage.world.proxy.cut(person.name);
    }
    return undefined;
  },
};

const LEAVE: Act = {
  name: "is offline for a while",
  async perform({ stage, person, random }) {
    await sleep(random() * 1_000);
    stage.world.proxy.block(person.name);
    await sleep(random() * 3_000);
    stage.world.proxy.unblock(person.name);
    return undefined;
  },
};

const TWO_TABS: Act = {
  name: "sends from a second tab too",
  async perform({ person, turn, more, random }) {
    // As a browser that sends again because the first answer did not come.
    await sleep(random() * 200);
    const view = new View();
    more.push(view);
    await person.tab().ask(turn.ids, turn.ids.parentId === turn.ids.messageId ? null : turn.question, { view });
    return undefined;
  },
};

const FOLLOW_ELSEWHERE: Act = {
  name: "follows through another instance",
  async perform({ stage, person, turn, view, more, random }) {
    await view.until((one) => one.events.length > 0);
    const other = new View();
    more.push(other);
    const instance = wholeBetween(random, 0, stage.world.servers.length - 1);
    await person.tab().followToEnd(turn.ids.id, { view: other, instance });
    return undefined;
  },
};
