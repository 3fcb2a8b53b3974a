import { textOf } from "@/lib/chat/message";
import { check } from "../checker";
import { sleep, View } from "../person";
import type { NetworkFault } from "../proxy";
import { type Row, slowAnswer } from "../row";
import type { World } from "../world";

async function withNetwork(world: World, disturb: (client: string) => Promise<void>): Promise<void> {
  const person = await world.person();
  const turn = world.model.turn([slowAnswer()]);
  const view = new View();
  const asked = person.ask(turn.ids, turn.question, { view });
  await view.until((one) => textOf(one.content).length > 40);
  await disturb(person.name);
  await asked;
  await check(world, person, turn, [view], { outcomes: ["done"], text: "whole", calls: 1 });
}

async function gone(world: World, client: string, ms: number): Promise<void> {
  world.proxy.block(client);
  await sleep(ms);
  world.proxy.unblock(client);
}

async function firstRequest(world: World, fault: NetworkFault): Promise<void> {
  const person = await world.person();
  const turn = world.model.turn([slowAnswer()]);
  const view = await person.ask(turn.ids, turn.question, { fault });
  await check(world, person, turn, [view], { outcomes: ["done"], text: "whole", calls: 1 });
}

/** Times are scaled with `UNATTENDED_SECONDS`: 6 here, 60 outside. */
export const NETWORK_ROWS: readonly Row[] = [
  {
    row: 3,
    name: "the network gone for 1 s",
    run: (world) => withNetwork(world, (client) => gone(world, client, 100)),
  },
  {
    row: 3,
    name: "the network gone for 30 s",
    run: (world) => withNetwork(world, (client) => gone(world, client, 2_000)),
  },
  {
    row: 3,
    name: "the network flapping, 20 times",
    run: (world) =>
      withNetwork(world, async (client) => {
        for (let flap = 0; flap < 20; flap++) {
          world.proxy.cut(client);
          await sleep(150);
        }
      }),
  },
  { row: 4, name: "offline before sending", run: (world) => firstRequest(world, "refuse") },
  { row: 5, name: "the PUT arrived, its answer was lost", run: (world) => firstRequest(world, "lose-answer") },
  {
    row: 5,
    name: "the answer's first bytes arrived, then the connection was lost",
    async run(world) {
      await Promise.all([1, 7, 60, 200].map((bytes) => firstRequest(world, `cut-after=${bytes}`)));
    },
  },
  {
    row: 5,
    name: "the PUT's answer was lost, and the PUT is sent again",
    async run(world) {
      const person = await world.person();
      const turn = world.model.turn([slowAnswer()]);
      const lost = new View();
      await person.put(turn.ids, turn.question, lost, { fault: "lose-answer" }).catch(() => {}); // It is to be lost.
      const view = new View();
      const again = person.put(turn.ids, turn.question, view);
      await again;
      await check(world, person, turn, [lost, view], { outcomes: ["done"], text: "whole", calls: 1 });
    },
  },
];
